"""A strategy's report, made step by step: figures, years, drawdowns, baselines, series, honesty."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from shared.domain.honesty.numeric.sections import Evidence, honesty_of
from shared.domain.indices.rules import Constant, Exposure, Rules
from shared.domain.panels.panel import DayArray, FloatArray

from .exposures import exposure_of
from .families import figures_of, neighbours, quickly, random_switches, sweep_entry, swept
from .market import Market
from .performance import drawdowns, figures, grouped
from .simulating import Simulation, Track
from .state import BASE

_PART = 365
"""Days that are simulated in one step."""
_MAIN_SHARE = 0.1
MOST_POINTS = 1_500
"""Of a series in a report; longer ones tell every so-manieth day, and the last."""
SURVIVORSHIP = (
    "Members are chosen by the capitalisation known on each day, and a token that stops trading is sold at its last price less the "
    "penalty. The history holds only tokens that some source still tells of: those that vanished before anybody recorded them are "
    "missing, which flatters every strategy that holds many. Stablecoins and wrapped assets are told by today's categories."
)

Report = dict[str, Any]
Progress = Generator[float, None, Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a report is made of."""

    market: Market
    rules: Rules
    gauge: FloatArray | None
    start: int
    """The row from which on it is simulated; earlier ones are for what looks back."""
    baselines: Mapping[str, Rules]
    benchmark: str
    """Which of the baselines has to be beaten."""
    earlier_sharpes: tuple[float, ...] = ()


def backtested(question: Question) -> Progress:
    """Yield the share that is done after each step, and return the report of a strategy that is simulated for the first time.

    Raises:
        ValueError: it follows the gauge, and there is none.
    """
    market, start = question.market, question.start
    exposure = exposure_of(question.rules.exposure, market, question.gauge)
    simulation = Simulation(market, question.rules, exposure, keep_fills=False)
    parts: list[Track] = []
    for begin in range(start, len(market.days), _PART):
        parts.append(simulation.run(begin, min(begin + _PART, len(market.days))))
        yield _MAIN_SHARE * (parts[-1].days[-1] - market.days[start]) / (market.days[-1] - market.days[start] + 1)
    making = reported(question, joined(parts))
    while True:
        try:
            share = next(making)
        except StopIteration as end:
            made: Report = end.value
            return made
        yield _MAIN_SHARE + (1.0 - _MAIN_SHARE) * share


def joined(parts: Sequence[Track]) -> Track:
    """Return tracks that follow each other as one."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("days", "values", "invested", "traded", "costs")
    }
    fills = [fill for part in parts for fill in part.fills]
    return Track(**columns, fills=fills, standing=parts[-1].standing)


def reported(question: Question, main: Track) -> Progress:
    """Yield the share that is done after each step, and return the report of a track.

    A step takes no longer than one simulation or one round of resampling, so that whoever waits may stop it there.
    """
    market, rules, start = question.market, question.rules, question.start
    family = list(neighbours(rules))[1:]
    total = len(family) + len(question.baselines) + len(list(swept(rules))) + 3
    done = 0

    def advanced() -> float:
        nonlocal done
        done += 1
        return min(done / total, 1.0)

    known: dict[Exposure, FloatArray] = {}

    def simulated(each: Rules) -> Track:
        # Fitting hidden states takes longer than everything else together.
        if each.exposure not in known:
            known[each.exposure] = exposure_of(each.exposure, market, question.gauge)
        return quickly(market, each, known[each.exposure], start)

    baselines: dict[str, Track] = {}
    for name, each in question.baselines.items():
        baselines[name] = simulated(each)
        yield advanced()
    tried = [main.returns()]
    for each in family:
        tried.append(simulated(each).returns())
        yield advanced()
    sweep = []
    for changed, each in swept(rules):
        sweep.append(sweep_entry(changed, simulated(each)))
        yield advanced()
    switches = _switches(question, simulated(replace(rules, exposure=Constant())))
    yield advanced()
    evidence = Evidence(
        returns=main.returns(),
        benchmark=baselines[question.benchmark].returns(),
        tried=np.stack(tried, axis=1),
        earlier_sharpes=question.earlier_sharpes,
        sweep=sweep,
        random_switches=switches,
        survivorship=SURVIVORSHIP,
    )
    section = honesty_of(evidence)
    yield advanced()
    return described(main, baselines) | {"benchmark": question.benchmark, "honesty": finite(section)}


def described(main: Track, baselines: Mapping[str, Track]) -> Report:
    """Return what a track and its baselines did, as JSON has it."""
    return {
        "from": str(main.days[0]) if main.days.size else None,
        "to": str(main.days[-1]) if main.days.size else None,
        "figures": finite(asdict(figures_of(main))),
        "years": years(main.days, main.returns()),
        "drawdowns": [
            {
                "peak": str(each.peak),
                "bottom": str(each.bottom),
                "recovered": None if each.recovered is None else str(each.recovered),
                "depth": each.depth,
            }
            for each in drawdowns(main.days, main.returns())
        ],
        "baselines": [{"id": name, "figures": finite(asdict(figures_of(track)))} for name, track in baselines.items()],
        "series": _series(main, baselines),
    }


def years(days: DayArray, returns: FloatArray) -> list[Report]:
    """Return the figures of each calendar year."""
    if not days.size:
        return []
    keys = days.astype("datetime64[Y]").astype(np.int64)
    told = zip(np.unique(keys), grouped(keys, returns), strict=True)
    return [{"year": 1970 + int(key), "return": float(made), **_risk(days, returns, keys == key)} for key, made in told]


def _risk(days: DayArray, returns: FloatArray, within: "np.ndarray[Any, Any]") -> Report:
    nothing = np.zeros(int(within.sum()))
    found = figures(days[within], returns[within], nothing, nothing, nothing)
    return {"volatility": found.volatility, "sharpe": found.sharpe, "max_drawdown": found.max_drawdown}


def _switches(question: Question, full: Track) -> Report | None:
    if isinstance(question.rules.exposure, Constant):
        return None
    exposure = exposure_of(question.rules.exposure, question.market, question.gauge)[question.start :]
    # What a whole purchase costs on average, told by the track that buys everything once.
    traded = float(full.traded.sum())
    lost = float((full.costs / np.maximum(full.values, 1e-12)).sum())
    return random_switches(exposure, full.returns(), lost / traded if traded > 0 else 0.0, seed=1)


def _series(main: Track, baselines: Mapping[str, Track]) -> Report:
    size = main.days.size
    step = max(-(-size // MOST_POINTS), 1)
    rows = sorted({*range(0, size, step), size - 1}) if size else []
    stamps: list[int] = main.days[rows].astype("datetime64[ms]").astype(np.int64).tolist() if size else []
    return {
        "base": BASE,
        "days": stamps,
        "values": _rounded(main.values[rows] if size else ()),
        "invested": _rounded(main.invested[rows] if size else ()),
        "baselines": {name: _rounded(track.values[rows] if size else ()) for name, track in baselines.items()},
    }


def _rounded(values: Iterable[float]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def finite(value: Any) -> Any:
    """Return a structure of JSON with `None` for what is no finite number."""
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else None
    return value
