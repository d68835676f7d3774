"""An index that is kept: from where it stands to the last completed day, as records to be stored."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from shared.domain.indices.catalogue import BENCHMARK, INDICES, LEADER, MAIN, Index
from shared.domain.panels.panel import FloatArray
from shared.records.indices import IndexAdvance, IndexDay, IndexEntry, StoredIndex

from .choosing import Chooser
from .exposures import exposure_of
from .families import figures_of
from .market import Market
from .reporting import Question, Report, described, finite, reported
from .simulating import Simulation, Track
from .state import Fill, packed, tokens_of, unpacked

FEWEST_MEMBERS = 20
"""An index of the 100 largest begins when at least so many are known."""
_SPANS = (1, 7, 30, 365)
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What an advance is reckoned from."""

    market: Market
    gauge: FloatArray | None
    digest: str

    @classmethod
    def of(cls, market: Market, gauge: FloatArray | None) -> "Inputs":
        """Return the inputs with the digest of what decides: prices, capitalisations, gauge."""
        made = hashlib.sha256()
        for array in (market.open, market.close, market.cap, *(() if gauge is None else (gauge,))):
            made.update(np.ascontiguousarray(array).tobytes())
        return cls(market=market, gauge=gauge, digest=made.hexdigest())


def advanced(
    index: Index, inputs: Inputs, stored: StoredIndex | None, *, step: Callable[[], None] = lambda: None
) -> IndexAdvance | None:
    """Return what an index did since it was stored, `None` where there is nothing new or it cannot begin yet.

    Args:
        index: Which.
        inputs: Of all days that its rules look at.
        stored: Where it stands; `None` for the beginning.
        step: Called between parts, so that whoever waits may stop it.

    Raises:
        KeyError: a token that it holds is not in the market.
    """
    market = inputs.market
    exposure = _exposure(index, inputs)
    start = None if exposure is None else _start(index, market, exposure, stored)
    if exposure is None or start is None or start >= len(market.days):
        return None
    standing = None if stored is None else unpacked(stored.state, market.token_ids)
    before = standing.units.copy() if standing else np.zeros(len(market.token_ids))
    track = Simulation(market, index.rules, exposure, standing=standing).run(start)
    whole = _joined(stored, track)
    report = _report(index, inputs, whole, len(market.days) - len(whole.days), step)
    return IndexAdvance(
        index_id=index.id,
        place=list(INDICES).index(index.id),
        after=None if stored is None else stored.day,
        days=_days(track),
        entries=[_entry(fill) for fill in track.fills],
        holdings=_holdings(index, market, track, start, before),
        state=packed(track.standing, market.token_ids),
        summary=_written(_summary(index, whole)),
        report=_written(report),
        inputs_digest=inputs.digest,
    )


def may_begin(index: Index, market: Market) -> bool:
    """Return whether there is a day with enough members for an index to begin, whatever its exposure were."""
    return _start(index, market, np.ones(len(market.days)), None) is not None


def _exposure(index: Index, inputs: Inputs) -> FloatArray | None:
    try:
        return exposure_of(index.rules.exposure, inputs.market, inputs.gauge)
    except ValueError:
        return None


def _start(index: Index, market: Market, exposure: FloatArray, stored: StoredIndex | None) -> int | None:
    """Return the row to go on from, or the first one on which there is something to decide."""
    if stored is not None:
        return int((np.datetime64(stored.day, "D") - market.days[0]) / _DAY) + 1
    chooser = Chooser(market, index.rules)
    needed = min(FEWEST_MEMBERS, index.rules.top)
    for row in np.flatnonzero(np.isfinite(exposure)):
        if np.count_nonzero(chooser.weights(int(row))) >= needed:
            return int(row)
    return None


def _joined(stored: StoredIndex | None, track: Track) -> Track:
    if stored is None or not stored.days:
        return track
    kept = stored.days
    return Track(
        days=np.concatenate([np.array([each.day for each in kept], dtype="datetime64[D]"), track.days]),
        values=np.concatenate([[each.value for each in kept], track.values]),
        invested=np.concatenate([[each.invested for each in kept], track.invested]),
        traded=np.concatenate([[each.traded for each in kept], track.traded]),
        costs=np.concatenate([[each.costs for each in kept], track.costs]),
        fills=track.fills,
        standing=track.standing,
    )


def _report(index: Index, inputs: Inputs, whole: Track, first: int, step: Callable[[], None]) -> Report:
    if index.id != MAIN or first < 0:
        return described(whole, {}) | {"benchmark": None, "honesty": None}
    question = Question(
        market=inputs.market,
        rules=index.rules,
        gauge=inputs.gauge,
        start=first,
        baselines={each.id: each.rules for each in INDICES.values() if each.id != MAIN},
        benchmark=BENCHMARK,
    )
    making = reported(question, whole)
    while True:
        try:
            next(making)
        except StopIteration as end:
            made: Report = end.value
            return made
        step()


def _days(track: Track) -> list[IndexDay]:
    columns = (track.days.astype(object), track.values, track.invested, track.traded, track.costs)
    return [
        IndexDay(day=day, value=float(value), invested=float(invested), traded=float(traded), costs=float(costs))
        for day, value, invested, traded, costs in zip(*columns, strict=True)
    ]


def _entry(fill: Fill) -> IndexEntry:
    at = datetime.combine(fill.day.astype(object), datetime.min.time(), tzinfo=UTC)
    value = 0.0 if fill.reason == "redenomination" else fill.value
    return IndexEntry(
        at=at,
        token_id=fill.token_id,
        reason=fill.reason,
        units=repr(fill.units),
        price_usd=repr(fill.price),
        value_usd=repr(value),
        fee_usd=repr(fill.fee),
        slippage_usd=repr(fill.slippage),
    )


def _holdings(index: Index, market: Market, track: Track, start: int, before: FloatArray) -> dict[date, str]:
    """Return what was held at the closes of days with entries, and of the last one."""
    by_day: dict[np.datetime64, list[Fill]] = {}
    for fill in track.fills:
        by_day.setdefault(fill.day, []).append(fill)
    units = before.copy()
    places = {name: at for at, name in enumerate(market.token_ids)}
    told: dict[date, str] = {}
    for at, day in enumerate(track.days):
        for fill in by_day.get(day, ()):
            place = places[fill.token_id]
            units[place] = fill.units if fill.reason == "redenomination" else units[place] + fill.units
        if day in by_day or at == len(track.days) - 1:
            units[np.abs(units) < 1e-15] = 0.0
            value, cash = float(track.values[at]), float(track.values[at] * (1.0 - track.invested[at]))
            told[day.astype(object)] = _held(index.id, market, start + at, units, value, cash)
    return told


def _held(index_id: str, market: Market, row: int, units: FloatArray, value: float, cash: float) -> str:
    prices = market.priced[row]
    worth = units * prices
    order = [int(each) for each in np.argsort(-worth, kind="stable") if worth[each] > 0]
    tokens = [
        {
            "token_id": market.token_ids[each],
            "units": repr(float(units[each])),
            "price_usd": float(prices[each]),
            "value_usd": float(worth[each]),
            "weight": float(worth[each] / value) if value > 0 else 0.0,
        }
        for each in order
    ]
    return _written(
        {
            "index_id": index_id,
            "day": str(market.days[row]),
            "value_usd": value,
            "usdc": cash,
            "usdc_weight": cash / value if value > 0 else 0.0,
            "tokens": tokens,
        }
    )


def _summary(index: Index, whole: Track) -> Report:
    told = asdict(figures_of(whole))
    changes = {f"change_{span}d_pct": _change(whole.values, span) for span in _SPANS}
    return {
        "id": index.id,
        "name": index.name,
        "kind": index.kind,
        "description": index.description,
        "since": str(whole.days[0]),
        "day": str(whole.days[-1]),
        "value": float(whole.values[-1]),
        **changes,
        "invested": float(whole.invested[-1]),
        "exposure": whole.standing.acted,
        "holdings": int((whole.standing.units > 0).sum()),
        **{name: told[name] for name in ("cagr", "volatility", "sharpe", "max_drawdown")},
    }


def _change(values: FloatArray, span: int) -> float | None:
    return float((values[-1] / values[-1 - span] - 1.0) * 100.0) if values.size > span and values[-1 - span] else None


def _written(told: Mapping[str, Any]) -> str:
    return json.dumps(finite(told), separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def needed_tokens(universe: Sequence[str], stored: Sequence[StoredIndex]) -> list[str]:
    """Return the tokens that a market must have: bitcoin, those that may be chosen, those that are held."""
    held = set().union(*(tokens_of(each.state) for each in stored)) if stored else set()
    return sorted({LEADER, *universe, *held})
