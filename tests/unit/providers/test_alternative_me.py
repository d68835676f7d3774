"""Alternative.me's answers: read, or refused with the right reason."""

from datetime import timedelta
from typing import Any

import pytest

from shared.core.errors import BadPayloadError
from shared.providers.adapters.alternative_me_sentiment import AlternativeMe, SentimentRequest
from shared.providers.contract import Page, Payload
from shared.providers.numbers import JsonValue
from shared.records.sentiment import SentimentRecord
from tests.clocks import NOON
from tests.unit.providers.fakes import ScriptedHttp, reply

TODAY = NOON.replace(hour=0)
ADAPTER = AlternativeMe("https://provider.example")
ASKED = SentimentRequest(3)


def row(value: Any = "40", days_ago: int = 0, **more: Any) -> dict[str, Any]:
    timestamp = str(int((TODAY - timedelta(days=days_ago)).timestamp()))
    return {"value": value, "value_classification": "Fear", "timestamp": timestamp} | more


def read(*rows: Any, error: JsonValue = None) -> list[SentimentRecord]:
    body: JsonValue = {"name": "Fear and Greed Index", "data": list(rows), "metadata": {"error": error}}
    return ADAPTER.normalise(Payload((Page(body, None),)), ASKED, fetched_at=NOON)


def test_days_come_oldest_first_and_gaps_stay_gaps() -> None:
    found = read(row("40", 0), row("41", 1), row("42", 3))

    assert [(TODAY - each.at).days for each in found] == [3, 1, 0]
    assert [int(each.value) for each in found] == [42, 41, 40]
    assert {each.fetched_at for each in found} == {NOON}


def test_a_day_told_twice_counts_as_it_was_told_first() -> None:
    assert [int(each.value) for each in read(row("40"), row("99"))] == [40]


def test_a_day_whose_value_is_null_has_none() -> None:
    assert [int(each.value) for each in read(row("40"), row(None, 1))] == [40]


@pytest.mark.parametrize(
    "broken",
    [
        row("400"),
        row("-1"),
        row("40.5"),
        row("fear"),
        row(timestamp="1772366400"),
        row(timestamp="1900000800000"),
        row(timestamp=None),
        row(timestamp="soon"),
        {"value": "40"},
        "40",
        None,
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_whole_answer(broken: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(row(), broken)


def test_an_error_with_status_200_is_one() -> None:
    with pytest.raises(BadPayloadError, match="Too many requests"):
        read(error="Too many requests")


@pytest.mark.parametrize("body", [[], "fear", {"data": None}, {"data": {}}, {}])
def test_another_body_is_refused(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        ADAPTER.normalise(Payload((Page(body, None),)), ASKED, fetched_at=NOON)


async def test_so_many_days_are_asked_for() -> None:
    http = ScriptedHttp(lambda url, params, headers: reply({"data": [row()]}))

    await ADAPTER.fetch(http, SentimentRequest(0), None)

    assert [(url, dict(params)) for url, params, _ in http.asked] == [("https://provider.example/fng/", {"limit": "0"})]
