"""Storing models: one that is to serve takes the place of the one it was compared with, in one transaction."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.db.statements import array_of
from shared.domain.datasets.stamping import stamp

from .artifact import digest_of, to_bytes
from .records import VERSION, ModelRecord, StoredModel

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "train_models"

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203016)"
_NEWEST = "SELECT model_id, trained_at, CAST(parameters ->> 'rows' AS integer) FROM ml_models ORDER BY trained_at DESC LIMIT 1"
_SERVING = "SELECT model_id, trained_through, artifact FROM ml_models WHERE state = 'serving'"
_HELD = "SELECT state FROM ml_models WHERE model_id = :model_id"
_RETIRE = """
    UPDATE ml_models SET state = 'retired', decided_at = :at, decision = decision || jsonb_build_object('retired_for', CAST(:by AS text))
    WHERE state = 'serving'
"""
_INSERT = """
    INSERT INTO ml_models (model_id, trained_at, trained_through, data_digest, code_version, parameters, features, record, artifact,
        artifact_digest, state, decided_at, decision)
    VALUES (:model_id, :at, :trained_through, :data_digest, :code_version, CAST(:parameters AS jsonb), CAST(:features AS text[]),
        CAST(:record AS jsonb), :artifact, :artifact_digest, :state, :at, CAST(:decision AS jsonb))
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """The model that was made last, whether it came to serve or not."""

    model_id: str
    trained_at: datetime
    rows: int


class ModelWriter:
    """The models' table, for the refresher, over a writing `database`; every method raises `DatabaseUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> Newest | None:
        """Return the model that was made last."""
        row = await self._row(_NEWEST)
        return None if row is None else Newest(*row)

    async def serving(self) -> StoredModel | None:
        """Return the model that serves."""
        row = await self._row(_SERVING)
        if row is None:
            return None
        model_id, through, artifact = row
        return StoredModel(model_id=model_id, trained_through=through, artifact=bytes(artifact))

    async def store(self, made: ModelRecord, *, instead_of: str | None, data_source: DataSource) -> bool:
        """Store a model and, if it is to serve, retire the one it was compared with; return whether it was written.

        One that is there already, or that was compared with a model that serves no longer, is not.

        Raises:
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _store(connection, made, instead_of, data_source))

    async def _row(self, statement: str) -> Any:
        def read(connection: "Connection") -> Any:
            from sqlalchemy import text

            return connection.execute(text(statement)).first()

        return await self._database.transaction(read)


def _store(connection: "Connection", made: ModelRecord, instead_of: str | None, data_source: DataSource) -> bool:
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    stamp(connection, DATASET, at=made.trained_at, sources=["cryptoprism"], data_source=data_source)
    held = connection.execute(text(_HELD), {"model_id": made.artifact.model_id}).first()
    serving = connection.execute(text(_SERVING)).first()
    if held is not None or (serving and serving[0]) != instead_of:
        return False
    if made.decision.state == "serving":
        connection.execute(text(_RETIRE), {"at": made.trained_at, "by": made.artifact.model_id})
    connection.execute(text(_INSERT), _values(made))
    return True


def _values(made: ModelRecord) -> dict[str, Any]:
    artifact = made.artifact
    return {
        "model_id": artifact.model_id,
        "at": made.trained_at,
        "trained_through": made.trained_through,
        "data_digest": made.data_digest,
        "code_version": VERSION,
        "parameters": _json(made.parameters),
        "features": array_of(list(artifact.features)),
        "record": _json(made.record),
        "artifact": to_bytes(artifact),
        "artifact_digest": digest_of(artifact),
        "state": made.decision.state,
        "decision": _json(made.decision.told()),
    }


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
