"""`llms.txt`: the API in a page, for agents that read before they call.

Source: https://llmstxt.org
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

_HEAD = """\
# CryptoPrism

> Crypto-market intelligence over HTTP: prices with provider fail-over, candles, news, sentiment, gas, on-chain facts of
> 16 chains, scores, signals, a screener, regimes, an index, portfolios, paper trading and alerts. No number is made up:
> every answer says where it came from, how old it is and whether it is older than promised.

- Answers are `{"data": …, "meta": {…}}`; errors are `{"detail": …, "code": …}` with the status that fits, 422 lists what was refused.
- `meta.as_of`, `meta.age_s`, `meta.stale`, `meta.sources`: read them before you quote a number. Add the `Age` header to `age_s`.
- `null` means that nobody knows; a field that is absent is not supported. Zero is a number like any other.
- Tokens are slugs (`bitcoin`). A symbol may mean several tokens: then candidates are listed, and none is picked for you.
- Times: ISO-8601 UTC in objects, milliseconds in arrays; parameters take seconds, milliseconds or ISO-8601; ranges are half open.
- Lists take `limit` and `offset`, series a `cursor` from `meta.next`. `format=csv` or `ndjson` streams where it is offered.
- Rate limits are told in `RateLimit` and `RateLimit-Policy`; after 429 wait `Retry-After` seconds.
- Where a token is needed, send `Authorization: Bearer <Firebase ID token>`, or `X-Api-Key` where a key is enough.

Everything with parameters, limits and schemas: [OpenAPI 3.1](/api/v1/openapi.json), [documentation](/api/v1/docs),
[catalogue](/api/v1/catalog), [changes](/api/v1/changelog).
"""


def llms_text(document: Mapping[str, Any]) -> str:
    """Return the page: every operation of the public document by group, short addresses left out."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not operation["operationId"].endswith(("_short", "_prefixed")):
                groups[operation["tags"][0]].append(_line(method.upper(), path, operation))
    sections = [f"## {name}\n\n" + "\n".join(lines) + "\n" for name, lines in sorted(groups.items())]
    return "\n".join([_HEAD, *sections])


def _line(method: str, path: str, operation: Mapping[str, Any]) -> str:
    taken = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    query = f" ({', '.join(taken)})" if taken else ""
    security = operation.get("security", [])
    signed = ", signed in" if security and {} not in security else ""
    return f"- `{method} {path}`{query}: {operation['summary']}{signed}"
