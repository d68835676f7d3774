"""Answers about stored models and predictions."""

import json
from datetime import timedelta

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.domain.datasets.stamps import Stamp
from shared.domain.market.service import storable
from shared.domain.snapshots import snapshot_name, snapshot_time
from shared.records.answer import Answer, JsonField, JsonScalar
from shared.records.refresh import is_late

from .horizon import ENTRY_DAYS, KNOWN_AFTER_DAYS
from .reasons import REASONS
from .repository import ModelRepository, Run
from .statements import MODELS, PREDICTIONS, Order, Sort

_UNSAID = '"probability":null,"expected_return_pct":null,"intervals":[]'


class ModelService:
    """Answers with what refreshes stored. Every method raises what `ModelRepository` raises."""

    def __init__(self, repository: ModelRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def models(self, *, limit: int, offset: int) -> Answer:
        """Return all models, newest first."""
        found = await self._repository.models(limit=limit, offset=offset)
        meta: dict[str, JsonField] = {"total": found.total, "serving": found.serving}
        if offset + limit < found.total:
            meta["next"] = f"?limit={limit}&offset={offset + limit}"
        return self._of_models(found.text, found.stamp, meta)

    async def model(self, model_id: str) -> Answer:
        """Return one model, whatever became of it.

        Raises:
            NotFoundError: there is no such model.
        """
        text, stamp = await self._repository.model(storable(model_id))
        if text is None:
            raise NotFoundError("model", model_id)
        return self._of_models(text, stamp, {})

    async def predictions(self, *, sort: Sort, order: Order, limit: int, offset: int, snapshot: str | None) -> Answer:
        """Return the newest predictions, best first; with `snapshot` only if they are still those.

        Raises:
            NotFoundError: others were made since.
        """
        asked = None if snapshot is None else snapshot_time(snapshot)
        found = await self._repository.predictions(sort=sort, order=order, limit=limit, offset=offset)
        if asked is not None and asked != found.run.computed_at:
            raise NotFoundError("snapshot", snapshot or "")
        name = snapshot_name(found.run.computed_at)
        meta: dict[str, JsonScalar] = {
            "total": found.run.predicted,
            "snapshot": name,
            "unpredicted": found.run.unpredicted,
        }
        if offset + limit < found.run.predicted:
            meta["next"] = f"?sort={sort}&order={order}&limit={limit}&offset={offset + limit}&snapshot={name}"
        return self._of_predictions(found.text, found.run, found.stamp, meta)

    async def prediction(self, token_id: str) -> Answer:
        """Return what is predicted of one token, and why.

        Raises:
            NotFoundError: there is no such token.
        """
        found = await self._repository.prediction(storable(token_id))
        if found.token is None:
            raise NotFoundError("token", token_id)
        reason = found.reason if found.said is not None else "not_predicted_yet"
        why = None if reason is None else REASONS[reason]
        told = f'"reason":{json.dumps(reason)},"why":{json.dumps(why)},"explanation":{found.explanation or "null"}'
        text = f"{{{found.token},{found.said or _UNSAID},{told}}}"
        return self._of_predictions(text, found.run, found.stamp, {})

    def _of_models(self, text: str, stamp: Stamp, meta: dict[str, JsonField]) -> Answer:
        return Answer(
            data=text,
            as_of=stamp.refreshed_at,
            source=stamp.data_source,
            sources=("cryptoprism",),
            stale=is_late(MODELS, stamp.refreshed_at, now=self._clock.now()),
            meta=meta,
        )

    def _of_predictions(self, text: str, run: Run, stamp: Stamp, meta: dict[str, JsonScalar]) -> Answer:
        def days_later(days: int) -> str:
            return (run.as_of + timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

        return Answer(
            data=text,
            as_of=run.as_of,
            source=stamp.data_source,
            sources=stamp.sources,
            stale=is_late(PREDICTIONS, stamp.refreshed_at, now=self._clock.now()),
            meta={
                **meta,
                "model": run.model_id,
                "computed_at": run.computed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "counts_from": days_later(ENTRY_DAYS),
                "counts_to": days_later(KNOWN_AFTER_DAYS),
            },
        )
