"""How each provider words an error: the bodies that come with a status of their own, and those that come with 200.

CoinGecko's bodies and Binance's codes follow recorded answers; CoinPaprika's and CoinCap's follow their documentation.
"""

from typing import Any

from sandbox.stands import STANDS
from sandbox.timeline import iso_offset
from sandbox.wire import Answer, Headers, answer_json

_GECKO_LIMIT = (
    "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for "
    "higher rate limits."
)
_GECKO_KEY_MISSING = "API Key Missing. Please make sure you're using the right authentication method."
_GECKO_KEY_WRONG = "Invalid API Key. Please check your API key and make sure your root URL matches your plan."


def _gecko(code: int, message: str) -> dict[str, Any]:
    return {"status": {"error_code": code, "error_message": message}}


_LIMITED: dict[str, Any] = {
    "coingecko": _gecko(429, _GECKO_LIMIT),
    "coingecko_pro": _gecko(429, _GECKO_LIMIT),
    "binance": {
        "code": -1003,
        "msg": "Too much request weight used; current limit is 6000 request weight per 1 MINUTE.",
    },
    "coinpaprika": {"error": "too many requests", "type": "rate_limit"},
    "coincap": {"error": "You exceeded your request limit."},
}
_BROKEN: dict[str, Any] = {
    "coingecko": {"status": 500, "error": "Internal Server Error"},
    "coingecko_pro": {"status": 500, "error": "Internal Server Error"},
    "binance": {"code": -1000, "msg": "An unknown error occurred while processing the request."},
    "coinpaprika": {"error": "internal server error"},
    "coincap": {"error": "Internal server error"},
}
_MISSING: dict[str, Any] = {
    "coingecko": {"error": "Not found"},
    "coingecko_pro": {"error": "Not found"},
    "binance": {"code": -1, "msg": "Not found"},
    "coinpaprika": {"error": "id not found"},
    "coincap": {"error": "Not found"},
}


_LIMITED |= {stand.name: stand.limited for stand in STANDS}
_BROKEN |= {stand.name: stand.broken for stand in STANDS}
_MISSING |= {stand.name: stand.missing for stand in STANDS}
_DESPITE = {stand.name: stand.despite for stand in STANDS if stand.despite is not None}
_TYPES = {stand.name: stand.content_type for stand in STANDS}


def limited(provider: str, retry_after: int | None) -> Answer:
    """Return the 429 of a provider, with Retry-After unless it is None."""
    headers: Headers = () if retry_after is None else (("retry-after", str(retry_after)),)
    return _worded(provider, _LIMITED[provider], 429, headers)


def broken(provider: str, status: int = 500) -> Answer:
    """Return the internal error of a provider."""
    return _worded(provider, _BROKEN[provider], status)


def error_body(provider: str) -> Answer:
    """Return an error that claims to be a success: HTTP 200 with the provider's rate-limit body."""
    return _worded(provider, _DESPITE.get(provider, _LIMITED[provider]), 200)


def page() -> Answer:
    """Return what a front door says in place of the provider: a page for people, with HTTP 200."""
    return Answer(b"<!doctype html><title>Just a moment...</title>", 200, (), "text/html; charset=utf-8")


def elsewhere(place: str) -> Answer:
    """Return a redirect to another host."""
    return Answer(b"", 302, (("location", place),))


def not_found(provider: str) -> Answer:
    """Return the 404 of a provider."""
    return _worded(provider, _MISSING[provider], 404)


def _worded(provider: str, said: Any, status: int, headers: Headers = ()) -> Answer:
    if isinstance(said, bytes):
        return Answer(said, status, headers, _TYPES[provider])
    return answer_json(said, status, headers)


def unauthorized(provider: str, *, key_given: bool, at: int) -> Answer:
    """Return the 401 of a provider that asks for a key; `at` is the Unix time it speaks of."""
    if provider != "coingecko_pro":
        return answer_json({"error": "Invalid API key" if key_given else "API key required"}, 401)
    code, message = (10010, _GECKO_KEY_WRONG) if key_given else (10002, _GECKO_KEY_MISSING)
    return answer_json({"status": {"timestamp": iso_offset(at), "error_code": code, "error_message": message}}, 401)
