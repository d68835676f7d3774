"""Which candles a run asks for, and which market is which token's: both pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from functions.refresh_candles.mapping import Markets, behind
from functions.refresh_candles.planning import COARSE_A_RUN, MOST, Task, plan
from shared.domain.candles.recall import CandleToken, Known, Progress
from shared.domain.candles.writing import Hole
from shared.providers.candle_requests import CandleRequest, Market, MarketRecord
from shared.records.candles import Interval
from tests.candles import candle, hours, series
from tests.clocks import NOON

NOW = NOON + timedelta(minutes=30, seconds=20)


def token(name: str, symbol: str = "", *, price: str = "100", cap: str | None = "1000") -> CandleToken:
    return CandleToken(name, symbol or name.upper(), False, Decimal(price), NOW, Decimal(cap) if cap else None)


def known(*tokens: CandleToken, progress: dict[tuple[str, Interval], Progress] | None = None) -> Known:
    names = {each.token_id: (("binance", f"{each.symbol}USDT"),) for each in tokens}
    return Known(tokens, names, progress or {})


def planned(state: Known, *, top: int = 1, gaps: tuple[Hole, ...] = (), now: datetime = NOW) -> list[Task]:
    return plan(state, Markets(state, []), gaps, top=top, now=now)


def test_minutes_of_the_largest_go_on_where_they_ended() -> None:
    done: dict[tuple[str, Interval], Progress] = {("a", "1m"): Progress(NOON + timedelta(minutes=20), NOON)}
    first = planned(known(token("a"), token("b"), progress=done))[0].request

    assert (first.token_id, first.interval) == ("a", "1m")
    assert (first.start, first.end) == (NOON + timedelta(minutes=21), NOW)


def test_series_that_fell_far_behind_begins_again_within_what_venues_have() -> None:
    done: dict[tuple[str, Interval], Progress] = {("a", "1m"): Progress(NOON - timedelta(days=9), NOON)}

    assert planned(known(token("a"), progress=done))[0].request.count <= MOST + 1


def test_hours_and_days_of_others_are_due_once_and_within_the_budget() -> None:
    tokens = [token(f"t{place}") for place in range(200)]
    tasks = planned(known(*tokens))
    done: dict[tuple[str, Interval], Progress] = {
        (each.token_id, interval): Progress(NOON - hours(1 if interval == "1h" else 36), NOW)
        for each in tokens
        for interval in ("1h", "1d")
    }

    assert len([task for task in tasks if task.request.interval != "1m"]) <= COARSE_A_RUN + 2
    assert {
        task.request.interval for task in planned(known(*tokens, progress=done)) if task.request.token_id != "t0"
    } == set()


def test_token_that_was_asked_for_lately_is_left_alone() -> None:
    def of(asked: datetime) -> list[Task]:
        done: dict[tuple[str, Interval], Progress] = {
            ("b", "1h"): Progress(NOON - hours(5), asked),
            ("b", "1d"): Progress(NOON.replace(hour=0) - timedelta(days=1), asked),
        }
        tasks = planned(known(token("a"), token("b"), progress=done))
        return [task for task in tasks if task.request.token_id == "b"]

    assert of(NOW - timedelta(minutes=5)) == []
    assert [task.request.interval for task in of(NOW - timedelta(minutes=11))] == ["1h"]


def test_gap_is_asked_for_at_proven_markets_only() -> None:
    hole = Hole("a", "1h", NOON - hours(9), NOON - hours(7))
    state = known(token("a"))
    markets = Markets(state, [MarketRecord("coinbase", "A-USD", "A", "usd")])

    task = plan(state, markets, [hole, Hole("nobody", "1h", NOON, NOW)], top=1, now=NOW)[-1]

    assert task.hole == hole
    assert (task.request.start, task.request.end) == (hole.begins_at, hole.ends_at)
    assert "coinbase" in markets.of("a")
    assert "coinbase" not in task.request.markets


def test_shared_symbol_is_nobodys_unless_one_dwarfs_the_others() -> None:
    listed = [MarketRecord("coinbase", "GAS-USD", "GAS", "usd")]
    rivals = Known((token("gas", "GAS", cap="900"), token("gas-two", "GAS", cap="100")), {}, {})
    giant = Known((token("gas", "GAS", cap="900000"), token("gas-two", "GAS", cap="100")), {}, {})

    assert not Markets(rivals, listed).venues("gas")
    assert not Markets(rivals, listed).venues("gas-two")
    assert Markets(giant, listed).venues("gas")
    assert not Markets(giant, listed).venues("gas-two")


def test_candidate_is_believed_by_price_alone_and_a_proven_market_unless_far_off() -> None:
    state = known(token("a", price="100"))
    markets = Markets(state, [MarketRecord("coinbase", "A-USD", "A", "usd")])
    request = CandleRequest("a", "1h", NOON, NOW, NOW, {**markets.of("a")})

    def judged(provider: str, price: str, at: datetime = NOON) -> bool:
        told = candle(at, price, close=Decimal(price), token_id="a", provider=provider)
        return markets.judge(request, provider, [told], NOW)[0]

    assert judged("coinbase", "104")
    assert not judged("coinbase", "106")
    assert not judged("coinbase", "100", NOON - hours(5))
    assert judged("binance", "150")
    assert not judged("binance", "201")
    assert judged("binance", "201", NOON - hours(5))


def test_dollars_come_before_tethers_and_a_taken_market_is_no_candidate() -> None:
    state = Known((token("a"), token("b")), {"b": (("kraken", "AUSD"),)}, {})
    listed = [
        MarketRecord("kraken", "AUSD", "A", "usd"),
        MarketRecord("coinbase", "A-USDT", "A", "usdt"),
        MarketRecord("coinbase", "A-USD", "A", "usd"),
    ]

    assert Markets(state, listed).of("a")["coinbase"] == Market("A-USD", "usd")
    assert "kraken" not in Markets(state, listed).of("a")


def test_provider_is_behind_when_all_its_minutes_stopped() -> None:
    asked = CandleRequest("a", "1m", NOON, NOW, NOW)
    old, new = series(5, "1m"), series(30, "1m")

    assert behind({"binance": [(asked, old)] * 3}, NOW) == {"binance"}
    assert behind({"binance": [(asked, old), (asked, old), (asked, new)]}, NOW) == set()
    assert behind({"binance": [(asked, old)] * 2}, NOW) == set()


def test_the_index_stands_by_for_tokens_that_a_venue_lists_and_makes_none_listed() -> None:
    state = Known((token("a"), token("b")), {"a": (("binance", "AUSDT"),)}, {})
    markets = Markets(state, [])

    assert markets.of("a")["cryptocompare"] == Market("A-USD", "usd")
    assert "cryptocompare" not in markets.of("a", proven=True)
    assert (markets.venues("a"), markets.venues("b")) == (True, False)
    assert {task.request.token_id for task in plan(state, markets, [], top=5, now=NOW)} == {"a"}


def test_what_the_index_means_by_a_symbol_is_believed_at_the_tokens_price_only() -> None:
    state = known(token("a"))
    markets = Markets(state, [])
    [task] = [each for each in planned(state) if each.request.interval == "1m"]

    def judged(price: str) -> bool:
        record = replace(candle(NOW.replace(second=0), interval="1m"), close=Decimal(price))
        return markets.judge(task.request, "cryptocompare", [record], NOW)[0]

    assert judged("104")
    assert not judged("106")


def test_a_symbol_that_turned_out_to_be_another_tokens_or_may_be_several_is_not_asked_of_the_index() -> None:
    twins = known(token("a", "SAME"), token("b", "SAME"))

    assert "cryptocompare" not in Markets(twins, []).of("a")
    assert "cryptocompare" not in Markets(known(token("a")), [], {("cryptocompare", "A-USD")}).of("a")
