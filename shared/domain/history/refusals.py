"""What is wrong with a row, and the count of it over a whole file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from shared.core.errors import FileRefusedError
from shared.domain.candles.checking import Reason as ImpossibleCandle

Reason = (
    Literal[
        "columns",
        "encoding",
        "quoting",
        "missing",
        "no_number",
        "not_finite",
        "thousands",
        "decimal_comma",
        "absurd",
        "no_time",
        "mixed_times",
        "ambiguous_date",
        "conflicting",
        "unordered",
        "interval",
        "names",
    ]
    | ImpossibleCandle
)
"""What is wrong with the writing, or with the candle that it describes."""

MEANING: Mapping[Reason, str] = MappingProxyType(
    {
        "columns": "another number of columns than the first row",
        "encoding": "no UTF-8",
        "quoting": "quotation marks that do not match",
        "missing": "a value that has to be there is not",
        "no_number": "no number",
        "not_finite": "not a finite number",
        "thousands": "thousands separators, or what a spreadsheet made of a number",
        "decimal_comma": "a comma for a decimal point",
        "absurd": "a number beyond reason",
        "no_time": "no time",
        "mixed_times": "a time written otherwise than the first one",
        "ambiguous_date": "a date that may be read in two ways",
        "impossible_time": "a time before the first block of Bitcoin: perhaps another unit",
        "future": "a time that is yet to come",
        "off_grid": "a time at which no candle of this interval begins",
        "bad_price": "a price of zero or below, or beyond reason",
        "high_below_low": "the highest price is below the lowest",
        "outside_range": "a price above the highest or below the lowest",
        "negative_volume": "an amount below zero",
        "bad_volume": "an amount that is no number",
        "contradicted": "rows that contradict each other",
        "conflicting": "the same time as the row before, with other numbers",
        "unordered": "neither in ascending nor in descending order of time",
        "interval": "no interval that we keep",
        "names": "a token that was not named with --token",
    }
)

EXAMPLES = 3
"""How many rows of each reason are remembered."""


class BadRow(Exception):  # noqa: N818  # never leaves this package
    """A row cannot be right."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{MEANING[reason]}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Tally:
    """What became of a file's rows. Unless `skip_bad`, the first bad one refuses the file."""

    file: str
    skip_bad: bool = False
    read: int = 0
    """Rows read, good and bad."""
    repeated: int = 0
    """Rows that said once more what the one before had said."""
    unfinished: int = 0
    """Candles left out because they were perhaps not over when they were written down."""
    passed_over: int = 0
    """Rows of tokens that nobody asked for."""
    bad: Counter[Reason] = field(default_factory=Counter)
    examples: dict[Reason, list[str]] = field(default_factory=dict)

    def refuse(self, line: int, why: BadRow) -> None:
        """Count a bad row.

        Raises:
            FileRefusedError: bad rows are not to be skipped.
        """
        if not self.skip_bad:
            raise FileRefusedError(self.file, str(why), code=why.reason, line=line)
        self.bad[why.reason] += 1
        examples = self.examples.setdefault(why.reason, [])
        if len(examples) < EXAMPLES:
            examples.append(f"line {line}: {why.detail}")

    def refuse_all(self, why: str, *, code: str, line: int | None = None) -> FileRefusedError:
        """Return the error of a file that cannot be read on, whatever is skipped."""
        return FileRefusedError(self.file, why, code=code, line=line)
