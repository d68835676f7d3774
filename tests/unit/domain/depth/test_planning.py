"""Which books are asked for: what exchanges list, and what is preferred."""

from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from shared.db.engine import Database
from shared.domain.depth.markets import by_exchange, preferred
from shared.domain.depth.planning import DepthPlanner
from shared.domain.market.known import KnownToken
from shared.domain.market.listings import listings
from shared.providers.candle_requests import MarketRecord
from tests.clocks import NOON
from tests.databases import Place
from tests.functions.quoting import store
from tests.snapshots import snapshot


def token(name: str, symbol: str, cap: int | None, *, provisional: bool = False) -> KnownToken:
    size = None if cap is None else Decimal(cap)
    return KnownToken(
        token_id=name,
        symbol=symbol,
        name=name,
        provisional=provisional,
        price_usd=Decimal(1),
        market_cap_usd=size,
        as_of=NOON,
    )


def matched(*tokens: KnownToken) -> list[tuple[str, str, str]]:
    return listings([MarketRecord("coinbase", "ABC-USD", "ABC", "usd")], tokens)


def test_a_market_is_that_of_the_one_token_with_the_symbol() -> None:
    assert matched(token("abc", "ABC", None), token("xyz", "XYZ", 9)) == [("coinbase", "ABC-USD", "abc")]


def test_a_shared_symbol_means_the_token_that_dwarfs_all_others() -> None:
    assert matched(token("abc-2", "ABC", 100), token("abc", "ABC", 10_001)) == [("coinbase", "ABC-USD", "abc")]


@pytest.mark.parametrize("caps", [(100, 10_000), (100, 100), (None, None)])
def test_a_shared_symbol_otherwise_means_none(caps: tuple[int | None, int | None]) -> None:
    assert matched(token("abc", "ABC", caps[0]), token("abc-2", "ABC", caps[1])) == []


def test_unknown_symbols_and_provisional_tokens_are_left_out() -> None:
    assert matched(token("xyz", "XYZ", 9)) == []
    assert matched(token("abc", "ABC", 9, provisional=True)) == []


def test_dollars_go_before_tethers() -> None:
    assert preferred(["BTCUSDT", "BTCUSD"]) == "BTCUSD"
    assert by_exchange([("kraken", "XBTUSDT"), ("binance", "BTCUSDT"), ("kraken", "XBTUSD")]) == {
        "kraken": "XBTUSD",
        "binance": "BTCUSDT",
    }


async def test_a_plan_has_the_best_ranked_and_where_each_is_traded(place: Place, writing: Database) -> None:
    await store(place, snapshot(at=NOON))
    planner = DepthPlanner(writing)
    await planner.keep([("kraken", "XBTUSD", "bitcoin"), ("kraken", "XRPUSD", "ripple")], at=NOON, data_source="live")

    plan = await planner.plan(2, recent=NOON)

    assert [(each.token_id, each.markets) for each in plan.tokens] == [
        ("bitcoin", {"kraken": "XBTUSD"}),
        ("ripple", {"kraken": "XRPUSD"}),
    ]
    assert plan.tokens[0].price_usd == Decimal("3578.2828968419490075")
    assert (plan.listed_at, plan.tether_usd) == (NOON, None)


async def test_what_an_exchange_lists_no_more_is_forgotten_and_other_exchanges_are_left(
    place: Place, writing: Database
) -> None:
    await store(place, snapshot(at=NOON))
    planner = DepthPlanner(writing)
    first = [("kraken", "XBTUSD", "bitcoin"), ("kraken", "OLD", "ripple"), ("coinbase", "BTC-USD", "bitcoin")]
    await planner.keep(first, at=NOON, data_source="live")
    await planner.keep([("kraken", "XBTUSD", "bitcoin"), ("kraken", "XRP", "gone")], at=NOON, data_source="live")

    rows = place.run("SELECT provider, provider_id FROM provider_ids WHERE matched_by = 'symbol' ORDER BY 1, 2")
    assert rows == [["coinbase", "BTC-USD"], ["kraken", "XBTUSD"]]


async def test_lists_of_another_kind_of_data_are_refused(place: Place, writing: Database) -> None:
    await store(place, snapshot(at=NOON))
    planner = DepthPlanner(writing)
    await planner.keep([("kraken", "XBTUSD", "bitcoin")], at=NOON, data_source="live")

    with pytest.raises(SettingsError):
        await planner.keep([], at=NOON, data_source="sandbox")
