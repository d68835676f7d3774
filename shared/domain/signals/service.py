"""Answers about signals."""

import json
from datetime import datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.cursors import cursor_at, milliseconds, moment_of_cursor, place_of_cursor
from shared.domain.datapoints.catalogue import DataPoint, data_points
from shared.domain.datasets.stamps import Stamp
from shared.domain.evidence.reading import evidence
from shared.records.answer import Answer, JsonField
from shared.records.refresh import is_late

from . import rules
from .repository import RecordFound, SignalRepository, TokenFound
from .statements import DATASET, Ranking

DEFAULT_SPAN = timedelta(days=90)
PAGE = 500
LOG_PAGE = 100
_NEWEST = 2**62
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


class SignalService:
    """Answers with stored signals. Every method raises what `SignalRepository` raises."""

    def __init__(self, repository: SignalRepository, clock: Clock, data_source: str) -> None:
        self._repository = repository
        self._clock = clock
        self._data_source = data_source

    async def ranking(self, which: Ranking, *, limit: int, least: int = 0) -> Answer:
        """Return the first tokens of the heatmap, the consensus or the divergences."""
        found = await self._repository.ranking(which, size=limit, least=least)
        meta: dict[str, JsonField] = {"total": found.total}
        return self._answer(found.text, found.stamp, meta)

    async def catalogue(self) -> Answer:
        """Return the list of all data points."""
        listed = [_described(point) for point in data_points()]
        return Answer(data=_encode(listed), as_of=None, source=self._data_source, meta={"total": len(listed)})

    async def token(self, token_id: str) -> Answer:
        """Return every data point of one token, the verdict, and what adds up to it.

        Raises:
            NotFoundError: there is no such token.
        """
        found = await self._repository.token(_storable(token_id))
        if found is None:
            raise NotFoundError("token", token_id)
        return self._answer(_token_text(token_id, found), found.stamp, {}, as_of=found.computed_at)

    async def history(
        self, token_id: str, start: datetime | None, end: datetime | None, *, cursor: str | None = None
    ) -> Answer:
        """Return what was said of one token after each day, oldest first.

        Raises:
            InvalidParameterError: the range is empty, or the cursor is not one of ours or of another range.
            NotFoundError: there is no such token.
        """
        until = end or self._clock.now()
        first = start or until - DEFAULT_SPAN
        if first >= until:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", first.isoformat())
        begin = first if cursor is None else moment_of_cursor(cursor)
        if not first <= begin < until:
            raise InvalidParameterError("cursor", "belongs to another range", cursor)
        found = await self._repository.history(_storable(token_id), first=first, start=begin, until=until, size=PAGE)
        if not found.known:
            raise NotFoundError("token", token_id)
        meta: dict[str, JsonField] = {"total": found.total, "categories": list(rules.VOTING)}
        if found.next_at is not None:
            following = cursor_at(found.next_at)
            within = f"from={milliseconds(first)}&to={milliseconds(until)}"
            meta |= {"cursor": following, "next": f"?{within}&cursor={following}"}
        return self._answer(f"[{found.text}]", found.stamp, meta)

    async def record(self, *, limit: int, cursor: str | None = None) -> Answer:
        """Return how signals did, and the log of them, newest first.

        Raises:
            InvalidParameterError: the cursor is not one of ours.
        """
        before = _NEWEST if cursor is None else place_of_cursor(cursor)[1]
        found = await self._repository.record(before=min(before, _NEWEST), size=limit)
        meta: dict[str, JsonField] = {"total": found.total, "rules": _rules()}
        if found.following is not None:
            following = cursor_at(found.stamp.refreshed_at, found.following)
            meta |= {"cursor": following, "next": f"?limit={limit}&cursor={following}"}
        return self._answer(_record_text(found), found.stamp, meta, as_of=found.made_at)

    def _answer(self, text: str, stamp: Stamp, meta: dict[str, JsonField], *, as_of: datetime | None = None) -> Answer:
        return Answer(
            data=text,
            as_of=as_of or stamp.refreshed_at,
            source=stamp.data_source,
            sources=("cryptoprism",),
            stale=is_late(DATASET, stamp.refreshed_at, now=self._clock.now()),
            meta=meta,
        )


def _described(point: DataPoint) -> dict[str, object]:
    return {
        "id": point.id,
        "category": point.category,
        "formula": point.formula,
        "unit": point.unit,
        "source": point.source,
        "horizon_days": point.horizon_days,
        "direction": point.direction,
        "neutral": point.neutral,
        "scale": point.scale,
        "minimum_days": point.minimum_days,
    }


def _token_text(token_id: str, found: TokenFound) -> str:
    # An older run knew fewer data points; new ones are added at the end.
    values, parts = [*found.values], [*found.contributions]
    missing = len(data_points()) - len(values)
    rows = zip(data_points(), [*values, *[None] * missing], [*parts, *[None] * missing], strict=False)
    points = [
        {"id": point.id, "category": point.category, "value": value, "unit": point.unit, "contribution": part}
        for point, value, part in rows
    ]
    told = {
        "id": token_id,
        "symbol": found.symbol,
        "name": found.name,
        "computed_at": _iso(found.computed_at),
        "day": None if found.day is None else found.day.date().isoformat(),
        "version": found.version,
        "inputs": found.digest,
        "datapoints": points,
    }
    return f'{_encode(told)[:-1]},"verdict":{found.verdict or "null"},"last_signal":{found.last_signal or "null"}}}'


def _record_text(found: RecordFound) -> str:
    before = _encode(evidence("signals"))
    made = _encode(_iso(found.made_at))
    return f'{{"made_at":{made},"record":{found.record or "null"},"log":[{found.text}],"evidence":{before}}}'


def _rules() -> dict[str, JsonField]:
    return {
        "version": rules.VERSION,
        "least_agreeing": rules.LEAST_AGREEING,
        "least_effective": rules.LEAST_EFFECTIVE,
        "strength_from": dict(zip(rules.STRENGTHS, rules.STRENGTH_FROM, strict=True)),
        "veto_score": rules.VETO_SCORE,
        "least_volume_usd": rules.LEAST_VOLUME_USD,
        "most_spread_bps": rules.MOST_SPREAD_BPS,
        "horizon_days": rules.HORIZON_DAYS,
        "interval": rules.INTERVAL,
    }


def _storable(token_id: str) -> str:
    return token_id.replace("\x00", "\ufffd")


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
