"""Statements that answer about models and predictions. Each returns one row, none when nothing was ever refreshed."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

MODELS = "train_models"
PREDICTIONS = "refresh_predictions"
Sort = Literal["probability", "expected_return", "market_cap"]
Order = Literal["desc", "asc"]

_SORTED_BY: dict[Sort, str] = {
    "probability": "said.probability",
    "expected_return": "said.expected_return_pct",
    "market_cap": "quotes.market_cap_usd",
}


def _us(moment: str) -> str:
    return f"CAST(extract(epoch FROM {moment}) * 1000000 AS bigint)"


def _iso(moment: str) -> str:
    return f"""to_char(timezone('UTC', {moment}), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


def _end_of(day: str) -> str:
    """Return the end of a UTC day."""
    return f"timezone('UTC', CAST({day} + 1 AS timestamp))"


def _shown(*columns: str) -> str:
    """Return a row of a model as the text of an object."""
    row = ", ".join(columns)
    return f"(SELECT CAST(row_to_json(shown) AS text) FROM (SELECT {row}) AS shown)"  # noqa: S608


_SUMMARY = (
    "model.model_id AS id",
    "model.state",
    f"{_iso('model.trained_at')} AS trained_at",
    "model.trained_through",
    f"{_iso('model.decided_at')} AS decided_at",
    "model.decision",
    "cardinality(model.features) AS feature_count",
)
_LIVE = "(SELECT record FROM model_live_records AS held WHERE held.model_id = model.model_id) AS live"
_WHOLE = (
    *_SUMMARY,
    *("model.code_version", "model.data_digest", "model.artifact_digest", "model.parameters", "model.features"),
)
# Two intervals, as `horizon.COVERAGES` says; numbers as PostgreSQL writes them, every digit.
_SAID = """concat(
    '"probability":', coalesce(CAST(said.probability AS text), 'null'),
    ',"expected_return_pct":', coalesce(CAST(said.expected_return_pct AS text), 'null'), ',"intervals":',
    CASE WHEN said.probability IS NULL THEN '[]' ELSE concat(
        '[{"coverage":0.8,"lower_pct":', said.lower_pct, ',"upper_pct":', said.upper_pct,
        '},{"coverage":0.95,"lower_pct":', said.lower_95_pct, ',"upper_pct":', said.upper_95_pct, '}]') END)"""
_RUN = f"""
    (SELECT model_id, CAST(through AS text) AS through, {_us(_end_of("through"))} AS as_of_us,
        {_us("computed_at")} AS computed_us, predicted, unpredicted FROM prediction_runs) AS run
"""  # noqa: S608


def models() -> "ClauseElement":
    """Select `text, total, serving` and the stamp of a page of the models, newest first."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        SELECT
            (SELECT concat('[', string_agg({_shown(*_SUMMARY, "model.record - 'folds' AS record", _LIVE)}, ','
                ORDER BY trained_at DESC, model_id), ']')
             FROM (SELECT * FROM ml_models ORDER BY trained_at DESC, model_id
                LIMIT CAST(:limit AS integer) OFFSET CAST(:offset AS integer)) AS model),
            (SELECT count(*) FROM ml_models),
            (SELECT model_id FROM ml_models WHERE state = 'serving'),
            stamp.*
        FROM {stamp_text(MODELS)}
    """)  # noqa: S608


def model() -> "ClauseElement":
    """Select `text` and the stamp; null for an unknown model."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        SELECT (SELECT {_shown(*_WHOLE, "model.record", _LIVE)} FROM ml_models AS model
            WHERE model_id = CAST(:model_id AS text)), stamp.*
        FROM {stamp_text(MODELS)}
    """)  # noqa: S608


def predictions(sort: Sort, order: Order) -> "ClauseElement":
    """Select `text`, the run and the stamp of a page of what can be predicted."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    by = f"{_SORTED_BY[sort]} {order.upper()} NULLS LAST, said.token_id"
    return text(f"""
        WITH page AS (
            SELECT said.token_id, row_number() OVER (ORDER BY {by}) AS number
            FROM token_predictions AS said LEFT JOIN quotes USING (token_id) WHERE said.probability IS NOT NULL
            ORDER BY {by} LIMIT CAST(:limit AS integer) OFFSET CAST(:offset AS integer)
        )
        SELECT
            (SELECT concat('[', string_agg(concat('{{', tokens.written, ',', {_SAID}, '}}'), ',' ORDER BY number), ']')
             FROM page JOIN token_predictions AS said USING (token_id) JOIN tokens USING (token_id)),
            run.*, stamp.*
        FROM {stamp_text(PREDICTIONS)} JOIN {_RUN} ON true
    """)  # noqa: S608


def prediction() -> "ClauseElement":
    """Select `token, said, reason, explanation`, the run and the stamp of one token, the first two members of objects.

    `token` is null for an unknown one, `said` for one that was not there when predictions were last made.
    """
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    return text(f"""
        SELECT tokens.written, CASE WHEN said.token_id IS NULL THEN NULL ELSE {_SAID} END, said.reason,
            CAST(said.contributions AS text), run.*, stamp.*
        FROM {stamp_text(PREDICTIONS)} JOIN {_RUN} ON true
        LEFT JOIN tokens ON tokens.token_id = CAST(:token_id AS text)
        LEFT JOIN token_predictions AS said ON said.token_id = tokens.token_id
    """)  # noqa: S608


def chosen(*, named: bool) -> "ClauseElement":
    """Select `model_id, state, trained_through, artifact_digest` and the stamp of a model, of the serving one when none is named."""
    from sqlalchemy import text

    from shared.domain.datasets.statements import stamp_text

    which = "model_id = CAST(:model_id AS text)" if named else "state = 'serving'"
    return text(f"""
        SELECT model_id, state, CAST(trained_through AS text), artifact_digest, stamp.*
        FROM {stamp_text(MODELS)} LEFT JOIN ml_models ON {which}
    """)  # noqa: S608


def artifact() -> "ClauseElement":
    """Select `artifact` of a model."""
    from sqlalchemy import text

    return text("SELECT artifact FROM ml_models WHERE model_id = CAST(:model_id AS text)")
