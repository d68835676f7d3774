"""What the caller says of a file beyond what it says itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from shared.core.errors import InvalidParameterError
from shared.records.candles import Interval
from shared.records.market import QuoteCurrency

from .refusals import BadRow, Tally

_token_id = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One import, as asked for."""

    known_at: datetime
    """When the import began: nobody here knew its facts before."""
    token: str | None = None
    """Whose history it is."""
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The file's names of the tokens that are wanted, and ours."""
    interval: Interval | None = None
    quote_currency: QuoteCurrency | None = None
    provider: str | None = None
    metric: str | None = None
    """Which on-chain metric a file without names holds."""
    finished: bool = False
    """Whether the file was written when its newest candle was over."""


def read_token(text: str) -> tuple[str | None, Mapping[str, str]]:
    """Return what `bitcoin` or `BTC=bitcoin,ETH=ethereum` names: one token, or theirs and ours.

    Raises:
        InvalidParameterError: it is neither.
    """
    pairs = [part.partition("=") for part in text.split(",")]
    for theirs, equals, ours in pairs:
        token = ours if equals else theirs
        if not _token_id(token):
            raise InvalidParameterError("token", f"'{token}' is no token id", text)
    if len(pairs) == 1 and not pairs[0][1]:
        return text, {}
    if not all(equals for _, equals, _ in pairs):
        raise InvalidParameterError("token", "give one token id, or theirs=ours for each of several", text)
    return None, {theirs: ours for theirs, _, ours in pairs}


class Naming:
    """Our names of a file's tokens.

    Args:
        ask: What the caller says.
        tally: Of rows that nobody asked for.
        ours: Whether the file already calls them as we do.
    """

    def __init__(self, ask: Ask, tally: Tally, *, ours: bool) -> None:
        self._ask = ask
        self._tally = tally
        self._ours = ours
        self._only: str | None = None
        """The file's name of the one token that it holds."""
        self._last: str | None = None
        """The latest name that is one of ours: rows of a token follow each other."""

    def __call__(self, theirs: str | None) -> str | None:
        """Return the token of a row, `None` when it is not wanted.

        Raises:
            BadRow: the file holds several, and only one was named; or the name cannot be one of ours.
        """
        if theirs is not None and theirs == self._last:
            return theirs
        if self._ask.names:
            return self._wanted(theirs)
        if theirs is None:
            return self._ask.token
        if self._ours:
            return self._own(theirs)
        self._only = self._only or theirs
        if theirs != self._only:
            raise BadRow("names", f"{theirs[:40]!r} beside {self._only[:40]!r}")
        return self._ask.token

    def _wanted(self, theirs: str | None) -> str | None:
        found = self._ask.names.get(theirs or "")
        self._tally.passed_over += found is None
        return found

    def _own(self, theirs: str) -> str | None:
        if not _token_id(theirs):
            raise BadRow("names", repr(theirs[:40]))
        if self._ask.token in (None, theirs):
            self._last = theirs
            return theirs
        self._tally.passed_over += 1
        return None
