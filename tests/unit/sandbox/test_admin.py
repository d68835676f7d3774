import json

import pytest

from sandbox.limits import LIMITS, Usage
from sandbox.market import Market
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON, Caller


def test_truth_is_the_market_itself(call: Caller, market: Market) -> None:
    truth = call.get("/admin/truth?limit=3").json()

    snapshot = market.at(NOON)
    assert [token["price"] for token in truth["tokens"]] == [
        float(snapshot.price[position]) for position in snapshot.order[:3]
    ]
    assert truth["phase"]["kind"] == market.phase_at(NOON).kind
    assert truth["listed"] == 300


@pytest.mark.parametrize(
    "at", ["2026-02-01T00:00:00Z", "2026-02-01T01:00:00%2B01:00", "2026-02-01T01:00:00+01:00", "2026-02-01"]
)
def test_truth_of_another_moment(call: Caller, market: Market, at: str) -> None:
    truth = call.get(f"/admin/truth?at={at}&ids=ethereum").json()

    assert truth["at"] == "2026-02-01T00:00:00+00:00"
    assert [token["id"] for token in truth["tokens"]] == ["ethereum"]


def test_a_moment_out_of_range_is_a_422(call: Caller) -> None:
    assert call.get("/admin/truth?at=1999-01-01").status == 422
    assert call.call("PUT", "/admin/clock", {"now": "never"}).status == 422


def test_requests_are_counted_per_provider_path_and_status(call: Caller) -> None:
    call.call("DELETE", "/admin/requests")
    call.get("/coingecko/api/v3/ping")
    call.get("/coingecko/api/v3/coins/markets")
    call.get("/coingecko/api/v3/coins/markets?vs_currency=usd")

    seen = call.get("/admin/requests").json()

    assert list(seen) == ["coingecko"]
    assert seen["coingecko"]["total"] == 3
    assert seen["coingecko"]["paths"]["/api/v3/coins/markets"] == {"total": 2, "statuses": {"200": 1, "422": 1}}


def test_what_was_left_unanswered_is_counted_too(call: Caller) -> None:
    call.fault("binance", "refused", for_requests=1)

    with pytest.raises(ConnectionError):
        call.get("/binance/api/v3/time")

    assert call.get("/admin/requests").json()["binance"]["paths"]["/api/v3/time"]["statuses"] == {"0": 1}


def test_the_clock_moves_only_when_told(call: Caller) -> None:
    first = call.get("/binance/api/v3/time").body

    call.call("PUT", "/admin/clock", {"now": "2026-03-01T12:00:05Z"})

    assert json.loads(call.get("/binance/api/v3/time").body)["serverTime"] == json.loads(first)["serverTime"] + 5000


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nobody/x", 404), ("POST", "/binance/api/v3/time", 405), ("GET", "/admin/what", 404)],
)
def test_what_is_not_there_is_told(call: Caller, method: str, path: str, status: int) -> None:
    got = call.call(method, path)

    assert got.status == status
    assert got.json()["detail"]


def test_answers_are_dated_by_the_markets_clock(call: Caller) -> None:
    assert call.get("/coingecko/api/v3/ping").headers["date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert call.get("/coincap/v3/assets").headers["date"] == "Sun, 01 Mar 2026 12:00:00 GMT"


def test_binance_tells_the_weight_used(call: Caller) -> None:
    one, other = (int(call.get("/binance/api/v3/ticker/24hr").headers["x-mbx-used-weight-1m"]) for _ in range(2))

    assert other in (one + 80, 80)


@pytest.mark.parametrize("provider", LIMITS)
def test_limits_are_per_window(provider: str) -> None:
    limit, now = LIMITS[provider], [60_000.0]
    usage, asked = Usage(lambda: now[0]), Asked(provider, "/any")

    waits = [usage.spend(asked)[1] for _ in range(limit.most + 1)]
    now[0] += limit.window

    assert waits[:-1] == [None] * limit.most
    assert waits[-1] == limit.window
    assert usage.spend(asked) == (1, None)
