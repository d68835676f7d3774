"""What telling a caller costs when their token or key was seen before: in one process, without a network."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from local.identity import Accounts, KeyPair, id_claims
from local.identity_server import KeySetServer
from shared.auth.callers import VerifiedCallers, callers_of
from shared.auth.keys import HASHES, make_key
from shared.cache.documents import Value
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock
from shared.core.settings import Settings

from .errors import MeasurementError
from .findings import Finding, at_most
from .plan import Plan
from .ratios import spread

_SEEN = at_most(0.1)
_TIMES = 5_000
_PROJECT = "demo-cryptoprism"


def identity(plan: Plan) -> list[Finding]:
    """Measure a first and the following verifications of a token, and the following ones of a key."""
    folder = plan.folder / "identity"
    keys, accounts = KeyPair(folder), Accounts(folder)
    google = KeySetServer(keys, accounts)
    try:
        token = keys.mint(id_claims("ann", _PROJECT, SystemClock().now()))
        first, tokens, seen_keys = asyncio.run(_measured(google.url, token, folder, plan.rounds))
    finally:
        google.close()
    return [
        Finding(
            work="an ID token, for the first time", figure="with imports and keys", unit="ms", ours=spread([first])
        ),
        Finding(work="an ID token, seen before", figure="each", unit="ms", ours=spread(tokens), bound=_SEEN),
        Finding(work="an API key, seen before", figure="each", unit="ms", ours=spread(seen_keys), bound=_SEEN),
    ]


async def _measured(url: str, token: str, folder: Path, rounds: int) -> tuple[float, list[float], list[float]]:
    clock = SystemClock()
    documents = EmbeddedDocuments(folder / "documents.sqlite", clock=clock)
    made = make_key()
    kept: dict[str, Value] = {"owner": "ann", "salt": made.salt, "digest": made.digest, "scopes": ["read"]}
    await documents.set(f"{HASHES}/{made.id}", {**kept, "plan": "free", "good_until": None})
    callers = callers_of(Settings.from_environment({"FIREBASE_STAND_IN_URL": url}), documents, clock)
    by_token, by_key = {"authorization": f"Bearer {token}"}, {"x-api-key": made.text}
    first = await _each(callers, by_token, 1)
    await _each(callers, by_key, 1)
    tokens = [await _each(callers, by_token, _TIMES) for _ in range(rounds)]
    keys = [await _each(callers, by_key, _TIMES) for _ in range(rounds)]
    await documents.close()
    return first, tokens, keys


async def _each(callers: VerifiedCallers, headers: Mapping[str, str], times: int) -> float:
    """Return the milliseconds of one of so many."""
    began = time.perf_counter()
    for _ in range(times):
        if await callers.identify(headers) is None:
            raise MeasurementError("a caller who says who they are was taken for nobody")
    return (time.perf_counter() - began) * 1000 / times
