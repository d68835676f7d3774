"""Write the part of docs/science/regime.md about real history: the regime beside two plain rules, as labels of days.

python -m tools.science.regime --recorded FOLDER [--open-held-out]

Nobody knows the true regimes of a real market. So labels are described by what can be counted: how often they change, what the market returned
after them, how much of its deep falls they called bear, and how late after its highs and lows they came. The last 18 months are only looked at
with `--open-held-out`, which writes the date into the report.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.domain.honesty.numeric.bootstrap import intervals
from shared.domain.panels.panel import DayArray, FloatArray
from shared.domain.regime.catalogue import GAUGES, VERSION
from shared.domain.regime.numeric.features import faded
from shared.domain.regime.numeric.labelling import judged
from shared.domain.regime.numeric.market import market_of
from shared.domain.regime.numeric.scoring import Sides, switched
from tools.manifests import ROOT

from .index import HELD_OUT
from .pivots import Pivot, pivots_of
from .recorded import own_prices, recorded_market

REPORT = ROOT / "docs" / "science" / "regime.md"
OPENS, CLOSES = "<!-- real history: begin -->", "<!-- real history: end -->"
BEGINS = date(2016, 1, 1)
STATES = {1: "bull", 0: "neutral", -1: "bear"}
HORIZONS = (1, 7, 30)
"""Days after a label over which the market's return is told."""
_SIDES = dict(zip(GAUGES, (-1, -1, 0, 1, 1), strict=True))
_MEAN_BLOCK = 60
"""Mean length of a block: labels last for months, and what is resampled has to keep them together."""

Mask = NDArray[np.bool_]
Measure = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The market and what each rule said of its days, at their ends."""

    days: DayArray
    log_return: FloatArray
    sides: Mapping[str, Sides]
    gauges: Sequence[str | None]

    def pivots(self, within: Mask) -> list[Pivot]:
        """Return the turns of which the move that follows ends in a period, told by no day after it."""
        last = int(np.flatnonzero(within)[-1]) + 1
        return [each for each in pivots_of(np.cumsum(self.log_return[:last])) if within[each.ends]]


def main() -> None:
    """Write the part."""
    parser = argparse.ArgumentParser(description="Write the part of docs/science/regime.md about real history")
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recorded sets")
    parser.add_argument("--open-held-out", action="store_true", help="look at the last 18 months as well")
    given = parser.parse_args()
    found = labelled(given.recorded, held_out=given.open_held_out)
    part = "\n".join(written(found, held_out=given.open_held_out))
    before, _, rest = REPORT.read_text(encoding="utf-8").partition(OPENS)
    _, _, after = rest.partition(CLOSES)
    REPORT.write_text(f"{before}{OPENS}\n{part}\n{CLOSES}{after}", encoding="utf-8")


def labelled(folder: Path, *, held_out: bool) -> Labelled:
    """Return the labels of the history, cut before the last 18 months unless those are opened."""
    panel, excluded = recorded_market(folder)
    until = len(panel.days) if held_out else int(np.searchsorted(panel.days, np.datetime64(HELD_OUT, "D")))
    plain = own_prices(panel.until(until), excluded)
    market = market_of(plain)
    gauges = [each.gauge for each in judged(plain)]
    sides = {
        VERSION: np.array([0 if gauge is None else _SIDES[gauge] for gauge in gauges], dtype=np.int64),
        "200-day switch": switched(market.log_return),
        "plain trend": plain_trend(market.log_return),
    }
    since = int(np.searchsorted(panel.days, np.datetime64(BEGINS, "D")))
    returned = np.nan_to_num(market.log_return)[since:]
    return Labelled(
        days=plain.days[since:],
        log_return=returned,
        sides={name: each[since:] for name, each in sides.items()},
        gauges=gauges[since:],
    )


def plain_trend(log_return: FloatArray, band: float = 0.08) -> Sides:
    """Return the sides of mean return ÷ spread, of half-lives 20 and 90 days: taken outside the band, kept until the other is."""
    lean = np.nan_to_num(faded(log_return, 20) / np.sqrt(faded(np.square(log_return), 90)))
    taken = np.where(np.abs(lean) > band, np.sign(lean), 0).astype(np.int64)
    last = np.maximum.accumulate(np.where(taken != 0, np.arange(len(taken)), -1))
    return np.where(last >= 0, taken[np.maximum(last, 0)], 0)


def written(found: Labelled, *, held_out: bool) -> Iterator[str]:
    """Yield the part's lines."""
    yield "## Real history"
    yield ""
    yield f"Made by `python -m tools.science.regime`, {found.days[0]} to {found.days[-1]}, {VERSION}, from prices of the recorded tokens alone (which they are, and what"
    yield "is missing: docs/science/index.md). Labels are those said at a day's end; returns are of the days after it, of all tokens by capitalisation, without costs. No truth"
    yield "is known, so none of this is an accuracy. Highs and lows are told with hindsight: turns between which the market halved or doubled at least. Intervals: stationary block"
    yield f"bootstrap, mean block {_MEAN_BLOCK} days, 95 %."
    yield ""
    before = found.days < np.datetime64(HELD_OUT, "D")
    yield from _period("Before the last 18 months", found, before)
    if held_out:
        yield from _period(f"The last 18 months, opened on {datetime.now(UTC).date()}", found, ~before)
        yield "They were opened once, after everything above was fixed; nothing was changed because of them."
    else:
        yield "The last 18 months have not been opened."


def _period(title: str, found: Labelled, within: Mask) -> Iterator[str]:
    yield from (f"### {title}", "")
    yield from _labels(found, within)
    yield from _returns(found, within)
    yield from _gauge(found, within)


def _labels(found: Labelled, within: Mask) -> Iterator[str]:
    pivots = found.pivots(within)
    highs, lows = ([each for each in pivots if each.high == high] for high in (True, False))
    yield f"Highs after which the market halved at least: {len(highs)}; lows after which it doubled at least: {len(lows)}."
    yield ""
    yield "| labels | changes of side a year | bull | neutral | bear | of the falls called bear | days after highs, median (all) | after lows |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name, sides in found.sides.items():
        shares = " | ".join(f"{float((sides[within] == side).mean()):.0%}" for side in STATES)
        lags = (_lags(sides, highs, -1), _lags(sides, lows, 1))
        caught = _caught(found.log_return, sides, highs)
        yield f"| {name} | {_changes(sides[within]):.1f} | {shares} | {caught} | {lags[0]} | {lags[1]} |"
    yield ""


def _changes(sides: Sides) -> float:
    taken = sides[sides != 0]
    return float((np.diff(taken) != 0).sum()) / (len(sides) / 365)


def _lags(sides: Sides, turns: Sequence[Pivot], side: int) -> str:
    lags = [_lag(sides[each.row : each.ends], side) for each in turns]
    if not lags:
        return "–"
    told = ", ".join("never" if lag is None else str(lag) for lag in lags)
    return f"{np.median([1_000 if lag is None else lag for lag in lags]):.0f} ({told})"


def _lag(sides: Sides, side: int) -> int | None:
    right = np.flatnonzero(sides == side)
    return int(right[0]) if len(right) else None


def _caught(log_return: FloatArray, sides: Sides, highs: Sequence[Pivot]) -> str:
    """Return the share of the falls, in logarithms, that came on days after a day called bear."""
    falls = [slice(each.row + 1, each.ends + 1) for each in highs]
    fallen = sum(float(log_return[each].sum()) for each in falls)
    called = sum(float(log_return[each][sides[each.start - 1 : each.stop - 1] == -1].sum()) for each in falls)
    return f"{called / fallen:.0%}" if fallen else "–"


def _returns(found: Labelled, within: Mask) -> Iterator[str]:
    yield "Mean return of the market after a label, % a day, and how much higher after bull than after bear:"
    yield ""
    yield "| labels | days after | bull | neutral | bear | bull − bear, 95 % |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, sides in found.sides.items():
        for horizon in HORIZONS:
            ahead = _ahead(found.log_return, within, horizon)
            cells = " | ".join(_mean_of(ahead[within], sides[within] == side) for side in STATES)
            yield f"| {name} | {horizon} | {cells} | {_difference(ahead[within], sides[within])} |"
    yield ""


def _gauge(found: Labelled, within: Mask) -> Iterator[str]:
    yield f"The five steps of {VERSION}, and the market's mean return on the day after:"
    yield ""
    yield "| step | of the days | % a day, 95 % |"
    yield "|---|--:|--:|"
    ahead = _ahead(found.log_return, within, 1)[within]
    gauges = np.array([gauge or "unknown" for gauge in found.gauges])[within]
    for gauge in (*GAUGES, "unknown"):
        marked = gauges == gauge
        yield f"| {gauge.replace('_', ' ')} | {float(marked.mean()):.0%} | {_with_ends(ahead, marked)} |"
    yield ""


def _ahead(log_return: FloatArray, within: Mask, horizon: int) -> FloatArray:
    """Return the mean daily return, %, of the `horizon` days after each; NaN where they reach beyond the period."""
    reached = np.where(within, log_return, np.nan)
    ahead = np.full(len(reached), np.nan)
    sums = np.lib.stride_tricks.sliding_window_view(reached, horizon).mean(axis=1) * 100
    ahead[:-horizon] = sums[1:]
    return ahead


def _mean_of(ahead: FloatArray, marked: Mask) -> str:
    known = ahead[marked & np.isfinite(ahead)]
    return _signed(float(known.mean())) if len(known) else "–"


def _difference(ahead: FloatArray, sides: Sides) -> str:
    def measured(sampled: FloatArray) -> FloatArray:
        return _mean(sampled, sampled[..., 1] > 0) - _mean(sampled, sampled[..., 1] < 0)

    return _interval(ahead, sides.astype(np.float64), measured)


def _with_ends(ahead: FloatArray, marked: Mask) -> str:
    if not marked.any():
        return "–"
    told = _interval(ahead, marked.astype(np.float64), lambda sampled: _mean(sampled, sampled[..., 1] > 0))
    return f"{_mean_of(ahead, marked)} ({told})"


def _mean(sampled: FloatArray, marked: Mask) -> FloatArray:
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(marked, sampled[..., 0], 0.0).sum(axis=1) / marked.sum(axis=1)
    return mean[:, None]


def _interval(ahead: FloatArray, mark: FloatArray, measured: Measure) -> str:
    known = np.isfinite(ahead)
    pairs = np.stack([ahead[known], mark[known]], axis=1)
    low, high = intervals(pairs, measured, seed=1, mean_block=_MEAN_BLOCK)[:, 0]
    return f"{_signed(low)} … {_signed(high)}" if np.isfinite([low, high]).all() else "–"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


if __name__ == "__main__":
    main()
