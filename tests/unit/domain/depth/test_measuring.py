"""What a book amounts to, worked out by hand and held against a slower way for any book."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.depth.measuring import depths, fill_price, measure, mid_of
from shared.records.depth import BookRecord, Level
from tests.clocks import NOON

ONE = Decimal(1)
amounts = st.decimals(min_value="0.0001", max_value="1000", places=4)


def book(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> BookRecord:
    return BookRecord(
        token_id="bitcoin",
        provider="coinbase",
        market="BTC-USD",
        quote_currency="usd",
        bids=tuple(Level(Decimal(price), Decimal(amount)) for price, amount in bids),
        asks=tuple(Level(Decimal(price), Decimal(amount)) for price, amount in asks),
        observed_at=NOON,
        known_at=NOON,
    )


# Mid 100: within 1 % from 99 to 101, within 2 % from 98 to 102.
PLAIN = book(
    [("99.9", "50"), ("99", "100"), ("98", "200"), ("97", "9")], [("100.1", "60"), ("101", "80"), ("103", "7")]
)


def test_spread_and_mid_are_those_of_the_best_prices() -> None:
    found = measure(PLAIN, ONE)

    assert (found.best_bid, found.best_ask, found.mid) == (Decimal("99.9"), Decimal("100.1"), Decimal(100))
    assert found.spread_bps == 20


def test_depth_is_the_worth_of_what_is_offered_up_to_the_very_edge() -> None:
    found = measure(PLAIN, ONE)

    assert found.bid_depth_1pct_usd == Decimal("4995.00") + 9900
    assert found.bid_depth_2pct_usd == Decimal("4995.00") + 9900 + 19600
    assert found.ask_depth_1pct_usd == found.ask_depth_2pct_usd == Decimal("6006.00") + 8080
    assert found.imbalance == Decimal("0.027915")


def test_dollars_are_counted_by_the_rate_of_the_currency() -> None:
    dollars, tethers = measure(PLAIN, ONE), measure(PLAIN, Decimal("0.5"))

    assert dollars.bid_depth_1pct_usd == tethers.bid_depth_1pct_usd * 2  # type: ignore[operator]
    assert (tethers.spread_bps, tethers.imbalance, tethers.mid) == (dollars.spread_bps, dollars.imbalance, dollars.mid)


def test_without_a_rate_nothing_is_said_in_dollars() -> None:
    found = measure(PLAIN, None)

    assert found.spread_bps == 20
    assert {found.bid_depth_1pct_usd, found.ask_depth_2pct_usd, found.buy_slippage_10k_bps, found.usd_rate} == {None}


def test_slippage_is_how_much_worse_the_mean_price_is() -> None:
    # 10,000 dollars at mid are 100 tokens: bought 60 at 100.1 and 40 at 101, sold 50 at 99.9 and 50 at 99.
    found = measure(PLAIN, ONE)

    assert found.buy_slippage_10k_bps == Decimal("46.0000")
    assert found.sell_slippage_10k_bps == Decimal("55.0000")


def test_an_order_larger_than_the_book_has_no_slippage() -> None:
    found = measure(PLAIN, ONE)

    assert (found.buy_slippage_100k_bps, found.sell_slippage_100k_bps) == (None, None)


def test_reach_tells_how_far_the_told_part_of_the_book_goes() -> None:
    found = measure(PLAIN, ONE)

    assert (found.bid_reach_pct, found.ask_reach_pct) == (Decimal(3), Decimal(3))
    assert (found.bid_levels, found.ask_levels) == (4, 3)


def test_a_side_without_offers_leaves_nothing_to_measure_from() -> None:
    found = measure(book([], [("101", "1")]), ONE)

    assert (found.best_bid, found.best_ask, found.mid, found.spread_bps, found.imbalance) == (
        None,
        101,
        None,
        None,
        None,
    )
    assert (found.ask_depth_1pct_usd, found.ask_reach_pct, found.bid_levels, found.ask_levels) == (None, None, 0, 1)


@given(st.lists(amounts, min_size=1, max_size=20), st.lists(amounts, min_size=1, max_size=20), amounts)
def test_any_book_keeps_the_laws(bids: list[Decimal], asks: list[Decimal], wanted: Decimal) -> None:
    made = book(
        [(str(Decimal(100) - at), str(amount)) for at, amount in enumerate(bids)],
        [(str(Decimal(101) + at), str(amount)) for at, amount in enumerate(asks)],
    )
    found, mid = measure(made, ONE), mid_of(made)

    near, far = depths(made, mid, Decimal("0.01")), depths(made, mid, Decimal("0.02"))
    assert all(less <= more for less, more in zip(near, far, strict=True) if less is not None and more is not None)
    assert found.imbalance is None or -1 <= found.imbalance <= 1
    price = fill_price(made.asks, wanted)
    if price is None:
        assert sum(asks) < wanted
    else:
        assert 101 <= price <= made.asks[-1].price
