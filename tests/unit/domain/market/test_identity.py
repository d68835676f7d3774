"""Which token a record speaks of; what is not certain is left out."""

from datetime import timedelta
from decimal import Decimal

from shared.domain.market.identity import match
from shared.domain.market.known import KnownToken, KnownTokens
from tests.clocks import NOON
from tests.prices import record, token


def known(*tokens: KnownToken, names: dict[tuple[str, str], str] | None = None) -> KnownTokens:
    return KnownTokens({each.token_id: each for each in tokens}, names or {})


def priced(token_id: str, symbol: str, name: str, price: str, cap: str = "1000") -> KnownToken:
    return token(token_id, symbol, name, price_usd=Decimal(price), market_cap_usd=Decimal(cap), as_of=NOON)


def test_the_canonical_providers_names_are_the_token_ids() -> None:
    found = match([record("coingecko", provider_id="ripple", symbol="XRP", name="XRP")], known())

    assert found.pairs[0][0] == "ripple"
    assert found.tokens["ripple"].symbol == "XRP"


def test_another_providers_name_is_matched_by_symbol_and_name() -> None:
    ripple = priced("ripple", "XRP", "XRP", "2")

    found = match([record("coincap", "2.01", provider_id="xrp", symbol="XRP", name="XRP")], known(ripple))

    assert found.pairs[0][0] == "ripple"
    assert (found.learnt[0].provider_id, found.learnt[0].matched_by) == ("xrp", "name")


def test_an_exchange_symbol_is_matched_by_price_among_colliding_symbols() -> None:
    real = priced("unified", "UNI", "Uniswap", "10")
    other = priced("unicorn", "UNI", "Unicorn", "0.2")

    found = match([record("binance", "10.1", provider_id="UNIUSDT", symbol="UNI", name=None)], known(real, other))

    assert found.pairs[0][0] == "unified"


def test_two_candidates_at_one_price_are_not_guessed_between() -> None:
    first = priced("dollar-one", "USD1", "Dollar One", "1")
    second = priced("usd-first", "USD1", "USD First", "1")

    found = match([record("binance", "1", provider_id="USD1USDT", symbol="USD1", name=None)], known(first, second))

    assert (found.pairs, found.unmatched) == ([], 1)


def test_a_dwarf_at_the_same_price_does_not_make_it_ambiguous() -> None:
    giant = priced("tether", "USDT", "Tether", "1", cap="100000000")
    dwarf = priced("bridged-usdt", "USDT", "Bridged USDT", "1", cap="1000")

    found = match([record("binance", "1", provider_id="USDTUSD", symbol="USDT", name=None)], known(giant, dwarf))

    assert found.pairs[0][0] == "tether"


def test_what_was_learnt_before_counts_even_when_the_price_has_moved() -> None:
    bitcoin = priced("bitcoin", "BTC", "Bitcoin", "100")
    names = {("binance", "BTCUSDT"): "bitcoin"}

    found = match([record("binance", "50", provider_id="BTCUSDT", name=None)], known(bitcoin, names=names))

    assert found.pairs[0][0] == "bitcoin"
    assert found.learnt == []


def test_prices_of_different_times_match_nothing() -> None:
    bitcoin = priced("bitcoin", "BTC", "Bitcoin", "100")
    late = record("binance", "100", provider_id="BTCUSDT", name=None, at=NOON + timedelta(hours=3))

    assert match([late], known(bitcoin)).unmatched == 1


def test_before_the_canonical_provider_ever_answered_other_names_do() -> None:
    found = match(
        [
            record("coinpaprika", provider_id="btc-bitcoin"),
            record("coincap", provider_id="bitcoin"),
            record("binance", provider_id="BTCUSDT", name=None),
        ],
        known(),
    )

    assert [name for name, _ in found.pairs] == ["bitcoin", "bitcoin", "bitcoin"]
    assert found.tokens["bitcoin"].provisional


def test_provisional_tokens_retire_when_their_real_names_are_known() -> None:
    provisional = token("xrp", "XRP", "XRP", provisional=True)
    names = {("coinpaprika", "xrp-xrp"): "xrp"}

    found = match(
        [
            record("coingecko", "2", provider_id="ripple", symbol="XRP", name="XRP"),
            record("coinpaprika", "2", provider_id="xrp-xrp", symbol="XRP", name="XRP"),
        ],
        known(provisional, names=names),
    )

    assert found.retired == ["xrp"]
    assert [name for name, _ in found.pairs] == ["ripple", "ripple"]


def test_a_token_that_only_another_provider_knows_is_left_out_and_counted() -> None:
    found = match(
        [record("coincap", provider_id="nobody", symbol="NOB", name="Nobody")],
        known(priced("bitcoin", "BTC", "B", "1")),
    )

    assert (found.pairs, found.unmatched) == ([], 1)


def test_of_two_pairs_of_one_exchange_the_dollar_pair_is_kept() -> None:
    bitcoin = priced("bitcoin", "BTC", "Bitcoin", "100")
    names = {("binance", "BTCUSDT"): "bitcoin", ("binance", "BTCUSD"): "bitcoin"}

    found = match(
        [
            record("binance", "100.1", provider_id="BTCUSD", volume_24h_usd=Decimal(1)),
            record("binance", "100.2", provider_id="BTCUSDT", quote_currency="usdt", volume_24h_usd=Decimal(9)),
        ],
        known(bitcoin, names=names),
    )

    assert [each.provider_id for _, each in found.pairs] == ["BTCUSD"]
