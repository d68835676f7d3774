"""The one statement that an answer about candles is, as text: PostgreSQL writes the answer's JSON, CSV or NDJSON.

Its shapes differ in form, table, in who is named (id or symbol), whether gaps are filled, and whether an earlier time is meant.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

Form = Literal["json", "csv", "ndjson"]
Fill = Literal["none", "ffill"]
MOST_GAPS = 100
"""Gaps listed in one answer; how many there are is always told."""
_PRICES = "open, high, low, close, volume"


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells one statement's text from another's."""

    form: Form
    table: Literal["candles", "intraday_candles"]
    by: Literal["id", "symbol"]
    fill: Fill
    then: bool
    """Whether what was known at an earlier time is asked for."""
    counted: bool


def page(shape: Shape) -> "ClauseElement":
    """Select one row: the page's text and everything that `repository.Found` says of it; none when nothing was ever refreshed.

    Parameters: `name, interval_s, step_us, first, start, until, size`, and `then` where an earlier time is asked for.
    """
    from sqlalchemy import text

    return text(f"""
        WITH named AS (SELECT token_id, symbol, name FROM tokens WHERE {_WHO[shape.by]}),
        series AS (
            SELECT series_id, refreshed_at FROM candle_series JOIN named USING (token_id)
            WHERE interval_s = CAST(:interval_s AS integer) AND (SELECT count(*) FROM named) = 1
        ),
        before AS (
            SELECT opened_at, close FROM ({_held(shape)}) AS held
            WHERE opened_at < CAST(:start AS timestamptz) ORDER BY opened_at DESC LIMIT 1
        ),
        ahead AS (
            SELECT held.*, row_number() OVER (ORDER BY opened_at) AS place FROM (
                SELECT * FROM ({_held(shape)}) AS held
                WHERE opened_at >= CAST(:start AS timestamptz) AND opened_at < CAST(:until AS timestamptz)
                ORDER BY opened_at LIMIT CAST(:size AS integer) + 1
            ) AS held
        ),
        shown AS MATERIALIZED (
            SELECT *, lag(opened_at, 1, (SELECT opened_at FROM before)) OVER (ORDER BY opened_at) AS previous_at
            FROM ahead WHERE place <= CAST(:size AS integer)
        ),
        gaps AS (
            SELECT greatest(previous_at + make_interval(secs => CAST(:interval_s AS integer)), CAST(:start AS timestamptz)) AS begins_at,
                opened_at AS ends_at
            FROM shown WHERE opened_at - previous_at > make_interval(secs => CAST(:interval_s AS integer))
        ),
        {_filled(shape)}
        SELECT
            (SELECT count(*) FROM named),
            (SELECT token_id FROM named ORDER BY token_id LIMIT 1),
            CASE WHEN (SELECT count(*) FROM named) > 1 THEN ({_CANDIDATES}) END,
            (SELECT refreshed_at FROM series) IS NOT NULL,
            {_us("(SELECT refreshed_at FROM series)")},
            ({_WRITTEN[shape.form]}),
            {_us("(SELECT max(opened_at) FROM written)")},
            {_us("(SELECT min(opened_at) FROM ahead WHERE opened_at > (SELECT max(opened_at) FROM written))")},
            {_us("(SELECT max(least(known_at, opened_at + make_interval(secs => CAST(:interval_s AS integer)))) FROM shown)")},
            (SELECT closed FROM written ORDER BY opened_at DESC LIMIT 1),
            ({_SOURCES}),
            (SELECT string_agg(CAST({_us("begins_at")} AS text) || ',' || CAST({_us("ends_at")} AS text), ';' ORDER BY begins_at)
             FROM (SELECT * FROM gaps ORDER BY begins_at LIMIT {MOST_GAPS:d}) AS gaps),
            (SELECT count(*) FROM gaps),
            {_us("(SELECT opened_at FROM before)")},
            (SELECT count(*) FROM written WHERE filled),
            {_total(shape)},
            stamp.refreshed_us, stamp.data_source
        FROM (
            SELECT {_us("refreshed_at")} AS refreshed_us, data_source FROM datasets WHERE dataset = 'refresh_candles'
        ) AS stamp
    """)  # noqa: S608


def _us(moment: str) -> str:
    return f"CAST(extract(epoch FROM {moment}) * 1000000 AS bigint)"


_WHO = {
    "id": "token_id = CAST(:name AS text)",
    "symbol": "symbol = upper(CAST(:name AS text))",
}

_CANDIDATES = """
    SELECT CAST(json_agg(json_build_object('id', token_id, 'symbol', symbol, 'name', name, 'rank', rank)
        ORDER BY rank NULLS LAST, token_id) AS text)
    FROM named LEFT JOIN (SELECT token_id, rank FROM quotes) AS ranked USING (token_id)
"""

_SOURCES = """
    SELECT string_agg(provider || ' ' || quote_currency, ',' ORDER BY used DESC, provider)
    FROM (SELECT source_id, count(*) AS used FROM shown GROUP BY source_id) AS used JOIN candle_sources USING (source_id)
"""

_MS = "CAST(extract(epoch FROM opened_at) * 1000 AS bigint)"
_WRITTEN = {
    "json": f"""
        SELECT '[' || coalesce(string_agg('[' || {_MS} || ',' || open || ',' || high || ',' || low || ',' || close || ','
            || coalesce(CAST(volume AS text), 'null') || ']', ',' ORDER BY opened_at), '') || ']' FROM written
    """,  # noqa: S608
    "csv": f"""
        SELECT coalesce(string_agg({_MS} || ',' || open || ',' || high || ',' || low || ',' || close || ','
            || coalesce(CAST(volume AS text), '') || ',' || closed || ',' || filled || E'\\n', '' ORDER BY opened_at), '') FROM written
    """,  # noqa: S608
    "ndjson": f"""
        SELECT coalesce(string_agg('{{"time":' || {_MS} || ',"open":' || open || ',"high":' || high || ',"low":' || low
            || ',"close":' || close || ',"volume":' || coalesce(CAST(volume AS text), 'null') || ',"is_closed":' || closed
            || ',"filled":' || filled || E'}}\\n', '' ORDER BY opened_at), '') FROM written
    """,  # noqa: S608
}


def _held(shape: Shape) -> str:
    """Every candle of the series: what is stored, or what was known at an earlier time."""
    columns = f"opened_at, source_id, closed, known_at, {_PRICES}"
    mine = "series_id = (SELECT series_id FROM series)"
    if not shape.then:
        return f"SELECT {columns} FROM {shape.table} WHERE {mine}"  # noqa: S608
    revised = f"opened_at, source_id, true, known_at, {_PRICES}"
    return f"""
        SELECT {columns} FROM {shape.table} WHERE {mine} AND known_at <= CAST(:then AS timestamptz)
        UNION ALL
        SELECT {revised} FROM candle_revisions
        WHERE {mine} AND known_at <= CAST(:then AS timestamptz) AND superseded_at > CAST(:then AS timestamptz)
    """  # noqa: S608


def _filled(shape: Shape) -> str:
    """The rows to be written; with `ffill` a gap is filled by the close before it, without volume."""
    if shape.fill == "none":
        return f"written AS (SELECT opened_at, {_PRICES}, closed, false AS filled FROM shown)"  # noqa: S608
    return f"""
        written AS (
            SELECT opened_at, {_PRICES}, closed, false AS filled FROM shown
            UNION ALL
            SELECT missing, price, price, price, price, 0, true, true
            FROM (
                SELECT begins_at, ends_at, coalesce(
                    (SELECT close FROM shown WHERE shown.opened_at < begins_at ORDER BY opened_at DESC LIMIT 1),
                    (SELECT close FROM before)
                ) AS price FROM gaps
            ) AS gap
            CROSS JOIN LATERAL generate_series(
                begins_at, ends_at - make_interval(secs => CAST(:interval_s AS integer)), make_interval(secs => CAST(:interval_s AS integer))
            ) AS missing
            ORDER BY opened_at LIMIT CAST(:size AS integer)
        )
    """  # noqa: S608


def _total(shape: Shape) -> str:
    if not shape.counted:
        return "CAST(NULL AS bigint)"
    return f"""(
        SELECT count(*) FROM ({_held(shape)}) AS held
        WHERE opened_at >= CAST(:first AS timestamptz) AND opened_at < CAST(:until AS timestamptz)
    )"""  # noqa: S608
