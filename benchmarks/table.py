"""Findings as a Markdown table, aligned so that it also reads well on a terminal."""

from collections.abc import Sequence

from .findings import Bound, Finding
from .ratios import Spread

_HEAD = ("work", "figure", "ours", "rival", "ours / rival", "must be", "reached")


def table(findings: Sequence[Finding]) -> str:
    """Return the table; a work's name stands in its first row only."""
    rows = [_row(finding) for finding in findings]
    shown = [("" if index and row[0] == rows[index - 1][0] else row[0], *row[1:]) for index, row in enumerate(rows)]
    widths = [max(len(row[column]) for row in [_HEAD, *shown]) for column in range(len(_HEAD))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(row, widths) for row in [_HEAD, rule, *shown])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _row(finding: Finding) -> tuple[str, ...]:
    unit = finding.unit
    return (
        finding.work,
        finding.figure,
        _amount(finding.ours, unit) + (f" ({finding.errors} errors)" if finding.errors else ""),
        _amount(finding.rival, unit) if finding.rival else "–",
        _times(finding.ratio) if finding.ratio else "–",
        _must(finding.bound, unit) if finding.bound else "–",
        {True: "yes", False: "**no**", None: "–"}[finding.reached],
    )


def _amount(value: Spread, unit: str) -> str:
    middle = f"{number(value.median)} {unit}".rstrip()
    return f"{middle} ({number(value.low)}..{number(value.high)})" if value.low < value.high else middle


def _times(ratio: Spread) -> str:
    return f"× {number(ratio.median)} ({number(ratio.low)}..{number(ratio.high)})"


def _must(bound: Bound, unit: str) -> str:
    sign = "≥" if bound.side == "at least" else "≤"
    return f"{sign} × {number(bound.limit)}" if bound.of_rival else f"{sign} {number(bound.limit)} {unit}".rstrip()


def number(value: float) -> str:
    """Return a value with three significant digits, large ones in whole numbers with a thousands separator."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    decimals = 1 if abs(value) >= 10 else 2 if abs(value) >= 0.995 else 3
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
