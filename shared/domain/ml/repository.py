"""Stored models and predictions, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp

from . import statements
from .statements import Order, Sort

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_NO_MODELS = "No models yet"
_NO_PREDICTIONS = "No predictions yet"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the models, as JSON."""

    text: str
    total: int
    serving: str | None
    """Id of the model that serves."""
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Run:
    """What the newest predictions were made of, and when."""

    model_id: str
    through: str
    """The last completed day."""
    as_of: datetime
    """That day's end."""
    computed_at: datetime
    predicted: int
    unpredicted: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A page of predictions, as JSON."""

    text: str
    run: Run
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class OfToken:
    """Members of a JSON object."""

    token: str | None
    """`None` for an unknown token."""
    said: str | None
    """`None` for one that was not there when predictions were last made."""
    reason: str | None
    explanation: str | None
    """An object."""
    run: Run
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which model is asked."""

    model_id: str | None
    """`None` when there is no such model."""
    state: str
    trained_through: str
    digest: str
    stamp: Stamp


class ModelRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when nothing was ever refreshed, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def models(self, *, limit: int, offset: int) -> Listed:
        """Return a page of all models, newest first."""
        values = {"limit": limit, "offset": offset}
        text, total, serving, *stamp = await self._one("ml.models", statements.models, values, _NO_MODELS)
        if total == 0:
            raise NoDataError(_NO_MODELS)
        return Listed(text, total, serving, read_stamp(*stamp))

    async def model(self, model_id: str) -> tuple[str | None, Stamp]:
        """Return one model as JSON; `None` for an unknown one."""
        text, *stamp = await self._one("ml.model", statements.model, {"model_id": model_id}, _NO_MODELS)
        return text, read_stamp(*stamp)

    async def predictions(self, *, sort: Sort, order: Order, limit: int, offset: int) -> Ranked:
        """Return a page of the newest predictions."""
        values = {"limit": limit, "offset": offset}
        shape = ("ml.predictions", sort, order)
        row = await self._one(shape, lambda: statements.predictions(sort, order), values, _NO_PREDICTIONS)
        return Ranked(row[0], _run(*row[1:7]), read_stamp(*row[7:]))

    async def prediction(self, token_id: str) -> OfToken:
        """Return what is predicted of one token."""
        row = await self._one("ml.prediction", statements.prediction, {"token_id": token_id}, _NO_PREDICTIONS)
        token, said, reason, explanation = row[:4]
        return OfToken(token, said, reason, explanation, _run(*row[4:10]), read_stamp(*row[10:]))

    async def chosen(self, model_id: str | None) -> Chosen:
        """Return which model is asked: the one named, else the one that serves."""
        named = model_id is not None
        values: dict[str, object] = {"model_id": model_id} if named else {}
        row = await self._one(("ml.chosen", named), lambda: statements.chosen(named=named), values, _NO_MODELS)
        found, state, trained_through, digest, *stamp = row
        return Chosen(found, state, trained_through, digest, read_stamp(*stamp))

    async def artifact(self, model_id: str) -> bytes:
        """Return a model as it is kept."""
        (stored,) = await self._one("ml.artifact", statements.artifact, {"model_id": model_id}, _NO_MODELS)
        return bytes(stored)

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object], nothing: str
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError(nothing)
        return rows[0]


def _run(model_id: str, through: str, as_of_us: int, computed_us: int, predicted: int, unpredicted: int) -> Run:
    return Run(model_id, through, from_microseconds(as_of_us), from_microseconds(computed_us), predicted, unpredicted)
