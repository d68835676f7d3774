"""Our own trending list: what is in it, in which order, and what can never be."""

from dataclasses import replace
from decimal import Decimal
from math import log

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.tokens.trending import LEAST_MARKET_CAP_USD, LEAST_VOLUME_USD, PLACES, Traded, trending


def traded(number: int, *, turnover: float = 0.05, change: float = 1.0, past: float | None = None) -> Traded:
    cap = Decimal(10_000_000 + number)
    return Traded(
        token_id=f"token-{number:03}",
        symbol=f"T{number}",
        name=f"Token {number}",
        image_url=None,
        price_usd=Decimal(1),
        market_cap_usd=cap,
        volume_24h_usd=cap * Decimal(str(turnover)),
        change_24h_pct=Decimal(str(change)),
        past_turnover_log=None if past is None else log(past),
    )


def market(count: int = 40) -> list[Traded]:
    return [traded(n, turnover=0.04 + 0.0005 * n, change=0.5 + 0.05 * (n % 7)) for n in range(count)]


def test_unusual_turnover_with_unusual_movement_comes_first() -> None:
    found = trending([*market(), traded(900, turnover=0.9, change=35), traded(901, turnover=0.5, change=-20)])

    assert [each.token_id for each in found[:2]] == ["token-900", "token-901"]
    assert {each.provider for each in found} == {"cryptoprism"}
    assert [each.position for each in found] == list(range(1, len(found) + 1))


def test_much_turnover_without_movement_or_the_reverse_is_not_trending() -> None:
    stablecoin, dead = traded(900, turnover=0.9, change=0.0), traded(901, turnover=0.02, change=80)

    assert {"token-900", "token-901"} & {each.token_id for each in trending([*market(), stablecoin, dead])} == set()


def test_a_tokens_turnover_is_held_against_its_own_past() -> None:
    always = traded(900, turnover=0.9, change=30, past=0.9)
    suddenly = traded(901, turnover=0.3, change=30, past=0.01)

    found = trending([*[replace(each, past_turnover_log=log(0.04)) for each in market()], always, suddenly])

    assert found[0].token_id == "token-901"
    assert "token-900" not in {each.token_id for each in found[:1]}


def test_the_score_is_the_root_of_the_product_that_is_published() -> None:
    for each in trending([*market(), traded(900, turnover=0.9, change=35)]):
        assert each.score is not None
        assert each.turnover_score is not None
        assert each.movement_score is not None
        assert (
            abs(float(each.score) ** 2 - float(each.turnover_score * each.movement_score))
            < 0.01 * float(each.score) + 0.01
        )


def test_of_a_handful_of_tokens_nothing_is_said() -> None:
    assert trending([traded(n, turnover=0.1 * n + 0.1, change=n) for n in range(19)]) == []


_NUMBERS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("1e12"), allow_nan=False, places=2)
_TRADED = st.builds(
    Traded,
    token_id=st.text("abc", min_size=1, max_size=6),
    symbol=st.just("X"),
    name=st.just("X"),
    image_url=st.none(),
    price_usd=st.just(Decimal(1)),
    market_cap_usd=_NUMBERS,
    volume_24h_usd=_NUMBERS,
    change_24h_pct=st.decimals(min_value=Decimal(-100), max_value=Decimal(10_000), allow_nan=False, places=2),
    past_turnover_log=st.none() | st.floats(-20, 5),
)


@settings(derandomize=True, deadline=None)
@given(st.lists(_TRADED, max_size=60, unique_by=lambda each: each.token_id))
def test_whatever_the_market_is_the_list_is_ordered_bounded_and_of_what_counts(listed: list[Traded]) -> None:
    found = trending(listed)

    by_id = {each.token_id: each for each in listed}
    scores = [each.score or Decimal(0) for each in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= PLACES
    assert len({each.token_id for each in found}) == len(found)
    for each in found:
        assert by_id[each.token_id].market_cap_usd >= LEAST_MARKET_CAP_USD
        assert by_id[each.token_id].volume_24h_usd >= LEAST_VOLUME_USD
    assert trending(list(reversed(listed))) == found
