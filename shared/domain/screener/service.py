"""Answers of the screener: tokens that pass, and what can be asked for."""

import json
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.core.settings import DataSource
from shared.domain.snapshots import snapshot_name, snapshot_time
from shared.records.answer import Answer, JsonField
from shared.records.refresh import is_late

from .asking import Asked, read
from .fields import CHOICES, fields
from .presets import PRESETS, Preset
from .repository import Found, ScreenerRepository
from .statements import DATASET


class ScreenerService:
    """Answers with what was found."""

    def __init__(self, repository: ScreenerRepository, clock: Clock, data_source: DataSource) -> None:
        self._repository = repository
        self._clock = clock
        self._data_source = data_source

    async def screened(self, asked: Asked) -> Answer:
        """Return the tokens that pass, in the order asked for.

        Raises:
            NotFoundError: the snapshot asked for is gone.
            NoDataError: no generation was ever made.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        snapshot = None if asked.snapshot is None else snapshot_time(asked.snapshot)
        found = await self._repository.screened(asked, snapshot=snapshot)
        if found.made_at is None:
            raise NotFoundError("snapshot", asked.snapshot or "")
        return Answer(
            data=found.text,
            as_of=found.as_of or found.quotes_at,
            source=found.data_source,
            sources=found.sources,
            stale=is_late(DATASET, found.refreshed_at, now=self._clock.now()),
            meta=_meta(asked, found),
        )

    def presets(self) -> Answer:
        """Return the presets and what each stands for."""
        return self._fixed([_preset(each) for each in PRESETS.values()])

    def fields(self) -> Answer:
        """Return what can be filtered and sorted by."""
        numbers: list[dict[str, object]] = [
            {
                "id": each.id,
                "kind": "number",
                "origin": each.origin,
                "unit": each.unit,
                "about": each.about,
                "parameters": [f"min_{each.id}", f"max_{each.id}"],
                "sortable": True,
                "allowed": None,
            }
            for each in fields().values()
        ]
        choices: list[dict[str, object]] = [
            {
                "id": each.id,
                "kind": "choice",
                "origin": "token",
                "unit": None,
                "about": each.about,
                "parameters": [each.id],
                "sortable": False,
                "allowed": list(each.allowed) or None,
            }
            for each in CHOICES.values()
        ]
        return self._fixed(numbers + choices)

    def _fixed(self, listed: list[dict[str, object]]) -> Answer:
        return Answer(
            data=json.dumps(listed, separators=(",", ":"), ensure_ascii=False),
            as_of=None,
            source=self._data_source,
            sources=("cryptoprism",),
            meta={"total": len(listed)},
        )


def _meta(asked: Asked, found: Found) -> dict[str, JsonField]:
    name = snapshot_name(found.made_at)
    meta: dict[str, JsonField] = {
        "total": found.total,
        "snapshot": name,
        "filters": asked.filters,
        "sort": asked.sort,
        "order": asked.order,
        "preset": _same_as(asked),
        "scores_at": _iso(found.scores_at),
        "datapoints_at": _iso(found.datapoints_at),
    }
    following = asked.offset + asked.limit
    if following < found.total:
        pairs = dict(asked.pairs) | {"offset": str(following), "snapshot": name or ""}
        meta["next"] = "?" + urlencode(pairs)
    return meta


def _same_as(asked: Asked) -> str | None:
    """Return the preset that stands for the same filters in the same order."""
    return _by_question().get(_question(asked))


@cache
def _by_question() -> dict[tuple[object, ...], str]:
    stated = ((name, read([("preset", name)])[0]) for name in PRESETS)
    return {_question(asked): name for name, asked in stated if asked is not None}


def _question(asked: Asked) -> tuple[object, ...]:
    return (asked.bounds, asked.choices, asked.sort, asked.order)


def _preset(preset: Preset) -> dict[str, object]:
    asked = {**preset.filters, "sort": preset.sort, "order": preset.order}
    return {
        "id": preset.id,
        "title": preset.title,
        "about": preset.about,
        "filters": dict(preset.filters),
        "sort": preset.sort,
        "order": preset.order,
        "query": urlencode(asked),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
