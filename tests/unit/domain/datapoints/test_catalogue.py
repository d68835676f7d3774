"""The catalogue is an interface: its order is how values are stored."""

from collections import Counter

from shared.domain.datapoints.catalogue import CATEGORIES, data_points, of_category, positions

FIRST = ("return_1d", "return_3d", "return_7d", "return_14d", "return_30d", "return_90d", "return_180d", "return_365d")
COUNT = 129
"""As released; a new data point is added at the end, and here."""


def test_there_are_more_than_eighty_in_seven_categories() -> None:
    counted = Counter(point.category for point in data_points())

    assert len(data_points()) >= 80
    assert set(counted) == set(CATEGORIES)
    assert min(counted.values()) >= 8


def test_the_order_never_changes() -> None:
    ids = [point.id for point in data_points()]

    assert len(ids) == COUNT
    assert tuple(ids[:8]) == FIRST
    assert (positions()["rsi_14"], positions()["turnover_of_cap"], positions()["spread_estimate_20"]) == (
        9,
        54,
        COUNT - 1,
    )


def test_every_data_point_says_all_there_is_to_say() -> None:
    points = data_points()

    assert len({point.id for point in points}) == len(points)
    assert all(point.formula and point.unit and point.source and point.scale > 0 for point in points)
    assert all(point.minimum_days >= 0 and point.horizon_days >= 0 for point in points)


def test_every_category_can_vote() -> None:
    assert all(any(point.sign for point in of_category(category)) for category in CATEGORIES)
