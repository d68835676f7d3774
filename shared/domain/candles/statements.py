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
    newest: bool = False
    """Whether the range is the newest `places` up to the newest candle, instead of beginning at `start`."""


def page(shape: Shape) -> "ClauseElement":
    """Select one row: the page's text and everything that `repository.Found` says of it; none when nothing was ever refreshed.

    Parameters: `name, interval_s, until, size`; `start` (and `first`, where counted), or `places` of the newest, `then` where an
    earlier time is.
    """
    from sqlalchemy import text

    return text(f"""
        WITH named AS (SELECT token_id, symbol, name FROM tokens WHERE {_WHO[shape.by]}),
        series AS (
            SELECT series_id, refreshed_at FROM candle_series JOIN named USING (token_id)
            WHERE interval_s = CAST(:interval_s AS integer) AND (SELECT count(*) FROM named) = 1
        ),
        {_beginning(shape)}
        before AS (
            SELECT opened_at, close FROM ({_held(shape)}) AS held
            WHERE opened_at < {_start(shape)} ORDER BY opened_at DESC LIMIT 1
        ),
        -- Unfilled, it is read once, by `counted`; the rare reader of gaps or of several sources reads it again.
        shown AS {_KEPT[shape.fill]} (
            SELECT *, false AS filled FROM ({_held(shape)}) AS held
            WHERE opened_at >= {_start(shape)} AND opened_at < CAST(:until AS timestamptz)
            ORDER BY opened_at LIMIT CAST(:size AS integer)
        ),
        counted AS MATERIALIZED (
            SELECT count(*) AS rows, min(opened_at) AS first_at, max(opened_at) AS last_at,
                max(least(known_at, opened_at + {_STEP})) AS as_of,
                min(source_id) AS least_source, max(source_id) AS greatest_source
                {_text(shape)}
            FROM shown
        ),
        gaps AS MATERIALIZED (
            SELECT greatest(previous_at + {_STEP}, {_start(shape)}) AS begins_at, opened_at AS ends_at
            FROM (
                SELECT opened_at, lag(opened_at, 1, (SELECT opened_at FROM before)) OVER (ORDER BY opened_at) AS previous_at
                FROM shown
                -- Looking at each pair is only worth it where something is missing.
                WHERE (SELECT first_at + rows * {_STEP} <> last_at + {_STEP} OR first_at > coalesce(before.opened_at, first_at) + {_STEP}
                    FROM counted LEFT JOIN before ON true)
            ) AS pairs
            WHERE opened_at - previous_at > {_STEP}
        )
        {_filled(shape)}
        SELECT
            (SELECT count(*) FROM named),
            (SELECT token_id FROM named ORDER BY token_id LIMIT 1),
            CASE WHEN (SELECT count(*) FROM named) > 1 THEN ({_CANDIDATES}) END,
            (SELECT refreshed_at FROM series) IS NOT NULL,
            {_us("(SELECT refreshed_at FROM series)")},
            {"counted.text" if shape.fill == "none" else f"(SELECT {_WRITTEN[shape.form]} FROM written)"},
            {_us("last.at")},
            {_us(_next_at(shape))},
            {_us("counted.as_of")},
            ({_closed(shape)}),
            {_SOURCES},
            (SELECT string_agg(CAST({_us("begins_at")} AS text) || ',' || CAST({_us("ends_at")} AS text), ';' ORDER BY begins_at)
             FROM (SELECT * FROM gaps ORDER BY begins_at LIMIT {MOST_GAPS:d}) AS gaps),
            (SELECT count(*) FROM gaps),
            {_us("(SELECT opened_at FROM before)")},
            {"0" if shape.fill == "none" else "(SELECT count(*) FROM written WHERE filled)"},
            {_total(shape)},
            stamp.refreshed_us, stamp.data_source,
            {_us(_start(shape))}
        FROM (
            SELECT {_us("refreshed_at")} AS refreshed_us, data_source FROM datasets WHERE dataset = 'refresh_candles'
        ) AS stamp
        CROSS JOIN counted
        CROSS JOIN LATERAL (SELECT {_LAST[shape.fill]} AS at) AS last
    """)  # noqa: S608


def _start(shape: Shape) -> str:
    return "(SELECT at FROM beginning)" if shape.newest else "CAST(:start AS timestamptz)"


def _beginning(shape: Shape) -> str:
    """Where the newest places begin: counted back from the newest candle, or from `until` where there is none at all."""
    if not shape.newest:
        return ""
    newest = f"SELECT opened_at FROM ({_held(shape)}) AS held WHERE opened_at < CAST(:until AS timestamptz) ORDER BY opened_at DESC LIMIT 1"  # noqa: S608
    return f"""beginning AS MATERIALIZED (
            SELECT coalesce(({newest}), CAST(:until AS timestamptz)) - {_STEP} * (CAST(:places AS integer) - 1) AS at
        ),"""


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

# A series has one source nearly always, and then nothing is grouped.
_SOURCES = """
    CASE WHEN counted.least_source = counted.greatest_source
    THEN (SELECT provider || ' ' || quote_currency FROM candle_sources WHERE source_id = counted.least_source)
    ELSE (
        SELECT string_agg(provider || ' ' || quote_currency, ',' ORDER BY used DESC, provider)
        FROM (SELECT source_id, count(*) AS used FROM shown GROUP BY source_id) AS used JOIN candle_sources USING (source_id)
    ) END
"""

_STEP = "make_interval(secs => CAST(:interval_s AS integer))"
_LAST = {"none": "counted.last_at", "ffill": "(SELECT max(opened_at) FROM written)"}
_KEPT = {"none": "NOT MATERIALIZED", "ffill": "MATERIALIZED"}

# `concat` makes one text of everything; a chain of || makes one after each, and took twice as long.
_MS = "CAST(date_part('epoch', opened_at) * 1000 AS bigint)"
_WRITTEN = {
    "json": f"""
        concat('[', string_agg(concat('[', {_MS}, ',', open, ',', high, ',', low, ',', close, ',',
            coalesce(CAST(volume AS text), 'null'), ']'), ','), ']')
    """,
    "csv": f"""
        coalesce(string_agg(concat({_MS}, ',', open, ',', high, ',', low, ',', close, ',', volume, ',',
            CAST(closed AS text), ',', CAST(filled AS text), E'\\n'), ''), '')
    """,
    "ndjson": f"""
        coalesce(string_agg(concat('{{"time":', {_MS}, ',"open":', open, ',"high":', high, ',"low":', low, ',"close":', close,
            ',"volume":', coalesce(CAST(volume AS text), 'null'), ',"is_closed":', CAST(closed AS text),
            ',"filled":', CAST(filled AS text), E'}}\\n'), ''), '')
    """,
}


def _text(shape: Shape) -> str:
    """The page's text, unless what fills gaps is still to be added."""
    return f", {_WRITTEN[shape.form]} AS text" if shape.fill == "none" else ""


def _closed(shape: Shape) -> str:
    """Whether the last candle of the page is closed."""
    if shape.fill == "none":
        return f"SELECT closed FROM ({_held(shape)}) AS held WHERE opened_at = counted.last_at"  # noqa: S608
    return "SELECT closed FROM written ORDER BY opened_at DESC LIMIT 1"


def _next_at(shape: Shape) -> str:
    """When the first candle opened that is behind the page, if it is full."""
    following = f"SELECT min(opened_at) FROM ({_held(shape)}) AS held WHERE opened_at > last.at AND opened_at < CAST(:until AS timestamptz)"  # noqa: S608
    if shape.fill == "none":
        return f"CASE WHEN counted.rows = CAST(:size AS integer) THEN ({following}) END"
    return f"({following})"


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
    """The rows to be written with `ffill`: a gap is filled by the close before it, without volume."""
    if shape.fill == "none":
        return ""
    return f""",
        written AS MATERIALIZED (
            SELECT opened_at, {_PRICES}, closed, filled FROM shown
            UNION ALL
            SELECT missing, price, price, price, price, 0, true, true
            FROM (
                SELECT begins_at, ends_at, coalesce(
                    (SELECT close FROM shown WHERE shown.opened_at < begins_at ORDER BY opened_at DESC LIMIT 1),
                    (SELECT close FROM before)
                ) AS price FROM gaps
            ) AS gap
            CROSS JOIN LATERAL generate_series(
                begins_at, ends_at - {_STEP}, {_STEP}
            ) AS missing
            ORDER BY opened_at LIMIT CAST(:size AS integer)
        )
    """  # noqa: S608


def _total(shape: Shape) -> str:
    if not shape.counted:
        return "CAST(NULL AS bigint)"
    return f"""(
        SELECT count(*) FROM ({_held(shape)}) AS held
        WHERE opened_at >= {_start(shape) if shape.newest else "CAST(:first AS timestamptz)"} AND opened_at < CAST(:until AS timestamptz)
    )"""  # noqa: S608
