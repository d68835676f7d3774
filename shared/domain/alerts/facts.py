"""The numbers that alerts watch, as PostgreSQL knows them now."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.records.alerts import Condition, Fact, Kind
from shared.records.refresh import is_late

from . import facts_statements as statements

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

Watched = tuple[str, str]
"""Subject and measure."""

_STATEMENTS: Mapping[str, Callable[[], "ClauseElement"]] = MappingProxyType(
    {
        "quoted": statements.quoted,
        "flows": statements.flows,
        "scores": statements.scores,
        "signals": statements.signals,
        "regime": statements.regime,
    }
)
_STATEMENT_OF: Mapping[Kind, str] = MappingProxyType(
    {"price": "quoted", "change": "quoted", "flow": "flows", "score": "scores", "signal": "signals", "regime": "regime"}
)
_REFRESH_OF: Mapping[str, str] = MappingProxyType(
    {
        "quoted": "refresh_market",
        "flows": "refresh_flows",
        "scores": "refresh_scores",
        "signals": "refresh_signals",
        "regime": "refresh_regime",
    }
)


class FactReader:
    """Reads what is watched, one statement for each kind of fact. Raises `DatabaseUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, conditions: Iterable[Condition], *, now: datetime) -> dict[Watched, Fact]:
        """Return the facts that the conditions speak of; what is unknown, or older than three promises, is left out.

        An alert must not fire on a number that nobody would trade by.
        """
        subjects: dict[str, set[str]] = {}
        for condition in conditions:
            subjects.setdefault(_STATEMENT_OF[condition.kind], set()).add(condition.subject)
        facts: dict[Watched, Fact] = {}
        for name, wanted in subjects.items():
            found = await self._facts(name, wanted, now)
            facts.update({key: fact for key, fact in found if not is_late(_REFRESH_OF[name], fact.as_of, now=now)})
        return facts

    async def is_known(self, condition: Condition, *, now: datetime) -> bool:
        """Return whether there is such a number now, fresh or not."""
        found = await self._facts(_STATEMENT_OF[condition.kind], {condition.subject}, now)
        return (condition.subject, condition.measure) in dict(found)

    async def _facts(self, name: str, subjects: set[str], now: datetime) -> list[tuple[Watched, Fact]]:
        parameters: dict[str, object] = {} if name == "regime" else {"subjects": sorted(subjects)}
        if name == "flows":
            parameters["now"] = now
        rows = await self._database.fetch(("alerts", name), _STATEMENTS[name], parameters)
        return [
            ((subject, measure), Fact(value=Decimal(value), as_of=as_of, sources=tuple(sources)))
            for subject, measure, value, as_of_us, sources in rows
            if (as_of := from_microseconds(as_of_us)) is not None
        ]
