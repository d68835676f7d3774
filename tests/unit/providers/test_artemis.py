"""Artemis as it is documented: no answer of it was ever recorded.

What is held to here are the vendor's documents and Python client (0.5.0) and what others' programs say of its texts; the numbers are made up.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox import chains as truth
from sandbox.market import Market
from sandbox.stand import Scene
from shared.core.errors import BadPayloadError, KeyRejectedError
from shared.core.settings import Settings
from shared.providers.adapters.artemis_chains import ARTEMIS, COVERED, Artemis
from shared.providers.chain_frame import ChainRequest
from shared.providers.chains import chain_providers
from shared.providers.contract import Page, Payload, Reply
from shared.providers.keys import NO_KEY
from shared.providers.numbers import parsed
from shared.records.chains import ChainMetric
from shared.records.provider import ProviderState
from tests.chains import SANDBOX, DeskHttp, heard, providers_at
from tests.clocks import NOON

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WANTED = ChainRequest("everything", "day", None, TODAY - 3 * DAY, TODAY - DAY)
NAMES = {metric: name for metric, (name, _) in COVERED.items()}
SYMBOLS = {
    "solana": "SOL",
    "tron": "trx",
    "near": "near",
    "sui": "sui",
    "base": "base",
    "arbitrum": "arb",
    "ethereum": "eth",
}
ASSETS = json.dumps(
    {"assets": [{"artemis_id": name, "symbol": symbol, "title": name} for name, symbol in SYMBOLS.items()]}
)


def read(symbols: Any, *, assets: str = ASSETS, at: datetime = NOON) -> list[ChainMetric]:
    body = json.dumps({"data": {"symbols": symbols}}).encode()
    adapter = Artemis("https://example.org", ARTEMIS)
    pages = Page(parsed(body), None), Page(parsed(assets.encode()), None)
    return adapter.normalise(Payload(pages), WANTED, fetched_at=at)


def told(symbols: Mapping[str, Any]) -> dict[tuple[str, str, str], Decimal]:
    return {(each.chain, each.metric, f"{each.observed_at:%m-%d}"): each.value for each in read(symbols)}


def test_each_metric_of_each_symbol_is_a_list_of_dates_and_values() -> None:
    found = told(
        {
            "sol": {
                "TVL": [{"date": "2026-02-27", "val": 5398226672.518321}, {"date": "2026-02-28", "val": 5400000000}],
                "CHAIN_SPOT_VOLUME": [{"date": "2026-02-28T00:00:00", "val": 3.5e9}],
            },
            "TRX": {"TXNS": [{"date": "2026-02-28", "val": 9000000}]},
        }
    )

    assert found == {
        ("solana", "tvl_usd", "02-27"): Decimal("5398226672.518321"),
        ("solana", "tvl_usd", "02-28"): Decimal(5_400_000_000),
        ("solana", "dex_volume_usd", "02-28"): Decimal("3.5e9"),
        ("tron", "transactions", "02-28"): Decimal(9_000_000),
    }


@pytest.mark.parametrize("text", ["Metric not available for asset.", "Metric not found.", None])
def test_a_text_in_place_of_a_list_is_nothing(text: str | None) -> None:
    known = {"val": 1.0, "date": "2026-02-28"}

    assert list(told({"sol": {"TVL": text, "FEES": [known]}, "near": text})) == [("solana", "fees_usd", "02-28")]


def test_a_day_without_a_value_one_that_is_not_over_and_one_not_asked_for_are_left_out() -> None:
    days = [("2026-02-20", 1), ("2026-02-26", 2), ("2026-02-27", None), ("2026-02-28", 0), ("2026-03-01", 5)]

    found = told({"sui": {"TVL": [{"date": date, "val": value} for date, value in days]}})

    assert found == {("sui", "tvl_usd", "02-26"): Decimal(2)}


def test_what_means_something_else_than_ours_is_not_read() -> None:
    day = [{"date": "2026-02-28", "val": 7.0}]
    everything = dict.fromkeys(NAMES.values(), day)

    assets = {"assets": [{"artemis_id": chain, "symbol": chain} for chain in truth.CHAINS]}
    found = {
        (each.chain, each.metric) for each in read(dict.fromkeys(truth.CHAINS, everything), assets=json.dumps(assets))
    }

    assert ("solana", "transactions") not in found
    assert ("ethereum", "active_addresses") not in found
    assert not any(chain in ("dogecoin", "bitcoin-cash") for chain, _ in found)
    assert ("arbitrum", "active_addresses") in found


def test_a_layer_that_paid_more_for_settlement_than_it_took_has_no_revenue_that_day() -> None:
    days = [{"date": "2026-02-27", "val": -1200.5}, {"date": "2026-02-28", "val": 900}]

    assert told({"base": {"REVENUE": days}}) == {("base", "revenue_usd", "02-28"): Decimal(900)}


@pytest.mark.parametrize(
    "symbols",
    [
        {"sol": {"TVL": [{"date": "2026-02-28", "val": -1}]}},
        {"sol": {"TVL": [{"date": "2026-02-28", "val": "much"}]}},
        {"sol": {"TVL": [{"date": "yesterday", "val": 1}]}},
        {"sol": {"TVL": [{"val": 1}]}},
        {"sol": {"TVL": {"2026-02-28": 1}}},
        {"sol": [1]},
        [],
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(symbols: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(symbols)


@pytest.mark.parametrize(
    "assets", ['{"assets": []}', '{"assets": [{"artemis_id": "aave", "symbol": "aave"}]}', "[]", "{}"]
)
def test_a_list_without_any_of_the_chains_is_refused(assets: str) -> None:
    with pytest.raises(BadPayloadError):
        read({}, assets=assets)


class Recorder:
    """A way out that keeps what it was last asked, and answers with the list or with nothing of interest."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.url = ""
        self.params: Mapping[str, str] = {}
        self.headers: Mapping[str, str] = {}

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        self.url, self.params, self.headers = url, params, headers
        return Reply(self.status, {}, ASSETS.encode() if "/asset/" in url else b'{"data": {"symbols": {}}}')

    async def post(self, provider: str, url: str, *, body: object, headers: Mapping[str, str]) -> Reply:
        raise AssertionError("nothing is posted")

    def now(self) -> datetime:
        return NOON


async def test_one_question_names_the_symbols_of_all_chains_and_all_metrics_and_the_key_is_in_no_address() -> None:
    http, adapter = Recorder(), Artemis("https://example.org", ARTEMIS)

    await adapter.fetch(http, WANTED, "sesame")

    assert http.url == f"https://example.org/data/api/{','.join(NAMES.values())}/"
    assert http.headers == {"x-api-key": "sesame"}
    assert (http.params["startDate"], http.params["endDate"]) == ("2026-02-26", "2026-02-28")
    assert http.params["symbols"] == "arb,base,eth,near,sol,sui,trx"
    assert "sesame" not in http.url + "".join(http.params.values())
    assert adapter.cost(WANTED) == 2


async def test_a_refused_key_is_said_to_be_one() -> None:
    with pytest.raises(KeyRejectedError):
        await Artemis("https://example.org", ARTEMIS).fetch(Recorder(401), WANTED, "wrong")


def test_without_a_key_it_is_not_asked_and_says_why() -> None:
    [provider] = [each for each in chain_providers(Settings.from_environment({})) if each.id == "artemis"]

    assert provider.ring.blocked(ProviderState(provider="artemis"), NOON) == NO_KEY


@pytest.mark.parametrize(
    "request_",
    [
        ChainRequest("everything", "now"),
        ChainRequest("everything", "day", None, TODAY),
        ChainRequest("everything", "day", "solana", TODAY, TODAY),
        ChainRequest("network", "day", None, TODAY, TODAY),
        ChainRequest("tvl", "day", "solana", TODAY, TODAY),
    ],
)
def test_nothing_else_is_asked_of_it(request_: ChainRequest) -> None:
    assert not Artemis("https://example.org", ARTEMIS).serves(request_)


async def test_the_stand_in_tells_the_truth_a_few_hours_after_the_day() -> None:
    market = Market(7, 60)
    scene = Scene(market, round(NOON.timestamp()))
    request = ChainRequest("everything", "day", None, TODAY - 20 * DAY, TODAY - DAY)

    early = await heard(DeskHttp(market, TODAY + timedelta(minutes=7)), providers_at()["artemis"], [request])
    found = await heard(DeskHttp(market, NOON), providers_at()["artemis"], [request])

    days = dict(truth.days_of(scene, "polygon", first=round((TODAY - 20 * DAY).timestamp())))
    of_polygon = [each for each in found if each.chain == "polygon" and each.metric == "dex_volume_usd"]
    assert {round(each.observed_at.timestamp()): float(each.value) for each in of_polygon} == {
        day: pytest.approx(facts.volume) for day, facts in days.items()
    }
    assert max(each.observed_at for each in early) == TODAY - 2 * DAY
    assert max(each.observed_at for each in found) == TODAY - DAY


async def test_the_stand_in_refuses_whoever_has_no_key() -> None:
    asked = {"symbols": "sol", "startDate": "2026-02-01", "endDate": "2026-02-02"}

    reply = await DeskHttp(Market(7, 60), NOON).get(
        "artemis", f"{SANDBOX}/artemis/data/api/TVL/", params=asked, headers={}
    )

    assert reply.status == 401
