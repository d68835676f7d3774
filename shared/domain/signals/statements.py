"""Statements that answer about signals; most of each answer lies written in the tables."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

DATASET = "refresh_signals"
Ranking = Literal["heat", "consensus", "divergence"]


def _us(moment: str) -> str:
    return f"CAST(extract(epoch FROM {moment}) * 1000000 AS bigint)"


_WHICH: dict[Ranking, tuple[str, str, str]] = {
    "heat": ("written_heat", "CAST(:least AS integer) IS NOT NULL", "place"),
    "consensus": ("written_consensus", "agreeing >= CAST(:least AS integer)", "agreeing DESC, place"),
    "divergence": (
        "written_divergence",
        "written_divergence IS NOT NULL AND CAST(:least AS integer) IS NOT NULL",
        "abs(divergence) DESC, place",
    ),
}


def ranking(which: Ranking) -> "ClauseElement":
    """Select the first `size` tokens of a ranking: `text, total, refreshed_us, sources, data_source`; none when never refreshed."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    column, condition, order = _WHICH[which]
    return text(f"""
        SELECT
            (SELECT concat('[', string_agg(written, ',' ORDER BY number), ']') FROM (
                SELECT {column} AS written, row_number() OVER (ORDER BY {order}) AS number
                FROM token_signals WHERE {condition} ORDER BY {order} LIMIT CAST(:size AS integer)
            ) AS shown),
            (SELECT count(*) FROM token_signals WHERE {condition}),
            stamp.*
        FROM {stamp_text(DATASET)}
    """)  # noqa: S608


def token() -> "ClauseElement":
    """Select `symbol, name, computed_us, day_us, version, digest, values, contributions, verdict, last, refreshed_us, sources,
    data_source` of one token; `symbol` is null for an unknown one, `values` for one without signals."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        SELECT tokens.symbol, tokens.name, {_us("points.computed_at")}, {_us("points.day")}, points.version, points.digest,
            CAST(points.values AS text), CAST(points.contributions AS text), signals.written_verdict,
            (SELECT body FROM signal_log WHERE token_id = CAST(:token_id AS text) ORDER BY position DESC LIMIT 1),
            stamp.*
        FROM {stamp_text(DATASET)}
        LEFT JOIN tokens ON tokens.token_id = CAST(:token_id AS text)
        LEFT JOIN token_datapoints AS points ON points.token_id = tokens.token_id
        LEFT JOIN token_signals AS signals ON signals.token_id = tokens.token_id
    """)  # noqa: S608


def history() -> "ClauseElement":
    """Select days of one token from `start` to before `until`, oldest first, up to `size`: `text, next_us, total, known, refreshed_us,
    sources, data_source`."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        WITH meant AS MATERIALIZED (
            SELECT at, known_at, composite, scores FROM signal_history
            WHERE token_id = CAST(:token_id AS text) AND at >= CAST(:first AS timestamptz) AND at < CAST(:until AS timestamptz)
        ),
        ahead AS (
            SELECT *, row_number() OVER (ORDER BY at) AS number FROM meant
            WHERE at >= CAST(:start AS timestamptz) ORDER BY at LIMIT CAST(:size AS integer) + 1
        )
        SELECT
            (SELECT coalesce(string_agg(concat('{{"at":', {_us("at")} / 1000, ',"known_at":', {_us("known_at")} / 1000,
                ',"composite":', coalesce(CAST(composite AS text), 'null'), ',"scores":', array_to_json(scores), '}}'), ','
                ORDER BY at), '') FROM ahead WHERE number <= CAST(:size AS integer)),
            (SELECT {_us("max(at)")} FROM ahead WHERE number > CAST(:size AS integer)),
            (SELECT count(*) FROM meant),
            EXISTS (SELECT FROM tokens WHERE token_id = CAST(:token_id AS text)),
            stamp.*
        FROM {stamp_text(DATASET)}
    """)  # noqa: S608


def record() -> "ClauseElement":
    """Select the record and a page of the log, newest first, from below `before`: `record, made_us, text, next, total, refreshed_us,
    sources, data_source`."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        WITH shown AS MATERIALIZED (
            SELECT position, previous, hash, body, grade.graded_at, grade.price_usd, grade.priced_at, grade.lost
            FROM signal_log LEFT JOIN signal_grades AS grade USING (position)
            WHERE position < CAST(:before AS bigint) ORDER BY position DESC LIMIT CAST(:size AS integer)
        )
        SELECT
            (SELECT written FROM signal_record WHERE name = 'all'),
            (SELECT {_us("made_at")} FROM signal_record WHERE name = 'all'),
            (SELECT coalesce(string_agg(concat('{{"position":', position, ',"previous":"', previous, '","hash":"', hash, '","body":', body,
                ',"grade":', CASE WHEN price_usd IS NULL THEN 'null' ELSE concat('{{"price_usd":', price_usd, ',"priced_at":',
                to_json(priced_at), ',"lost":', CAST(lost AS text), '}}') END, '}}'), ',' ORDER BY position DESC), '') FROM shown),
            (SELECT min(position) FROM shown HAVING min(position) > 1),
            (SELECT count(*) FROM signal_log),
            stamp.*
        FROM {stamp_text(DATASET)}
    """)  # noqa: S608
