"""Recorded order books are read digit for digit, every one of the exchanges that are asked."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.core.errors import NotListedError
from shared.providers.adapters.binance_depth import BinanceDepth
from shared.providers.adapters.coinbase_depth import CoinbaseDepth
from shared.providers.adapters.kraken_depth import KrakenDepth
from shared.providers.contract import AnyAdapter, Page, Payload
from shared.providers.depth_requests import BookRequest
from shared.providers.numbers import parsed
from tests.recordings import PAYLOADS, needs_recordings
from tests.unit.providers.fakes import ScriptedHttp, reply

pytestmark = needs_recordings

URL, LATER = "https://exchange.example", datetime(2027, 1, 1, tzinfo=UTC)
ADAPTERS: dict[str, AnyAdapter] = {
    "binance": BinanceDepth(URL),
    "coinbase": CoinbaseDepth(URL),
    "kraken": KrakenDepth(URL),
}
ASKED = BookRequest("bitcoin", {"binance": "BTCUSDT", "coinbase": "BTC-USD", "kraken": "XBTUSD"}, None, 500)
FUTURES = "/fapi"
"""Their books have the same form."""


def books() -> Iterator[tuple[str, str]]:
    for entry in json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8")) if PAYLOADS.is_dir() else ():
        name = entry["endpoint"].lower()
        if (
            entry["provider"] in ADAPTERS
            and ("depth" in name or name.endswith("/book"))
            and "http4" not in entry["file"]
        ):
            yield entry["provider"], entry["file"]


def sides_in(body: Any) -> tuple[Any, Any]:
    book = next(iter(body["result"].values())) if "result" in body else body
    return book["bids"], book["asks"]


def test_there_are_as_many_as_were_recorded() -> None:
    assert sorted(provider for provider, _ in books()) == ["binance"] * 6 + ["coinbase"] * 2 + ["kraken"]


@pytest.mark.parametrize(("provider", "name"), list(books()))
def test_every_recorded_book_is_read_digit_for_digit(provider: str, name: str) -> None:
    raw = (PAYLOADS / name).read_bytes()

    (book,) = ADAPTERS[provider].normalise(Payload((Page(parsed(raw), None),)), ASKED, fetched_at=LATER)

    told = sides_in(json.loads(raw, parse_float=str, parse_int=str))
    for ours, theirs in zip((book.bids, book.asks), told, strict=True):
        assert [[str(level.price), str(level.amount)] for level in ours] == [row[:2] for row in theirs]
    assert book.bids[0].price < book.asks[0].price


async def test_the_recorded_refusal_is_that_of_an_unknown_symbol() -> None:
    body = (PAYLOADS / "binance/api_v1_depth_http400__05.json").read_bytes()

    with pytest.raises(NotListedError):
        await ADAPTERS["binance"].fetch(ScriptedHttp(lambda *_: reply(body, status=400)), ASKED, None)
