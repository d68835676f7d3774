"""Write docs/science/ml.md: what the models would have been worth on recorded real history.

python -m tools.science.ml --recorded FOLDER

The last 18 months of the history are not looked at: there is no switch for it yet, because nothing is ready to be judged by them.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.domain.ml.features import feature_ids
from shared.domain.ml.numeric.folds import EMBARGO_DAYS, HELD_OUT_DAYS, PURGE_DAYS
from shared.domain.ml.numeric.learning import parameters
from shared.domain.ml.numeric.replacing import dishonest
from shared.domain.ml.numeric.rows import Gathering, Rows
from shared.domain.ml.numeric.training import Trained, trained
from shared.domain.panels.panel import Panel
from shared.domain.regime.numeric.market import market_of
from tools.manifests import ROOT

from .index import HELD_OUT
from .recorded import recorded_market

REPORT = ROOT / "docs" / "science" / "ml.md"
BEGINS = np.datetime64("2014-01-01")
"""Before, there are too few tokens to be compared with each other."""

Figure = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Study:
    """What there was to learn from and what was learned; the same again with outcomes dealt out anew among the tokens of each week."""

    rows: Rows
    made: Trained
    shuffled: Trained


def main() -> None:
    """Write the report."""
    parser = argparse.ArgumentParser(description="Write docs/science/ml.md")
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recorded sets")
    study = studied(parser.parse_args().recorded)
    REPORT.write_text("\n".join(written(study)) + "\n", encoding="utf-8")


def studied(folder: Path) -> Study:
    """Return what is learned from the history before the last 18 months."""
    panel, excluded = recorded_market(folder)
    first, end = np.searchsorted(panel.days, [BEGINS, np.datetime64(HELD_OUT, "D")])
    plain = _part(panel, int(first), int(end), [at for at, name in enumerate(panel.token_ids) if name not in excluded])
    gathering = Gathering(market_of(plain).log_return, plain.close[:, plain.token_ids.index("bitcoin")])
    gathering.add(plain)
    rows = gathering.rows()
    return Study(rows, trained(rows, model_id="real"), trained(shuffled(rows), model_id="shuffled"))


def shuffled(rows: Rows) -> Rows:
    """Return the rows with each week's outcomes dealt out anew: a market that moved just so, in which no feature tells anything."""
    random = np.random.default_rng(1)
    known = rows.labelled
    labels = known.labels.copy()
    for day in np.unique(known.days):
        places = np.flatnonzero(known.days == day)
        labels[places] = labels[random.permutation(places)]
    return Rows(days=known.days, token_ids=known.token_ids, values=known.values, labels=labels)


def _part(panel: Panel, first: int, end: int, places: list[int]) -> Panel:
    names = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    fields = {name: getattr(panel, name)[first:end, places] for name in names}
    return Panel(days=panel.days[first:end], token_ids=tuple(panel.token_ids[at] for at in places), **fields)


def written(study: Study) -> Iterator[str]:
    """Yield the report's lines."""
    made, known = study.made, study.rows.labelled
    whole = made.record["whole"]
    weeks = np.unique(known.days, return_counts=True)[1]
    given = parameters()
    yield from (
        "# The models on real markets",
        "",
        f"Made by `python -m tools.science.ml` from recorded history, {known.days[0]} to {known.days[-1]}: {len(known.days):,} rows of {len(weeks)} weeks of {weeks.min()} to {weeks.max()} tokens",
        f"(median {int(np.median(weeks))}), {len(feature_ids())} features. Target, folds, parameters and rules were written down before any of these days was looked at, and none was",
        f"changed afterwards: {given['library']}, {given['rounds']} trees of {given['num_leaves']} leaves, rate {given['learning_rate']}, one seed, one trial.",
        f"Between learning and testing lie {PURGE_DAYS} days of purge and {EMBARGO_DAYS} of embargo. Figures are out of sample; intervals are 95 %, by resampling weeks in blocks.",
        "",
        "**What this history is not.** It holds the tokens that somebody still tells of, which flatters; few of them for most of the time; and where it has only a close, features",
        "of highs and lows are made of closes. A label whose last close is missing is left out. Trading costs are not taken off the decile returns.",
        "",
        "The last 18 months have not been opened.",
        "",
        "## All folds",
        "",
        "| | real outcomes | outcomes dealt out anew within weeks |",
        "|---|--:|--:|",
    )
    other = study.shuffled.record["whole"]
    for name, tell in _LINES:
        yield f"| {name} | {tell(whole)} | {tell(other)} |"
    yield f"| skill of probabilities / of the median | {_skills(made)} | {_skills(study.shuffled)} |"
    yield f"| would be refused because | {_doubts(made)} | {_doubts(study.shuffled)} |"
    yield from ("", verdict(made), "")
    yield from _reliability(whole)
    yield from _folds(made.record["folds"])
    yield from _held_out(made)


def verdict(made: Trained) -> str:
    """Return what it comes to, in a few sentences."""
    whole = made.record["whole"]
    share = whole["brier"]["improvement"]["value"] / whole["brier"]["base"]
    if made.artifact.skill == "none":
        found = (
            "**Verdict: no skill.** The probabilities are not better than the base rate beyond chance, so the model would be served saying"
            f" the base rate ({made.artifact.base_rate:.1%}) of every token."
        )
    else:
        found = (
            f"**Verdict: some skill.** The Brier score is {share:.2%} lower than the base rate's: beyond chance over all tokens and weeks,"
            " and next to nothing for one token in one week."
        )
    worth = whole["interval_score"]["improvement"]
    sharper = worth["lower"] is not None and worth["lower"] > 0
    return f"{found} Its intervals are {'' if sharper else 'not '}worth more than constant ones beyond chance{': how far prices move is known, if not where to' if sharper else ''}."


def _skills(made: Trained) -> str:
    return f"{made.artifact.skill} / {made.artifact.centre_skill}"


def _doubts(made: Trained) -> str:
    return "; ".join(dishonest(made.walk)) or "–"


def _reliability(whole: Figure) -> Iterator[str]:
    yield from ("## Reliability", "", "| said | came | predictions |", "|--:|--:|--:|")
    for each in whole["reliability"]:
        yield f"| {each['predicted']:.1%} | {each['observed']:.1%} | {each['count']:,} |"
    yield ""


def _folds(folds: list[Figure]) -> Iterator[str]:
    yield from ("## Fold by fold", "")
    yield "| from | to | predictions | information coefficient | Brier, less than the base rate's | 80 % held | 95 % held | top less bottom tenth, % |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for each in folds:
        if "brier" in each:
            held = [_percent(one) for one in each["coverage"]]
            yield f"| {each['from']} | {each['to']} | {each['predictions']:,} | {_ends(each['information_coefficient'])} | {_ends(each['brier']['improvement'], 4)} | {held[0]} | {held[1]} | {_ends(each['top_minus_bottom_pct'], 1)} |"
        else:
            yield f"| {each['from']} | {each['to']} | {each['predictions']:,} | not calibrated by an earlier one | | | | |"
    yield ""


def _held_out(made: Trained) -> Iterator[str]:
    held = made.record["held_out"]
    yield from (f"## The {HELD_OUT_DAYS} days that the stored model was held against", "")
    yield f"{held['from']} to {held['to']}, learned from prices through {made.trained_through}: {held['predictions']} predictions, information coefficient {_ends(held['information_coefficient'])},"
    yield f"Brier score {held['brier']['value']:.4f} against {held['brier']['base']:.4f}, 80 % interval held {_percent(held['coverage'][0])}, 95 % {_percent(held['coverage'][1])}."


def _ends(figure: Figure, digits: int = 3) -> str:
    if figure["value"] is None:
        return "–"
    between = "" if figure["lower"] is None else f" ({figure['lower']:.{digits}f} … {figure['upper']:.{digits}f})"
    return f"{figure['value']:.{digits}f}{between}".replace("-", "−")


def _percent(figure: Figure) -> str:
    if figure["value"] is None:
        return "–"
    between = "" if figure.get("lower") is None else f" ({figure['lower']:.1%} … {figure['upper']:.1%})"
    return f"{figure['value']:.1%}{between}"


_LINES: tuple[tuple[str, Callable[[Figure], str]], ...] = (
    ("predictions", lambda told: f"{told['predictions']:,}"),
    ("weeks", lambda told: str(told["days"])),
    ("information coefficient", lambda told: _ends(told["information_coefficient"])),
    ("share that returned more than the market", lambda told: f"{told['base_rate']:.1%}"),
    ("Brier score", lambda told: _ends(told["brier"], 4)),
    ("Brier score of the base rate", lambda told: f"{told['brier']['base']:.4f}"),
    ("lower by", lambda told: _ends(told["brier"]["improvement"], 5)),
    ("log loss, lower than the base rate's by", lambda told: _ends(told["log_loss"]["improvement"], 5)),
    ("calibration error", lambda told: f"{told['calibration_error']:.1%}"),
    ("hit rate", lambda told: _percent(told["hit_rate"])),
    ("80 % interval held", lambda told: _percent(told["coverage"][0])),
    ("95 % interval held", lambda told: _percent(told["coverage"][1])),
    (
        "interval score, lower than of constant intervals by",
        lambda told: _ends(told["interval_score"]["improvement"], 4),
    ),
    ("top less bottom tenth, % in 7 days", lambda told: _ends(told["top_minus_bottom_pct"], 2)),
)


if __name__ == "__main__":
    main()
