"""One question in all its spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.datapoints.catalogue import data_points
from shared.domain.screener.asking import PATH, canonical, parameter_names, read, written
from shared.domain.screener.fields import fields
from shared.domain.screener.presets import PRESETS


def pairs(*given: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    asked, refused = read(given)
    assert asked is not None, refused
    return asked.pairs


def test_every_data_point_is_a_field_and_its_position_that_of_the_catalogue() -> None:
    for position, point in enumerate(data_points()):
        field = fields()[point.id]
        assert field.position == (position if field.origin == "datapoint" else None)
    assert {"price", "rank", "age_days", "crypto_score", "momentum"} <= fields().keys()


def test_names_of_parameters_mean_one_thing_each() -> None:
    assert len(parameter_names()) == 2 * len(fields()) + 3


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_a_preset_is_what_it_is_published_as(preset: object) -> None:
    found = next(each for each in PRESETS.values() if each is preset)

    by_hand = pairs(*found.filters.items(), ("sort", found.sort), ("order", found.order))

    assert pairs(("preset", found.id)) == by_hand


def test_a_filter_of_ones_own_replaces_that_of_the_preset() -> None:
    asked = dict(pairs(("preset", "momentum_leaders"), ("min_momentum", "90"), ("max_rank", "100")))

    assert (asked["min_momentum"], asked["max_rank"], asked["min_volume_24h"]) == ("90", "100", "1000000")


def test_an_order_of_ones_own_field_is_not_the_presets() -> None:
    asked = dict(pairs(("preset", "oversold_quality"), ("sort", "durability")))

    assert (asked["sort"], asked["order"]) == ("durability", "desc")


def test_places_come_lowest_first() -> None:
    assert dict(pairs(("sort", "rank")))["order"] == "asc"
    assert dict(pairs())["order"] == "desc"


@given(st.permutations([("min_price", "1"), ("max_price", "5"), ("kind", "plain"), ("sort", "rsi_14"), ("limit", "7")]))
def test_the_order_in_which_filters_are_given_does_not_matter(given_in: list[tuple[str, str]]) -> None:
    assert pairs(*given_in) == pairs(*sorted(given_in))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_same_however_it_is_written(number: float) -> None:
    spelled = {repr(number), f"{number:.17e}", written(number)}

    assert len({pairs(("min_price", each)) for each in spelled}) == 1


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_different_numbers_are_different_questions(one: float, other: float) -> None:
    same = pairs(("min_price", repr(one))) == pairs(("min_price", repr(other)))

    assert same == (one == other)


def test_zero_has_no_sign() -> None:
    assert pairs(("min_price", "-0")) == pairs(("min_price", "0.0"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_given_is_understood_or_refused(name: str, value: str) -> None:
    asked, refused = read([(name, value)])

    assert (asked is None) == bool(refused)


def test_only_the_screeners_own_path_has_another_key_than_its_parameters() -> None:
    given = (("limit", "050"),)

    assert canonical(f"{PATH}/fields", given) == given
    assert canonical(PATH, given) == canonical(PATH, ())
    assert canonical(PATH, (("min_pric", "1"),)) == (("min_pric", "1"),)
