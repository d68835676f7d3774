"""Nodes answer in batches, in any order, with errors that come with HTTP 200."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, RateLimitedError, ServerFailedError
from shared.providers.asking import Call
from shared.providers.contract import Reply
from shared.providers.json_rpc import Method, ask_in_turn, ask_rpc, quantity, results
from shared.providers.numbers import Unreadable

from .fakes import ScriptedHttp, reply

NODE, OTHER = Call("node", "https://node.example"), Call("node", "https://other.example")
TWO = (Method("eth_blockNumber"), Method("eth_getBlockByNumber", ("latest", False)))
SECOND = timedelta(seconds=1)


def answered(number: int, result: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def failed(number: int | None, code: int, message: str = "no") -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def saying(body: object, status: int = 200) -> ScriptedHttp:
    return ScriptedHttp(lambda url, params, headers: reply(body, status=status))


async def test_several_methods_are_one_batch_with_an_id_each() -> None:
    http = saying([answered(1, "0x1"), answered(2, None)])

    await ask_rpc(http, NODE, TWO)

    assert http.posted == [
        (
            "https://node.example",
            [
                {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []},
                {"jsonrpc": "2.0", "id": 2, "method": "eth_getBlockByNumber", "params": ["latest", False]},
            ],
        )
    ]


async def test_one_method_is_posted_by_itself() -> None:
    http = saying(answered(1, "0x10"))

    page = await ask_rpc(http, NODE, TWO[:1])

    assert http.posted[0][1] == {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
    assert results(page.body, 1) == ["0x10"]


async def test_results_come_in_the_order_of_the_questions() -> None:
    page = await ask_rpc(saying([answered(2, "second"), answered(1, "first")]), NODE, TWO)

    assert results(page.body, 2) == ["first", "second"]


async def test_a_method_that_a_node_does_not_know_is_no_failure_of_the_others() -> None:
    page = await ask_rpc(saying([answered(1, "0x1"), failed(2, -32601)]), NODE, TWO)

    assert results(page.body, 2) == ["0x1", None]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([answered(1, "0x1"), failed(2, -32005, "limit exceeded")], RateLimitedError),
        ([answered(1, "0x1"), failed(2, -32000, "header not found")], BadPayloadError),
        (failed(None, -32005, "batch limit exceeded"), RateLimitedError),
        (failed(None, -32600, "batches are not allowed"), BadPayloadError),
    ],
)
async def test_an_error_object_is_an_error_whatever_the_status(body: object, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        await ask_rpc(saying(body), NODE, TWO)


@pytest.mark.parametrize(
    "body",
    [
        [],
        [answered(1, "0x1")],
        [answered(1, "0x1"), answered(1, "0x2")],
        [answered(1, "0x1"), answered(3, "0x2")],
        [answered(1, "0x1"), {"jsonrpc": "2.0", "id": 2}],
        {"jsonrpc": "2.0", "id": 1, "result": "0x1"},
        "no",
    ],
)
def test_answers_to_other_questions_are_refused(body: Any) -> None:
    with pytest.raises(Unreadable):
        results(body, 2)


@pytest.mark.parametrize(
    ("text", "value"), [("0x0", 0), ("0x1b4", 436), ("0x400", 1024), ("0xDE0B6B3A7640000", 10**18)]
)
def test_quantities_are_hexadecimal(text: str, value: int) -> None:
    assert quantity(text) == value


@pytest.mark.parametrize("value", [None, 1, "", "0x", "1b4", "0x1g", "-0x1", "0x 1", "0x" + "f" * 65, "latest", True])
def test_what_is_no_hexadecimal_quantity_is_refused(value: Any) -> None:
    with pytest.raises(Unreadable):
        quantity(value)


async def test_the_second_address_answers_for_the_first() -> None:
    def answers(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return reply({}, status=502) if url == NODE.url else reply([answered(1, "0x1"), answered(2, "0x2")])

    http = ScriptedHttp(answers)
    page = await ask_in_turn(http, [NODE, OTHER], TWO, patience=SECOND)

    assert results(page.body, 2) == ["0x1", "0x2"]
    assert [url for url, _ in http.posted] == [NODE.url, OTHER.url]


async def test_when_no_address_answers_the_last_ones_error_is_told() -> None:
    with pytest.raises(ServerFailedError):
        await ask_in_turn(saying({}, status=500), [NODE, OTHER], TWO, patience=SECOND)
