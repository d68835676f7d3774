"""Answers in their envelope."""

import json
from datetime import timedelta

import pytest
from fastapi import Request

from shared.http.call import SCOPE_KEY, Call
from shared.http.envelope import Envelope, answered
from shared.records.answer import Answer
from tests.clocks import NOON, SteppingClock


def request_at(clock: SteppingClock, *, started: float | None = None) -> Request:
    call = Call("abc", clock=clock, started=clock.monotonic() if started is None else started)
    return Request({"type": "http", "headers": [], SCOPE_KEY: call})


def test_meta_stands_last_and_in_order() -> None:
    clock = SteppingClock()
    request = request_at(clock, started=clock.monotonic() - 0.0125)
    answer = Answer(
        data="[1]", as_of=NOON - timedelta(milliseconds=1500), source="live", sources=("a",), meta={"total": 7}
    )

    body = bytes(answered(request, answer).body)

    assert body == (
        b'{"data":[1],"meta":{"as_of":"2026-03-01T11:59:58.500000Z","age_s":1.5,"stale":false,"source":"live",'
        b'"sources":["a"],"latency_ms":12.5,"request_id":"abc","total":7}}'
    )


def test_undated_answer_says_null() -> None:
    meta = json.loads(bytes(answered(request_at(SteppingClock()), Answer(data="{}", as_of=None, source="live")).body))[
        "meta"
    ]

    assert (meta["as_of"], meta["age_s"]) == (None, None)


def test_nothing_is_younger_than_now() -> None:
    answer = Answer(data="{}", as_of=NOON + timedelta(seconds=5), source="live")

    assert json.loads(bytes(answered(request_at(SteppingClock()), answer).body))["meta"]["age_s"] == 0


def test_next_page_is_linked() -> None:
    answer = Answer(data="[]", as_of=NOON, source="live", meta={"next": "?limit=5&offset=5"})

    response = answered(request_at(SteppingClock()), answer, links={"describedby": "/api/v1/docs"})

    assert response.headers["link"] == '</api/v1/docs>; rel="describedby", <?limit=5&offset=5>; rel="next"'
    assert json.loads(bytes(response.body))["meta"]["next"] == "?limit=5&offset=5"


def test_last_page_has_no_link() -> None:
    answer = Answer(data="[]", as_of=NOON, source="live", meta={"next": None})

    assert "link" not in answered(request_at(SteppingClock()), answer).headers


def test_link_cannot_smuggle_headers() -> None:
    answer = Answer(data="[]", as_of=NOON, source="live", meta={"next": "?q=é\r\nx: y>"})

    assert answered(request_at(SteppingClock()), answer).headers["link"] == '<?q=%C3%A9%0D%0Ax:%20y%3E>; rel="next"'


@pytest.mark.parametrize("stale", [True, False])
def test_documented_model_describes_the_answer(stale: bool) -> None:
    answer = Answer(data="[1,2]", as_of=NOON, source="live", stale=stale, meta={"total": 2, "snapshot": "s"})

    envelope = Envelope[list[int]].model_validate_json(bytes(answered(request_at(SteppingClock()), answer).body))

    assert (envelope.data, envelope.meta.stale, envelope.meta.total) == ([1, 2], stale, 2)


def test_answer_outside_a_function_is_made_all_the_same() -> None:
    response = answered(Request({"type": "http", "headers": []}), Answer(data="1", as_of=NOON, source="live"))

    assert json.loads(bytes(response.body))["data"] == 1
