"""What an order is filled at: the book, else its measures, else rank and volume; never an old price."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import PriceStaleError
from shared.domain.market.service import STALE_AFTER
from shared.domain.trading.offers import Offer, taken
from shared.domain.trading.slippage import Summary, impact_bps, offers_of
from shared.records.trading import SlippageModel
from tests.clocks import NOON
from tests.trading import STEP, book, market

BY_MARKET, FIXED = SlippageModel(), SlippageModel(kind="fixed", bps=Decimal(25))
ONE = Decimal(1)


def summary(*, age: timedelta = timedelta(seconds=30), small: str | None = "3", large: str | None = "9") -> Summary:
    told = {name: None if value is None else Decimal(value) for name, value in {"small": small, "large": large}.items()}
    return Summary(
        provider="kraken",
        market="XBTUSD",
        observed_at=NOON - age,
        mid_usd=Decimal(100),
        half_spread_bps=ONE,
        slippage_10k_bps={"buy": told["small"], "sell": told["small"]},
        slippage_100k_bps={"buy": told["large"], "sell": told["large"]},
    )


def test_a_book_is_walked_in_dollars_and_says_whose_it_is() -> None:
    tethers = book(asks=[("101", "1"), ("102", "2.000000019")], quote_currency="usdt")

    found = offers_of(market(book=tethers), "buy", BY_MARKET, quantity=ONE, amount_usd=None)

    assert [(each.price_usd, each.quantity) for each in found.levels] == [
        (Decimal("100.899"), ONE),
        (Decimal("101.898"), Decimal("2.00000001")),
    ]
    assert (found.pricing.source, found.pricing.providers, found.pricing.market) == ("book", ("binance",), "BTCUSDT")
    assert found.pricing.parameters["usd_rate"] == "0.999"


def test_a_sale_takes_the_bids() -> None:
    found = offers_of(market(book=book()), "sell", BY_MARKET, quantity=ONE, amount_usd=None)

    assert [each.price_usd for each in found.levels] == [Decimal(99)]


def test_a_book_in_tethers_without_a_price_of_tether_is_not_used() -> None:
    unpriced = market(book=book(quote_currency="usdt"), tether_usd=None)

    found = offers_of(unpriced, "buy", BY_MARKET, quantity=ONE, amount_usd=None)

    assert found.pricing.source == "last_price"


def test_a_book_that_an_exchange_shows_for_minutes_is_not_used() -> None:
    frozen = market(book=book(observed_at=NOON - STALE_AFTER - timedelta(seconds=1)))

    found = offers_of(frozen, "buy", BY_MARKET, quantity=ONE, amount_usd=None)

    assert found.pricing.source == "last_price"


@pytest.mark.parametrize(
    ("coins", "bps"), [("0.00000001", "1"), ("50", "2"), ("100", "3"), ("550", "6"), ("1000", "9")]
)
def test_measures_of_a_book_are_joined_by_lines(coins: str, bps: str) -> None:
    found = offers_of(market(summaries=[summary()]), "buy", BY_MARKET, quantity=Decimal(coins), amount_usd=None)

    assert found.pricing.source == "depth_summary"
    assert Decimal(found.pricing.parameters["bps"]) == Decimal(bps)
    assert found.levels[0].price_usd == 100 * (1 + Decimal(bps) / 10_000)


@pytest.mark.parametrize(
    ("told", "coins"),
    [
        (summary(), "1001"),
        (summary(large=None), "101"),
        (summary(small=None), "1"),
        (summary(age=STALE_AFTER * 2), "1"),
    ],
    ids=["beyond what was measured", "no large measure", "no measure", "old"],
)
def test_measures_that_do_not_reach_so_far_or_are_old_are_passed_over(told: Summary, coins: str) -> None:
    found = offers_of(market(summaries=[told]), "buy", BY_MARKET, quantity=Decimal(coins), amount_usd=None)

    assert found.pricing.source == "last_price"


def test_the_last_price_is_worsened_by_rank_and_the_root_of_the_part_of_the_volume() -> None:
    known = market("100", rank=50, volume_24h_usd=Decimal(1_000_000))

    bought = offers_of(known, "buy", BY_MARKET, quantity=Decimal(100), amount_usd=None)
    sold = offers_of(known, "sell", BY_MARKET, quantity=Decimal(100), amount_usd=None)

    assert bought.levels == [Offer(Decimal("100.55"), Decimal(100))]
    assert sold.levels == [Offer(Decimal("99.45"), Decimal(100))]
    assert bought.pricing.parameters == {
        "price_usd": "100",
        "half_spread_bps": "5",
        "volatility_bps": "500",
        "volume_24h_usd": "1000000",
        "bps": "55",
    }


def test_without_a_volume_a_percent_is_added() -> None:
    bps, parameters = impact_bps(Decimal(100), rank=None, volume_usd=None)

    assert (bps, parameters["unknown_volume_bps"]) == (Decimal(150), "100")


@pytest.mark.parametrize("model", [BY_MARKET, FIXED])
@pytest.mark.parametrize("told", [market(None), market("100", age=STALE_AFTER + timedelta(seconds=1))])
def test_a_price_older_than_its_promise_is_refused(model: SlippageModel, told: object) -> None:
    with pytest.raises(PriceStaleError) as refused:
        offers_of(told, "buy", model, quantity=ONE, amount_usd=None)  # type: ignore[arg-type]

    assert (refused.value.status, refused.value.code) == (503, "price_stale")


def test_a_fresh_book_does_for_an_old_price() -> None:
    found = offers_of(market(None, book=book()), "buy", BY_MARKET, quantity=ONE, amount_usd=None)

    assert found.pricing.source == "book"


def test_fixed_slippage_is_what_it_says() -> None:
    found = offers_of(market(book=book()), "sell", FIXED, quantity=ONE, amount_usd=None)

    assert found.levels == [Offer(Decimal("99.75"), None)]
    assert (found.pricing.model, found.pricing.parameters["bps"]) == ("fixed", "25")


LEVELS = st.lists(st.tuples(st.integers(1, 10**12), st.integers(1, 10**12)), max_size=8)


@given(levels=LEVELS, cash=st.integers(1, 10**14), bps=st.integers(0, 99_999))
def test_what_an_amount_buys_never_costs_more_with_its_fee(levels: list[tuple[int, int]], cash: int, bps: int) -> None:
    offered = [Offer(price * Decimal("1e-6"), coins * STEP) for price, coins in sorted(levels)]
    amount, rate = cash * STEP, Decimal(bps) / 1_000_000

    took = taken(offered, quantity=None, cash=amount, rate=rate)

    assert took.cost * (1 + rate) <= amount - 2 * STEP or took.quantity == 0
    assert took.quantity % STEP == 0
    if took.short:
        assert took.quantity == sum(each.quantity or 0 for each in offered)


@given(levels=LEVELS, wanted=st.integers(1, 10**13))
def test_levels_are_taken_in_their_order_and_no_further(levels: list[tuple[int, int]], wanted: int) -> None:
    offered = [Offer(price * Decimal("1e-6"), coins * STEP) for price, coins in sorted(levels)]
    there = sum((each.quantity or Decimal(0) for each in offered), Decimal(0))

    took = taken(offered, quantity=wanted * STEP, cash=None, rate=Decimal(0))

    assert took.quantity == min(wanted * STEP, there)
    assert took.short == (there < wanted * STEP)
    assert took.quantity == 0 or took.cost / took.quantity <= offered[took.levels - 1].price_usd
