"""Which books are asked for: what exchanges list, and what is preferred."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from functions.refresh_depth.proving import believed
from shared.db.engine import Database
from shared.domain.depth.asking import Listing
from shared.domain.depth.markets import by_exchange, preferred
from shared.domain.depth.planning import DepthPlanner, Plan
from shared.domain.market.known import KnownToken
from shared.domain.market.listings import listings
from shared.providers.candle_requests import MarketRecord
from shared.records.depth import BookRecord, Level
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
    await planner.learn(
        [("kraken", "XBTUSD", "bitcoin"), ("kraken", "XRPUSD", "ripple"), ("kraken", "X", "no")], at=NOON
    )

    plan = await planner.plan(2, recent=NOON - timedelta(minutes=3))

    assert [(each.token_id, each.markets) for each in plan.tokens] == [
        ("bitcoin", {"kraken": "XBTUSD"}),
        ("ripple", {"kraken": "XRPUSD"}),
    ]
    assert plan.tokens[0].price_usd == Decimal("3578.2828968419490075")
    assert plan.priced == {"bitcoin", "ripple"}
    assert plan.tether_usd is None
    assert (await planner.plan(2, recent=NOON)).priced == frozenset()


async def test_what_is_known_of_a_market_stays(place: Place, writing: Database) -> None:
    await store(place, snapshot(at=NOON))
    planner = DepthPlanner(writing)
    for token_id in ("bitcoin", "ripple"):
        await planner.learn([("kraken", "XBTUSD", token_id)], at=NOON)

    rows = place.run("SELECT token_id, matched_by FROM provider_ids WHERE provider = 'kraken'")
    assert rows == [["bitcoin", "price"]]


def planned(*, priced: bool = True) -> Plan:
    token = Listing("bitcoin", {"kraken": "XBTUSD"}, Decimal(100))
    return Plan([token], frozenset({"bitcoin"}) if priced else frozenset(), None)


CANDIDATES = frozenset({("kraken", "OTHER", "bitcoin"), ("coinbase", "BTC-USD", "bitcoin"), ("coinbase", "A-USD", "a")})


def test_candidates_are_asked_where_no_market_of_the_exchange_is_known() -> None:
    (token,) = planned().with_candidates(CANDIDATES).tokens

    assert token.markets == {"kraken": "XBTUSD", "coinbase": "BTC-USD"}


def test_candidates_are_left_out_where_no_price_could_prove_them() -> None:
    (token,) = planned(priced=False).with_candidates(CANDIDATES).tokens

    assert token.markets == {"kraken": "XBTUSD"}


@pytest.mark.parametrize(("mid", "proves"), [("95", True), ("105", True), ("94.9", False), ("105.1", False)])
def test_a_candidate_is_believed_and_proven_only_at_the_tokens_price(mid: str, proves: bool) -> None:
    book = BookRecord(
        token_id="bitcoin",
        provider="coinbase",
        market="BTC-USD",
        quote_currency="usd",
        bids=(Level(Decimal(mid) - 1, Decimal(1)),),
        asks=(Level(Decimal(mid) + 1, Decimal(1)),),
        observed_at=NOON,
        known_at=NOON,
    )
    known = replace(book, provider="kraken", market="XBTUSD")

    books, proven = believed([book, known], planned(), CANDIDATES)

    assert books == ([book, known] if proves else [known])
    assert proven == ([("coinbase", "BTC-USD", "bitcoin")] if proves else [])
