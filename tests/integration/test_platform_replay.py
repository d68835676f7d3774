"""Real answers, replayed over the wire, come out of the gateway number for number and with their own age."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from local.options import Options
from local.platform import Platform
from tests.folders import open_folder
from tests.platforms import LEAST
from tests.recordings import PAYLOADS, needs_recordings

pytestmark = [pytest.mark.platform, needs_recordings]

MARKETS = "coingecko/api_v3_coins_markets__06.json"
ASSETS = "coincap/v2_assets__01.json"


def exact(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@pytest.fixture(scope="module")
def caller() -> Iterator[httpx2.Client]:
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        options = Options(
            source="replay", replay=PAYLOADS, folder=folder, port=0, scheduled=False, documents="embedded", only=LEAST
        )
        platform = stack.enter_context(Platform(options))
        platform.run_refresh("refresh_market")
        yield stack.enter_context(httpx2.Client(base_url=platform.gateway_url, timeout=15))


def test_live_prices_are_the_recorded_quotes_number_for_number(caller: httpx2.Client) -> None:
    recorded = exact((PAYLOADS / MARKETS).read_text())

    answer = exact(caller.get("/api/v1/prices/live?limit=250").content)

    served = {quote["id"]: quote for quote in answer["data"]}
    assert len(recorded) == 20
    for row in recorded:
        quote = served[row["id"]]
        assert quote["price"] == row["current_price"], row["id"]
        assert quote["market_cap"] == row["market_cap"], row["id"]
        assert quote["volume_24h"] == row["total_volume"], row["id"]
        assert quote["circulating_supply"] == row["circulating_supply"], row["id"]
        assert quote["change_7d"] == row["price_change_percentage_7d_in_currency"], row["id"]
        assert quote["change_24h"] == row["price_change_percentage_24h"], row["id"]


def test_they_keep_their_own_times_and_are_marked_stale(caller: httpx2.Client) -> None:
    recorded = {row["id"]: row for row in exact((PAYLOADS / MARKETS).read_text())}

    answer = caller.get("/api/v1/prices/bitcoin").json()

    said = datetime.fromisoformat(recorded["bitcoin"]["last_updated"])
    assert datetime.fromisoformat(answer["meta"]["as_of"]) == said
    assert answer["meta"]["stale"] is True
    assert answer["meta"]["source"] == "replay"
    assert answer["meta"]["age_s"] == pytest.approx((datetime.now(UTC) - said).total_seconds(), abs=120)


def test_an_older_source_is_shown_beside_with_its_own_price_and_time(caller: httpx2.Client) -> None:
    recorded = {row["id"]: row for row in exact((PAYLOADS / ASSETS).read_text())["data"]}

    quote = exact(caller.get("/api/v1/prices/bitcoin").content)["data"]

    sources = {source["provider"]: source for source in quote["source_prices"]}
    assert str(sources["coincap"]["price"]) == recorded["bitcoin"]["priceUsd"]
    assert sources["coincap"]["observed_at"].startswith("2019-01-21")
    assert sources["coincap"]["verdict"] == "old"
