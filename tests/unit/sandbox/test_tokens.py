from collections import Counter
from datetime import UTC, datetime

import pytest

from sandbox.aliases import name_at
from sandbox.market import Market
from sandbox.tokens import universe


def test_ids_are_unique_at_every_provider() -> None:
    tokens = universe(7, 6000)

    for ids in (
        [token.id for token in tokens],
        [token.coinpaprika for token in tokens if token.coinpaprika],
        [token.coincap for token in tokens if token.coincap],
        [token.binance for token in tokens if token.binance],
    ):
        assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_the_same_token_has_other_names_elsewhere() -> None:
    tokens = {token.id: token for token in universe(7, 60)}

    assert tokens["ripple"].coincap == "xrp"
    assert tokens["bitcoin"].coinpaprika == "btc-bitcoin"
    assert tokens["tether"].binance is None


def test_names_differ_between_providers_too() -> None:
    tokens = universe(7, 2000)

    for provider in ("coinpaprika", "coincap"):
        otherwise = [token for token in tokens if name_at(provider, token) != token.name]
        assert 40 < len(otherwise) < 160
        assert any(not token.invented for token in otherwise)


def test_symbols_collide_as_in_reality() -> None:
    symbols = Counter(token.symbol for token in universe(7, 6000))

    assert sum(times > 1 for times in symbols.values()) > 100
    assert symbols["btc"] + symbols["eth"] + symbols["usdt"] + symbols["sol"] > 4


def test_names_need_no_escaping_in_json() -> None:
    text = "".join(token.id + token.symbol + token.name for token in universe(7, 6000))

    assert text.isascii()
    assert '"' not in text
    assert "\\" not in text


@pytest.mark.parametrize("count", [1, 20, 62, 63, 100, 1000])
def test_exactly_so_many_tokens_are_listed_at_any_time(count: int) -> None:
    market = Market(7, count)

    for year in range(2020, 2032):
        assert len(market.at(datetime(year, 5, 17, 3, 2, 1, tzinfo=UTC)).order) == count


def test_tokens_come_and_go() -> None:
    market = Market(7, 1000)

    before, after = (set(market.at(datetime(year, 1, 2, tzinfo=UTC)).order.tolist()) for year in (2025, 2027))

    assert before - after
    assert after - before


def test_coverage_differs_per_provider() -> None:
    tokens = universe(7, 6000)

    assert 370 < sum(token.binance is not None for token in tokens) <= 450
    assert 2300 < sum(token.coinpaprika is not None for token in tokens) <= 2600
    assert 1800 < sum(token.coincap is not None for token in tokens) <= 2000
