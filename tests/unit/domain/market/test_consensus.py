"""What several sources agree on, and what happens when they do not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.market.consensus import agree, implausible
from shared.records.market import PriceRecord, Quote
from tests.clocks import NOON
from tests.prices import record, token

MINUTE = timedelta(minutes=1)


def quote_of(*records: PriceRecord, served: str | None = None) -> Quote:
    known = token(price_usd=Decimal(served) if served else None, as_of=NOON - MINUTE)
    [quote] = agree([("bitcoin", each) for each in records], {"bitcoin": known}, now=NOON)
    return quote


def verdicts(quote: Quote) -> dict[str, str]:
    return {source.provider: source.verdict for source in quote.sources}


def test_three_fresh_sources_make_a_median() -> None:
    quote = quote_of(record("coingecko", "100"), record("coinpaprika", "101"), record("coincap", "100.4"))

    assert quote.price_usd == Decimal("100.4")
    assert quote.spread_pct == Decimal("0.996016")


def test_a_price_ten_times_too_high_is_rejected_and_said_so() -> None:
    quote = quote_of(record("coingecko", "100"), record("coinpaprika", "1000"), record("coincap", "100.2"))

    assert quote.price_usd == Decimal("100.1")
    assert verdicts(quote) == {"coingecko": "used", "coinpaprika": "outlier", "coincap": "used"}
    assert quote.spread_pct is not None
    assert quote.spread_pct > 800


def test_sources_that_agree_to_the_digit_do_not_make_a_hair_an_outlier() -> None:
    quote = quote_of(record("coingecko", "100"), record("coinpaprika", "100"), record("coincap", "100.3"))

    assert set(verdicts(quote).values()) == {"used"}


def test_of_two_sources_the_newer_is_served_digit_for_digit() -> None:
    quote = quote_of(record("coingecko", "100.10"), record("coincap", "100.2012345678901234", at=NOON + MINUTE))

    assert str(quote.price_usd) == "100.2012345678901234"
    assert verdicts(quote) == {"coingecko": "confirming", "coincap": "used"}


def test_of_two_disputing_sources_the_one_near_the_served_price_counts() -> None:
    quote = quote_of(record("coingecko", "101"), record("coincap", "1010", at=NOON + MINUTE), served="100")

    assert quote.price_usd == Decimal(101)
    assert verdicts(quote)["coincap"] == "outlier"


def test_two_plans_of_one_company_are_one_source() -> None:
    quote = quote_of(
        record("coingecko_pro", "100"), record("coingecko", "99", at=NOON - MINUTE), record("coincap", "101")
    )

    assert [source.provider for source in quote.sources] == ["coingecko_pro", "coincap"]


def test_old_sources_are_shown_but_do_not_count() -> None:
    quote = quote_of(record("coingecko", "90", at=NOON - timedelta(hours=1)), record("coincap", "100"))

    assert quote.price_usd == Decimal(100)
    assert verdicts(quote) == {"coingecko": "old", "coincap": "used"}


def test_when_all_are_old_the_newest_is_served_with_its_own_time() -> None:
    years_ago = NOON - timedelta(days=900)
    quote = quote_of(record("coingecko", "64159", at=NOON - timedelta(days=4)), record("coincap", "3578", at=years_ago))

    assert (quote.price_usd, quote.as_of) == (Decimal(64159), NOON - timedelta(days=4))


def test_usdt_prices_are_converted_by_what_usdt_costs_in_these_minutes() -> None:
    dear = record("binance", "100", provider_id="BTCUSDT", quote_currency="usdt", name=None)
    tether = record("coingecko", "0.98", provider_id="tether", symbol="USDT", name="Tether")
    tokens = {"bitcoin": token(), "tether": token("tether", "USDT", "Tether")}

    quotes = agree([("bitcoin", dear), ("tether", tether)], tokens, now=NOON)

    assert quotes[0].price_usd == Decimal("98.00")
    assert quotes[0].sources[0].price == Decimal(100)


def test_a_calculated_price_has_no_more_digits_than_a_client_can_hold() -> None:
    long, longer = record("coincap", "0.1234567890123456789"), record("coinpaprika", "0.1234567890123456799")

    quote = quote_of(long, longer, record("coingecko", "0.12345"), record("binance", "0.12346"))

    assert len(quote.price_usd.as_tuple().digits) <= 15


def test_without_a_rate_of_these_minutes_a_usdt_price_makes_no_dollar_price() -> None:
    usdt = record("binance", "100", quote_currency="usdt")
    old_tether = record("coingecko", "1", at=NOON - timedelta(hours=2), provider_id="tether", symbol="USDT")

    quotes = agree(
        [("bitcoin", usdt), ("tether", old_tether)], {"bitcoin": token(), "tether": token("tether", "USDT")}, now=NOON
    )

    assert [quote.token_id for quote in quotes] == ["tether"]


def test_facts_that_the_best_record_lacks_are_filled_from_the_same_minutes_only() -> None:
    quote = quote_of(
        record("coincap", "100", market_cap_usd=Decimal(5), change_24h_pct=Decimal(1)),
        record("coinpaprika", "100", change_7d_pct=Decimal(7), at=NOON - MINUTE),
        record("coingecko", "100", change_30d_pct=Decimal(30), at=NOON - timedelta(hours=1)),
    )

    assert quote.facts.change_7d_pct == Decimal(7)
    assert quote.facts.change_30d_pct is None


def test_the_market_cap_of_a_rejected_price_is_not_taken() -> None:
    quote = quote_of(
        record("coingecko", "1000", market_cap_usd=Decimal(50)),
        record("coinpaprika", "100", market_cap_usd=Decimal(5), at=NOON - MINUTE),
        record("coincap", "100"),
    )

    assert quote.facts.market_cap_usd == Decimal(5)


@given(
    good=st.lists(st.decimals("99.8", "100.2", places=4), min_size=3, max_size=4),
    bad=st.one_of(st.decimals("0.01", "90", places=4), st.decimals("110", "100000", places=4)),
)
def test_one_wrong_source_never_moves_the_price_outside_the_good_ones(good: list[Decimal], bad: Decimal) -> None:
    providers = ["coingecko", "coinpaprika", "coincap", "kraken", "binance"]
    records = [record(name, str(price)) for name, price in zip(providers, [bad, *good], strict=False)]

    quote = quote_of(*records)

    assert min(good) <= quote.price_usd <= max(good)
    assert verdicts(quote)["coingecko"] == "outlier"


@pytest.mark.parametrize(("factor", "off"), [("10", True), ("0.1", True), ("1.2", False), ("0.8", False)])
def test_a_whole_answer_that_is_off_is_noticed(factor: str, off: bool) -> None:
    settled = {f"token-{i}": token(f"token-{i}", price_usd=Decimal(i + 1), as_of=NOON - MINUTE) for i in range(30)}
    answer = [(name, record(price=str(known.price_usd))) for name, known in settled.items()]
    moved = [(name, record(price=str(each.price * Decimal(factor)))) for name, each in answer]

    assert (implausible(moved, settled) is not None) is off


def test_an_answer_is_not_called_implausible_by_prices_of_long_ago() -> None:
    settled = {
        f"token-{i}": token(f"token-{i}", price_usd=Decimal(1), as_of=NOON - timedelta(days=2)) for i in range(30)
    }

    assert implausible([(name, record(price="10")) for name in settled], settled) is None
