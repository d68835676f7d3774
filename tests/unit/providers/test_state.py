"""A provider's state survives the way through a document."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from shared.cache.embedded import EmbeddedDocuments
from shared.providers.state import StateStore
from shared.records.provider import ProviderState, QuotaState, state_from_fields, state_to_fields
from tests.clocks import NOON, SteppingClock

FULL = ProviderState(
    provider="coincap",
    circuit="open",
    open_until=NOON,
    successes=7,
    failures=2,
    consecutive_failures=2,
    success_rate=0.75,
    latency_ms=12.5,
    last_success_at=NOON,
    last_failure_at=NOON,
    last_error="coincap: answered HTTP 503",
    last_error_code="server_failed",
    quotas=(QuotaState(calls=600, per_s=60, used=3, window_started_at=NOON),),
    key_in_use=1,
    rejected_keys=("0f3ad1",),
    keys_rejected_at=NOON,
    disabled_reason="whatever",
    fingerprint="ab",
    fingerprint_repeats=2,
    fingerprint_observed_at=NOON,
)


def test_every_field_comes_back() -> None:
    assert all(value for value in state_to_fields(FULL).values())
    assert state_from_fields(state_to_fields(FULL)) == FULL


def test_fields_of_another_version_are_passed_over() -> None:
    assert state_from_fields({**state_to_fields(FULL), "invented": 1}) == FULL
    assert state_from_fields({"provider": "coincap"}) == ProviderState(provider="coincap")


async def test_the_embedded_store_gives_back_what_was_kept(tmp_path: Path) -> None:
    documents = EmbeddedDocuments(tmp_path / "documents", clock=SteppingClock())
    store = StateStore(documents)

    await store.change("coincap", lambda state: FULL)
    await store.turn("binance", at=NOON)
    book = await StateStore(documents).load(["coincap", "binance"])

    assert book.states == {"coincap": FULL, "binance": ProviderState(provider="binance")}
    assert book.next_family == "binance"
    await documents.close()


async def test_only_one_of_two_claims_a_trial(tmp_path: Path) -> None:
    documents = EmbeddedDocuments(tmp_path / "documents", clock=SteppingClock())
    first, second = StateStore(documents), StateStore(documents)
    await first.change("coincap", lambda state: FULL)

    claims = [
        await store.claim("coincap", FULL, lambda state: replace(state, open_until=NOON + timedelta(minutes=1)))
        for store in (first, second)
    ]

    assert claims == [True, False]
    await documents.close()


def test_importing_the_providers_loads_no_http_library() -> None:
    code = "import sys, shared.providers.quotes; sys.exit('httpx2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
