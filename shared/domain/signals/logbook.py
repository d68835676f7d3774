"""The log of signals: it grows by what is new, everything in it is graded once its time has come, and its chain is verified."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.chain import GENESIS, entry_hash, first_broken
from shared.records.signals import Emission, Graded, LastEmission, body_of

from .emitting import fresh, is_hit, probability
from .rules import HORIZON_DAYS, LOST_AFTER_DAYS, STRENGTHS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .numeric.deciding import Verdict

RECORD_EVERY = timedelta(hours=1)

_LAST = """
    SELECT DISTINCT ON (token_id) token_id, body, emitted_at FROM signal_log
    WHERE token_id = ANY(CAST(:token_ids AS text[])) ORDER BY token_id, position DESC
"""
_HEAD = "SELECT position, hash FROM signal_log ORDER BY position DESC LIMIT 1"
_APPEND = """
    INSERT INTO signal_log (position, previous, hash, token_id, emitted_at, body)
    VALUES (:position, :previous, :hash, :token_id, :emitted_at, :body)
"""
# The first price of the days after the horizon; for whom there is none in three days, the last one before it.
_GRADE = """
    INSERT INTO signal_grades (position, graded_at, price_usd, priced_at, lost)
    SELECT position, CAST(:now AS timestamptz), price_usd, observed_at, lost
    FROM (
        SELECT position, emitted_at, token_id, emitted_at + make_interval(days => CAST(:days AS integer)) AS due FROM signal_log
        WHERE NOT EXISTS (SELECT FROM signal_grades AS held WHERE held.position = signal_log.position)
            AND emitted_at <= CAST(:now AS timestamptz) - make_interval(days => CAST(:days AS integer))
    ) AS due
    CROSS JOIN LATERAL (
        (SELECT price_usd, observed_at, false AS lost FROM price_points AS point
         WHERE point.token_id = due.token_id AND resolution_s IN (300, 3600, 86400) AND price_usd > 0
            AND bucket >= due - interval '1 day' AND observed_at >= due
            AND observed_at < due + make_interval(days => CAST(:lost_after AS integer)) AND observed_at <= CAST(:now AS timestamptz)
         ORDER BY observed_at, resolution_s LIMIT 1)
        UNION ALL
        (SELECT price_usd, observed_at, true FROM price_points AS point
         WHERE point.token_id = due.token_id AND resolution_s IN (300, 3600, 86400) AND price_usd > 0
            AND CAST(:now AS timestamptz) >= due + make_interval(days => CAST(:lost_after AS integer))
            AND bucket < due AND observed_at < due
         ORDER BY observed_at DESC LIMIT 1)
        ORDER BY lost LIMIT 1
    ) AS priced
"""
_GRADED = """
    SELECT body, emitted_at, CAST(price_usd AS float8), lost FROM signal_log JOIN signal_grades USING (position) ORDER BY position
"""
_CHAIN = "SELECT previous, hash, body FROM signal_log ORDER BY position"
_MADE_AT = "SELECT made_at FROM signal_record WHERE name = 'all'"
_KEEP_RECORD = """
    INSERT INTO signal_record (name, made_at, written) VALUES ('all', :made_at, :written)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at, written = excluded.written
"""


@dataclass(frozen=True, slots=True)
class Logged:
    """What a run added."""

    emitted: int
    graded: int


def write(connection: "Connection", verdicts: "Iterable[Verdict]", *, at: datetime) -> Logged:
    """Grade what has come due, append what is new, and make the record anew once an hour."""
    from sqlalchemy import text

    values = {"now": at, "days": HORIZON_DAYS, "lost_after": LOST_AFTER_DAYS}
    graded = max(connection.execute(text(_GRADE), values).rowcount, 0)
    known = graded_signals(connection)
    emitted = _append(connection, [each for verdict in verdicts if (each := verdict.emission())], known, at)
    made_at = connection.execute(text(_MADE_AT)).scalar_one_or_none()
    if made_at is None or at - made_at >= RECORD_EVERY:
        connection.execute(text(_KEEP_RECORD), {"made_at": at, "written": json.dumps(_record(connection, known))})
    return Logged(emitted, graded)


def graded_signals(connection: "Connection") -> list[Graded]:
    """Return every signal whose horizon is over, oldest first."""
    from sqlalchemy import text

    return [
        _graded(json.loads(body), emitted_at, price, lost)
        for body, emitted_at, price, lost in connection.execute(text(_GRADED))
    ]


def chain_of(connection: "Connection") -> Mapping[str, Any]:
    """Return the length of the log, its last hash, and the position of the first entry that does not follow, `None` if all do."""
    from sqlalchemy import text

    entries = [(previous, stated, json.loads(body)) for previous, stated, body in connection.execute(text(_CHAIN))]
    broken = first_broken(entries)
    return {
        "entries": len(entries),
        "head": entries[-1][1] if entries else GENESIS,
        "verified": broken is None,
        "first_broken": None if broken is None else broken + 1,
    }


def _append(connection: "Connection", emissions: Sequence[Emission], known: Sequence[Graded], at: datetime) -> int:
    from sqlalchemy import text

    last = _last(connection, [each.token_id for each in emissions])
    news = fresh(emissions, last, now=at)
    head = connection.execute(text(_HEAD)).one_or_none()
    position, previous = (head[0], head[1]) if head else (0, GENESIS)
    rows = []
    for emission in news:
        same = [is_hit(each) for each in known if each.strength == emission.strength]
        stated = probability(sum(same), len(same))
        body = body_of(emission, at=at, probability=stated, horizon_days=HORIZON_DAYS)
        position += 1
        digest = entry_hash(previous, body)
        written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        rows.append(
            {
                "position": position,
                "previous": previous,
                "hash": digest,
                "token_id": emission.token_id,
                "emitted_at": at,
                "body": written,
            }
        )
        previous = digest
    if rows:
        connection.execute(text(_APPEND), rows)
    return len(rows)


def _last(connection: "Connection", token_ids: list[str]) -> dict[str, LastEmission]:
    from sqlalchemy import text

    from shared.db.statements import array_of

    found = connection.execute(text(_LAST), {"token_ids": array_of(token_ids)}) if token_ids else ()
    return {
        token_id: LastEmission(
            direction=json.loads(body)["direction"], strength=json.loads(body)["strength"], emitted_at=emitted_at
        )
        for token_id, body, emitted_at in found
    }


def _record(connection: "Connection", known: Sequence[Graded]) -> dict[str, Any]:
    from .numeric.grading import record_of

    groups = [("all", known)]
    groups += [(f"{way}", [each for each in known if each.direction == way]) for way in ("bullish", "bearish")]
    groups += [(strength, [each for each in known if each.strength == strength]) for strength in STRENGTHS]
    chain = chain_of(connection)
    return {
        "horizon_days": HORIZON_DAYS,
        "emitted": chain["entries"],
        "graded": len(known),
        "groups": [{"group": name, **asdict(record_of(signals))} for name, signals in groups],
        "chain": chain,
    }


def _graded(body: Mapping[str, str], emitted_at: datetime, price: float, lost: bool) -> Graded:
    return Graded(
        emitted_at=emitted_at,
        direction=body["direction"],
        strength=body["strength"],
        score=float(body["score"]),
        probability=float(body["probability"]),
        entry_usd=float(body["price_usd"]),
        exit_usd=price,
        lost=lost,
    )
