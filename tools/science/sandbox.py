"""Write docs/science/signals-on-sandbox.md: what signals make of markets whose phases are known.

python -m tools.science.sandbox
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from sandbox.market import Market
from sandbox.stands.alternative_me import value_of
from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.numeric.grading import Record, record_of, student
from shared.domain.signals.rules import HORIZON_DAYS
from shared.records.signals import Graded
from tools.manifests import ROOT

from .hits import signed
from .lived import Told, lived
from .logged import logged

REPORT = ROOT / "docs" / "science" / "signals-on-sandbox.md"
SEEDS = range(101, 121)
"""Of no other test or report."""
TOKENS, HISTORY, JUDGED = 20, 400, 400
LAST = datetime(2026, 3, 1, tzinfo=UTC)
_SEEN_A_DAY = 4
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seed:
    """What signals did on one market."""

    number: int
    record: Record
    phases: dict[str, float]
    """Share of signals that were right, by the phase in which they were emitted."""
    bullish: dict[str, float]
    """Share of signals that were bullish, by the phase."""
    rose: float
    """Share of all weeks of all tokens."""


def main() -> None:
    """Write the report."""
    REPORT.write_text("\n".join(written([of_seed(number) for number in SEEDS])) + "\n", encoding="utf-8")


def of_seed(number: int) -> Seed:
    """Return what signals did on a seed's market."""
    market = Market(number, TOKENS)
    panel, excluded = _panel(market), _following(market)
    said = lived(panel, excluded, Told(fear=_fear(market, panel), chains={}), begins=_date(panel, HISTORY))
    graded = list(logged(said).graded)
    of_phase: dict[str, list[Graded]] = {}
    for each in graded:
        of_phase.setdefault(market.phase_at(each.emitted_at).kind, []).append(each)
    plain = np.array([name not in excluded for name in panel.token_ids])
    later = said.later(HORIZON_DAYS)[:, plain]
    return Seed(
        number,
        record_of(graded),
        {kind: float(np.mean([is_hit(each) for each in part])) for kind, part in of_phase.items()},
        {kind: float(np.mean([each.direction == "bullish" for each in part])) for kind, part in of_phase.items()},
        float(np.mean(later[np.isfinite(later)] > 0)),
    )


def written(seeds: Sequence[Seed]) -> Iterator[str]:
    """Yield the report's lines."""
    records = [each.record for each in seeds]
    yield from (
        "# Signals on sandbox markets",
        "",
        f"Made by `python -m tools.science.sandbox`: {len(seeds)} seeded markets of {TOKENS} tokens, {HISTORY} days of history and {JUDGED} judged days each,",
        f"ended {LAST:%Y-%m-%d}, seeds {seeds[0].number} to {seeds[-1].number}, which nothing was set on. The truth is known: bull, neutral and bear phases carry the whole market, and no token is",
        "anything but its own random walk beside them; what can be known is the phase. Signals see daily bars and the sandbox's fear and greed, whose",
        "mood follows the phase. Flows, which lead prices by six hours there, news, books and chains are left out: they have no daily history to be lived through.",
        "",
        "Each market is one trial: means over seeds, with Student's interval over seeds of 95 %; *seen* is on how many markets the market's own interval, as the",
        "track record tells it, lies above chance, *below* on how many it lies under it.",
        "",
        "| figure | mean over seeds | chance | seen | below | no interval |",
        "|---|--:|--:|--:|--:|--:|",
        _line(
            "hit rate",
            [each.hit_rate.value for each in records],
            0.5,
            [_side(each, "hit_rate", 0.5) for each in records],
        ),
        _line(
            "information coefficient",
            [each.information_coefficient.value for each in records],
            0.0,
            [_side(each, "information_coefficient", 0.0) for each in records],
        ),
        "",
        f"Signals graded a market: {min(each.graded for each in records)} to {max(each.graded for each in records)}. Of all weeks of all tokens {_mean([each.rose for each in seeds])} rose.",
        "",
        "| phase at emission | markets | bullish share | hit rate |",
        "|---|--:|--:|--:|",
    )
    for kind in ("bull", "neutral", "bear"):
        there = [each for each in seeds if kind in each.phases]
        if there:
            bullish, right = _mean([each.bullish[kind] for each in there]), _mean([each.phases[kind] for each in there])
            yield f"| {kind} | {len(there)} | {bullish} | {right} |"
    yield from ("", _verdict([each.hit_rate.value for each in records]))


def _side(record: Record, name: str, chance: float) -> int | None:
    figure = getattr(record, name)
    if figure.low is None or figure.high is None:
        return None
    return 1 if figure.low > chance else -1 if figure.high < chance else 0


def _line(name: str, values: Sequence[float | None], chance: float, sides: Sequence[int | None]) -> str:
    known = [each for each in values if each is not None]
    return f"| {name} | {_mean(known)} | {chance:g} | {sides.count(1)} | {sides.count(-1)} | {sides.count(None)} |"


def _verdict(rates: Sequence[float | None]) -> str:
    """Return in a sentence what the interval over seeds says; written by rule, so that nobody chooses the words."""
    value, reach = _interval([each for each in rates if each is not None])
    told = "above" if value - reach > 0.5 else "below" if value + reach < 0.5 else "not to be told from"
    return f"**Over these markets the hit rate is {told} a half.**"


def _mean(values: Sequence[float]) -> str:
    value, reach = _interval(values)
    return f"{signed(value, 3)} ({signed(value - reach, 3)} … {signed(value + reach, 3)})"


def _interval(values: Sequence[float]) -> tuple[float, float]:
    if len(values) < 2:
        return float(np.mean(values)), math.inf
    return float(np.mean(values)), student(len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def _following(market: Market) -> frozenset[str]:
    return frozenset(token.id for token in market.tokens if token.stable or token.follows is not None)


def _fear(market: Market, panel: Panel) -> dict[date, float]:
    days: list[date] = panel.days.astype(object).tolist()
    at = {day: int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) for day in days}
    return {day: float(value_of(market, second, revised=False)) for day, second in at.items()}


def _panel(market: Market) -> Panel:
    """Return the true market, each day seen at a few moments."""
    days = HISTORY + JUDGED
    first = LAST - days * _DAY
    seen = market.prices([first + _DAY / _SEEN_A_DAY * number for number in range(days * _SEEN_A_DAY + 1)])
    close: FloatArray = seen[_SEEN_A_DAY::_SEEN_A_DAY]
    whole = np.stack([seen[at : at + days * _SEEN_A_DAY : _SEEN_A_DAY] for at in range(_SEEN_A_DAY)] + [close])
    ends = [market.at(first + _DAY * (number + 1)) for number in range(days)]
    return Panel(
        days=np.arange(np.datetime64(first.date(), "D"), np.datetime64(LAST.date(), "D")),
        token_ids=tuple(token.id for token in market.tokens),
        open=whole[0],
        high=whole.max(axis=0),
        low=whole.min(axis=0),
        close=close,
        volume_usd=np.array([each.volume for each in ends]),
        market_cap_usd=np.array([each.market_cap for each in ends]),
    )


def _date(panel: Panel, row: int) -> date:
    found: date = panel.days[row].astype(object)
    return found


if __name__ == "__main__":
    main()
