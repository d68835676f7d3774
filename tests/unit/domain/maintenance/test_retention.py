"""What is kept for how long, as the operator says."""

from datetime import timedelta

import pytest

from shared.core.errors import SettingsError
from shared.domain.maintenance.retention import MONTHLY, SETTING, SINGLE, configured
from tests.databases import Place


def test_nothing_said_changes_nothing() -> None:
    assert configured({}) == (MONTHLY, SINGLE)


def test_an_operator_may_keep_more_or_less() -> None:
    months, rows = configured({SETTING: "price_points_300=30, candles_1m=3650"})

    assert next(each.kept for each in months if each.name == "price_points_300") == timedelta(days=30)
    assert next(each.kept for each in rows if each.name == "candles_1m") == timedelta(days=3650)
    assert rows[1:] == SINGLE[1:]


@pytest.mark.parametrize(
    "said", ["tokens=30", "price_points_300", "price_points_300=0", "price_points_300=-1", "price_points_300=x"]
)
def test_what_cannot_be_kept_is_refused(said: str) -> None:
    with pytest.raises(SettingsError, match=SETTING):
        configured({SETTING: said})


def test_every_table_in_months_has_its_policy(shared_place: Place) -> None:
    rows = shared_place.run(
        "SELECT above.relname FROM pg_inherits JOIN pg_class AS above ON above.oid = inhparent"
        " JOIN pg_class AS child ON child.oid = inhrelid"
        " WHERE above.relkind = 'p' AND child.relname = above.relname || '_other'"
    )

    assert {row[0] for row in rows} == {each.table for each in MONTHLY}


@pytest.mark.parametrize("months", MONTHLY, ids=lambda months: months.table)
def test_the_time_column_is_the_one_it_is_cut_by(shared_place: Place, months: object) -> None:
    policy = next(each for each in MONTHLY if each == months)

    assert shared_place.run(f"SELECT pg_get_partkeydef('{policy.table}'::regclass)") == [
        [f"RANGE ({policy.time_column})"]
    ]
