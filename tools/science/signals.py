"""Write docs/science/signals.md: what data points, scores and confluence signals were worth on recorded real history; and its main
figures, for machines, to `shared/domain/evidence`.

python -m tools.science.signals --recorded FOLDER

The last 18 months of the history are not looked at: no return reaches into them.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from shared.domain.datapoints.catalogue import data_points
from shared.domain.datapoints.numeric.windows import FlagArray
from shared.domain.indices.numeric.reporting import SURVIVORSHIP
from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.methodology import VERSION as SCORES_VERSION
from shared.domain.signals.numeric.agreement import effective_number
from shared.domain.signals.rules import HORIZON_DAYS, VERSION, VOTING
from tools.manifests import ROOT

from . import evidence
from .coefficients import Coefficient, across, along, averaged, discovered, draws
from .hits import signal_lines, signed
from .index import BEGINS, HELD_OUT
from .lived import Lived, lived, recorded_told
from .logged import logged
from .quintiles import Fifths, fifths, weekly_scores
from .recorded import recorded_market

REPORT = ROOT / "docs" / "science" / "signals.md"
HORIZONS = (1, 7, 30)
SPANS = (7, 30)
"""Of scores."""
RATE = 0.05
_SIGNS = {1: "up", -1: "down", 0: "–"}


@dataclass(frozen=True, slots=True)
class Tested:
    """One number's coefficients, by horizon."""

    name: str
    category: str
    sign: int
    found: tuple[Coefficient | None, ...]
    how: str
    """`across` tokens of a day, or `along` the days of each token."""


def main() -> None:
    """Write the report."""
    parser = argparse.ArgumentParser(description="Write docs/science/signals.md")
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recorded sets")
    folder = parser.parse_args().recorded
    panel, excluded = recorded_market(folder)
    panel = panel.until(int(np.searchsorted(panel.days, np.datetime64(HELD_OUT, "D"))))
    said = lived(panel, excluded, recorded_told(folder), begins=BEGINS)
    REPORT.write_text("\n".join(written(said, panel, excluded)) + "\n", encoding="utf-8")
    _write_evidence(said, panel, excluded, datetime.now(UTC).date())


def _write_evidence(said: Lived, panel: Panel, excluded: frozenset[str], today: date) -> None:
    plain = np.array([name not in excluded for name in panel.token_ids])
    closes = np.where(plain, said.close, np.nan)
    later = {days: np.where(plain, said.later(days), np.nan) for days in SPANS}
    spreads = [evidence.of_fifths(name, days, each) for name, days, each in _spreads(said, panel, excluded, later)]
    told = evidence.told(said, closes, spreads, version=SCORES_VERSION, made_on=today)
    evidence.write("scores", told)
    figures = evidence.of_signals(logged(said).graded)
    evidence.write("signals", evidence.told(said, closes, figures, version=VERSION, made_on=today))


def written(said: Lived, panel: Panel, excluded: frozenset[str]) -> Iterator[str]:
    """Yield the report's lines."""
    plain = np.array([name not in excluded for name in panel.token_ids])
    later = {days: np.where(plain, said.later(days), np.nan) for days in HORIZONS}
    points = [each for place in range(len(data_points())) if (each := _point(place, said, later)) and any(each.found)]
    yield from _head(said, plain)
    yield from _points(points)
    yield from _categories(said, later)
    yield from signal_lines(said, logged(said), later)
    yield from _redundancy(said)
    yield from _quintiles(said, panel, excluded, later)
    yield from ("", "The last 18 months have not been opened.")
    yield from ("", "What signals see where the truth is known: [on sandbox markets](signals-on-sandbox.md).")


def _point(place: int, said: Lived, later: Mapping[int, FloatArray]) -> Tested | None:
    point = data_points()[place]
    return _tested(point.id, point.category, point.sign, said.values[:, place], later)


def _tested(name: str, category: str, sign: int, values: FloatArray, later: Mapping[int, FloatArray]) -> Tested | None:
    """Return coefficients across tokens, or where too few have the number along the days of each; `None` where nobody has it."""
    if not np.isfinite(values).any():
        return None
    drawn = {days: draws(len(values), days) for days in later}
    found = tuple(averaged(across(values, later[days]), drawn[days]) for days in later)
    if any(found):
        return Tested(name, category, sign, found, "across")
    return Tested(name, category, sign, tuple(along(values, later[days], drawn[days]) for days in later), "along")


def _head(said: Lived, plain: FlagArray) -> Iterator[str]:
    counts = np.isfinite(np.where(plain, said.close, np.nan)).sum(axis=1)
    yield from (
        "# Data points, scores and signals on real markets",
        "",
        f"Made by `python -m tools.science.signals` from recorded history, closes of {said.days[0]} to {said.days[-1]}. What is tested is what the platform",
        "computes: the same code makes every data point, score and signal from what was known at each close, the same rules decide what is news,",
        f"and the same code grades it {HORIZON_DAYS} days later. Rules, thresholds and directions were written down before any of these days was looked at;",
        "none was changed afterwards, whatever is said below.",
        "",
        f"**What this history is not.** It tells of {counts.min()} to {counts.max()} tokens a day, of which most are large ones; a platform of 6,000 judges many that are not like",
        "these. Beside daily bars it has fear and greed from February 2018 on, and activity on six chains until March 2020: flows, news, order books",
        "and quotes within the day are missing, and signals here have fewer voices than on the platform. Chains' figures count a day late.",
        "Where a set ends, returns beyond it are unknown and left out.",
        "",
        SURVIVORSHIP,
        "",
    )


def _points(points: Sequence[Tested]) -> Iterator[str]:
    every = [(each, at) for each in points for at in range(len(HORIZONS)) if each.found[at]]
    coefficients = [found for each, at in every if (found := each.found[at])]
    marks = dict(zip(((each.name, at) for each, at in every), discovered(coefficients, rate=RATE), strict=True))
    strict = sum(discovered(coefficients, under="by", rate=RATE))
    claimed = [(each, at) for each, at in every if marks[each.name, at] and each.sign]
    right = sum(1 for each, at in claimed if (found := each.found[at]) and found.value * each.sign > 0)
    yield from (
        "## Data points",
        "",
        "The information coefficient is the rank correlation with the return of the next 1, 7 and 30 days: across the tokens of each day, averaged over days,",
        "or, for what few tokens have or all have alike (marked *along*), along the days of each token, averaged over tokens. Intervals are of 95 %, from a",
        "stationary block bootstrap over days, 1,000 samples, mean block 21 days and at least twice the horizon. **Bold** are discoveries:",
        f"of all {len(coefficients)} figures together, at most {RATE:.0%} of those in bold are expected to be false (Benjamini and Hochberg).",
        "",
        f"- {sum(marks.values())} of {len(coefficients)} are discoveries; {strict} remain if nothing is assumed about how they depend on each other (Benjamini and Yekutieli).",
        f"- {len(claimed)} discoveries are of data points with a direction; {right} of them go the way the catalogue says, **{len(claimed) - right} the other way**.",
        "",
        "| data point | category | more of it goes with | how | " + " | ".join(f"{days} d" for days in HORIZONS) + " |",
        "|---|---|---|---|" + "--:|" * len(HORIZONS),
    )
    for each in points:
        cells = [_cell(found, bold=marks.get((each.name, at), False)) for at, found in enumerate(each.found)]
        yield f"| {each.name} | {each.category} | {_SIGNS[each.sign]} | {each.how} | {' | '.join(cells)} |"
    yield ""


def _categories(said: Lived, later: Mapping[int, FloatArray]) -> Iterator[str]:
    rows = [_tested(name, name, 1, said.scores[:, row], later) for row, name in enumerate(VOTING)]
    rows.append(_tested("composite", "composite", 1, said.composite, later))
    known = [each for each in rows if each and any(each.found)]
    every = [found for each in known for found in each.found if found]
    marks = iter(discovered(every, rate=RATE))
    yield from (
        "## Categories",
        "",
        "Scores of categories and their composite, as they vote in signals; bold as above, among these figures.",
        "",
        "| category | how | " + " | ".join(f"{days} d" for days in HORIZONS) + " |",
        "|---|---|" + "--:|" * len(HORIZONS),
    )
    for each in known:
        cells = [_cell(found, bold=bool(found) and next(marks)) for found in each.found]
        yield f"| {each.name} | {each.how} | {' | '.join(cells)} |"
    yield ""


def _redundancy(said: Lived) -> Iterator[str]:
    names = [name for row, name in enumerate(VOTING) if np.isfinite(said.scores[:, row]).sum() > 1_000]
    rows = [VOTING.index(name) for name in names]
    drawn = draws(len(said.days), 1)
    matrix = np.eye(len(rows))
    for one in range(len(rows)):
        for other in range(one):
            a, b = said.scores[:, rows[one]], said.scores[:, rows[other]]
            found = averaged(across(a, b), drawn) or along(a, b, drawn)
            matrix[one, other] = matrix[other, one] = np.nan if found is None else found.value
    whole = np.nan_to_num(np.maximum(matrix, 0.0))
    effective = float(effective_number(np.ones((len(rows), 1)), whole)[0])
    weights = np.linalg.eigvalsh(np.nan_to_num(matrix))
    dimensions = float(weights.sum() ** 2 / (weights**2).sum())
    yield from (
        "## How independent categories are",
        "",
        "Mean rank correlation of scores, across tokens where a category tells them apart, else along days.",
        "",
        "| | " + " | ".join(names) + " |",
        "|---|" + "--:|" * len(names),
    )
    for row, name in enumerate(names):
        yield f"| {name} | {' | '.join('–' if np.isnan(each) else signed(each) for each in matrix[row])} |"
    yield from (
        "",
        f"{len(names)} categories amount to **{effective:.2f} independent votes** (by the rule that signals use), or {dimensions:.2f} dimensions (participation ratio of the eigenvalues).",
        "",
    )


def _quintiles(said: Lived, panel: Panel, excluded: frozenset[str], later: Mapping[int, FloatArray]) -> Iterator[str]:
    yield from (
        "## Fifths of scores",
        "",
        "Every seventh close tokens are ranked by a score; mean return of each fifth less that of all ranked, percent, before costs. The interval of the best",
        "less the worst is from a block bootstrap over weeks. A fifth is of two to eight tokens.",
        "",
        "| score | horizon | weeks | worst | 2 | 3 | 4 | best | best − worst, 95 % |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    )
    for name, days, found in _spreads(said, panel, excluded, later):
        cells = [signed(each) for each in found.excess_pct]
        ends = f"{signed(found.spread_pct)} ({signed(found.low)} … {signed(found.high)})"
        yield f"| {name} | {days} d | {found.weeks} | {' | '.join(cells)} | {ends} |"


def _spreads(
    said: Lived, panel: Panel, excluded: frozenset[str], later: Mapping[int, FloatArray]
) -> Iterator[tuple[str, int, Fifths]]:
    start = len(panel.days) - len(said.days)
    rows, scores = weekly_scores(panel, excluded, start)
    places = [row - start for row in rows]
    for name, values in scores.items():
        for days in SPANS:
            found = fifths(values, later[days][places])
            if found:
                yield name, days, found


def _cell(found: Coefficient | None, *, bold: bool) -> str:
    if found is None:
        return "–"
    value = signed(found.value, 3)
    told = f"{value} ({signed(found.low, 3)} … {signed(found.high, 3)})"
    return f"**{told}**" if bold else told


if __name__ == "__main__":
    main()
