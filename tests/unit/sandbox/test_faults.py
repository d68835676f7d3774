"""Every fault over a real connection."""

import http.client
import json
import socket
import time

import pytest

from sandbox.faults import KINDS, Faults
from tests.unit.sandbox.calls import CAP, PRO, Caller

_PRICES = "/coingecko/api/v3/coins/markets?vs_currency=usd&per_page=50"
_PATHS = {
    "coingecko": _PRICES,
    "coingecko_pro": f"/coingecko-pro/api/v3/coins/markets?vs_currency=usd&x_cg_pro_api_key={PRO}",
    "binance": "/binance/api/v3/ticker/24hr",
    "coinpaprika": "/coinpaprika/v1/tickers",
    "coincap": f"/coincap/v3/assets?apiKey={CAP}",
}


def prices(call: Caller) -> dict[str, float | None]:
    return {row["id"]: row["current_price"] for row in call.get(_PRICES).json()}


@pytest.mark.parametrize("provider", _PATHS)
def test_rate_limit_says_when_to_come_back(call: Caller, provider: str) -> None:
    call.fault(provider, "rate_limit", options={"retry_after": 42})

    got = call.get(_PATHS[provider])

    assert (got.status, got.headers["retry-after"]) == (429, "42")
    assert got.json()


@pytest.mark.parametrize("provider", _PATHS)
def test_silent_rate_limit_does_not(call: Caller, provider: str) -> None:
    call.fault(provider, "rate_limit_silent")

    got = call.get(_PATHS[provider])

    assert got.status == 429
    assert "retry-after" not in got.headers


@pytest.mark.parametrize("provider", _PATHS)
def test_server_error(call: Caller, provider: str) -> None:
    call.fault(provider, "server_error")

    assert call.get(_PATHS[provider]).status == 500


@pytest.mark.parametrize("provider", _PATHS)
def test_error_body_claims_success(call: Caller, provider: str) -> None:
    call.fault(provider, "error_body")

    got = call.get(_PATHS[provider])

    assert got.status == 200
    assert isinstance(got.json(), dict)
    assert {"status", "code", "error"} & got.json().keys()


@pytest.mark.parametrize("provider", _PATHS)
def test_truncated_json_is_correctly_framed(call: Caller, provider: str) -> None:
    call.fault(provider, "truncated")

    got = call.get(_PATHS[provider])

    assert got.status == 200
    assert int(got.headers["content-length"]) == len(got.body) > 0
    with pytest.raises(json.JSONDecodeError):
        got.json()


def test_timeout_never_answers(call: Caller) -> None:
    call.fault("coingecko", "timeout")
    impatient = Caller(call.port, timeout=0.3)

    with pytest.raises(TimeoutError):
        impatient.get(_PRICES)


def test_slow_answers_after_so_many_seconds(call: Caller) -> None:
    call.fault("coingecko", "slow", options={"seconds": 0.3})
    began = time.monotonic()

    got = call.get(_PRICES)

    assert got.status == 200
    assert time.monotonic() - began >= 0.3


def test_reset_breaks_off_in_the_middle_with_a_tcp_reset(call: Caller) -> None:
    call.fault("coingecko", "reset")
    with socket.create_connection(("127.0.0.1", call.port), timeout=5) as connection:
        connection.sendall(f"GET {_PRICES} HTTP/1.1\r\nhost: sandbox\r\n\r\n".encode())
        received = b""

        with pytest.raises(ConnectionResetError):  # noqa: PT012 - the reset comes after an unknown number of reads
            while True:
                received += connection.recv(65_536)

    assert received.startswith(b"HTTP/1.1 200")
    assert b"bitcoin" in received


def test_refused_is_a_reset_before_any_byte(call: Caller) -> None:
    call.fault("coingecko", "refused")
    with socket.create_connection(("127.0.0.1", call.port), timeout=5) as connection:
        connection.sendall(f"GET {_PRICES} HTTP/1.1\r\nhost: sandbox\r\n\r\n".encode())

        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_stopped_closes_in_order_without_an_answer(call: Caller) -> None:
    call.fault("coingecko", "stopped")

    with pytest.raises(http.client.RemoteDisconnected):
        call.get(_PRICES)
    with socket.create_connection(("127.0.0.1", call.port), timeout=5) as connection:
        connection.sendall(f"GET {_PRICES} HTTP/1.1\r\nhost: sandbox\r\n\r\n".encode())
        assert connection.recv(1) == b""


def test_frozen_prices_stop_while_times_move(call: Caller) -> None:
    call.fault("coingecko", "frozen")
    before = call.get(_PRICES).json()
    call.call("PUT", "/admin/clock", {"now": "2026-03-01T18:00:00Z"})

    after = call.get(_PRICES).json()

    assert [row["current_price"] for row in after] == [row["current_price"] for row in before]
    assert all(row["last_updated"].startswith(("2026-03-01T17:5", "2026-03-01T18:0")) for row in after)
    call.call("DELETE", "/admin/faults/coingecko")
    assert [row["current_price"] for row in call.get(_PRICES).json()] != [row["current_price"] for row in before]


def test_times_ten(call: Caller) -> None:
    right = prices(call)
    call.fault("coingecko", "times_ten")

    wrong = prices(call)

    assert wrong["bitcoin"] == pytest.approx(10 * (right["bitcoin"] or 0), rel=0.001)


def test_swapped_prices(call: Caller) -> None:
    right = prices(call)
    call.fault("coingecko", "swapped", options={"tokens": ["solana", "cardano"]})

    wrong = prices(call)

    assert (wrong["solana"], wrong["cardano"]) == (right["cardano"], right["solana"])
    assert wrong["bitcoin"] == right["bitcoin"]


@pytest.mark.parametrize("provider", _PATHS)
def test_nulls_stay_valid_json(call: Caller, provider: str) -> None:
    call.fault(provider, "nulls", options={"tokens": ["bitcoin"], "share": 0.3})

    got = call.get(_PATHS[provider])

    assert got.status == 200
    assert b"NaN" not in got.body
    assert b'"nan"' not in got.body
    rows = got.json()["data"] if provider == "coincap" else got.json()
    first = rows[0]["quotes"]["USD"] if provider == "coinpaprika" else rows[0]
    price = first[
        {"binance": "lastPrice", "coincap": "priceUsd", "coinpaprika": "price"}.get(provider, "current_price")
    ]
    assert price is None


def test_a_fault_ends_after_so_many_requests(call: Caller) -> None:
    call.fault("coingecko", "server_error", for_requests=2)

    assert [call.get(_PRICES).status for _ in range(3)] == [500, 500, 200]


def test_a_fault_ends_after_so_many_seconds() -> None:
    now = [100.0]
    faults = Faults(lambda: now[0])
    faults.put("binance", "server_error", since=0, requests=None, lasting=30.0, options={})

    during = faults.take("binance", "/")
    now[0] = 130.0

    assert during is not None
    assert faults.take("binance", "/") is None


def test_a_fault_of_one_page_leaves_the_others(call: Caller) -> None:
    call.fault("coingecko", "server_error", options={"match": "page=2"})

    assert [call.get(f"{_PRICES}&page={page}").status for page in (1, 2, 3)] == [200, 500, 200]


def test_a_fault_of_one_provider_leaves_the_others(call: Caller) -> None:
    call.fault("coingecko", "stopped")

    assert call.get(_PATHS["coingecko_pro"]).status == 200
    assert call.get(_PATHS["binance"]).status == 200


def test_faults_can_be_seen_and_cleared(call: Caller) -> None:
    call.fault("coingecko-pro", "slow", for_requests=9)
    call.fault("binance", "nulls")

    seen = call.get("/admin/faults").json()
    left = call.call("DELETE", "/admin/faults/binance").json()

    assert {name: fault["kind"] for name, fault in seen.items()} == {"coingecko_pro": "slow", "binance": "nulls"}
    assert list(left) == ["coingecko_pro"]
    assert call.call("DELETE", "/admin/faults").json() == {}


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        ("nobody", {"fault": "slow"}),
        ("binance", {"fault": "unheard_of"}),
        ("binance", {}),
        ("binance", {"fault": "slow", "for_requests": "three"}),
        ("binance", {"fault": "slow", "for_requests": 0}),
        ("binance", {"fault": "slow", "options": {"seconds": -1}}),
        ("binance", {"fault": "rate_limit", "options": {"retry_after": 1.5}}),
        ("binance", {"fault": "swapped", "options": {"tokens": ["no-such-token", "bitcoin"]}}),
    ],
)
def test_a_fault_that_cannot_be_is_a_422_that_says_why(call: Caller, provider: str, wanted: dict[str, object]) -> None:
    got = call.call("PUT", f"/admin/faults/{provider}", wanted)

    assert got.status == 422
    assert got.json()["detail"]


@pytest.mark.parametrize("provider", _PATHS)
def test_a_page_for_people_comes_in_place_of_the_answer(call: Caller, provider: str) -> None:
    call.fault(provider, "html")

    got = call.get(_PATHS[provider])

    assert (got.status, got.headers["content-type"], got.body[:9]) == (200, "text/html; charset=utf-8", b"<!doctype")


def test_a_redirect_leads_to_another_host(call: Caller) -> None:
    call.fault("binance", "redirect", options={"to": "http://127.0.0.3:1/there"})

    got = call.get(_PATHS["binance"])

    assert (got.status, got.headers["location"]) == (302, "http://127.0.0.3:1/there")


def test_an_endless_answer_goes_on(call: Caller) -> None:
    call.fault("coincap", "endless")

    with socket.create_connection(("127.0.0.1", call.port), timeout=5) as client:
        client.sendall(f"GET {_PATHS['coincap']} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
        read = 0
        while read < 5_000_000:
            read += len(client.recv(1 << 16))

    assert call.get("/admin/health").status == 200


def test_a_clock_may_be_ahead(call: Caller) -> None:
    honest = json.loads(call.get("/coincap/v3/assets?apiKey=" + CAP).body)["timestamp"]

    call.fault("coincap", "skewed", options={"seconds": 7200})

    assert json.loads(call.get("/coincap/v3/assets?apiKey=" + CAP).body)["timestamp"] - honest == 7_200_000


def test_every_kind_is_tried_here() -> None:
    tried = {
        "html",
        "redirect",
        "endless",
        "skewed",
        "rate_limit",
        "rate_limit_silent",
        "server_error",
        "error_body",
        "truncated",
        "timeout",
        "slow",
        "reset",
        "refused",
    }

    assert tried | {"stopped", "frozen", "times_ten", "swapped", "nulls"} == KINDS
