"""From the staging table into the tables, in the order in which it has to happen.

Each staged candle is judged once, beside what is stored: `new`, `renewed` (an open one), `revised` (a closed one), `unchanged`,
or `kept` (what is stored stays: it is closed and this one is open, or known later, or of a source that is preferred).
"""

COLUMNS = (
    "series_id",
    "source_id",
    "closed",
    "opened_at",
    "known_at",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "turnover",
)
PRICES = ("open", "high", "low", "close", "volume", "turnover")
_NAMES = ", ".join(COLUMNS)

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203004)"

SERIES = """
    INSERT INTO candle_series (token_id, interval_s, refreshed_at)
    SELECT token_id, interval_s, CAST(:at AS timestamptz)
    FROM unnest(CAST(:token_ids AS text[]), CAST(:intervals AS integer[])) AS wanted (token_id, interval_s)
    WHERE NOT EXISTS (
        SELECT FROM candle_series AS held WHERE held.token_id = wanted.token_id AND held.interval_s = wanted.interval_s
    )
    ON CONFLICT DO NOTHING
"""
"""Without NOT EXISTS every candle stored again would use up a number."""

SERIES_IDS = """
    SELECT held.token_id, held.interval_s, held.series_id
    FROM unnest(CAST(:token_ids AS text[]), CAST(:intervals AS integer[])) AS wanted (token_id, interval_s)
    JOIN candle_series AS held USING (token_id, interval_s)
"""

SOURCE = """
    INSERT INTO candle_sources (provider, quote_currency, preference)
    SELECT CAST(:provider AS text), CAST(:quote_currency AS text), CAST(:preference AS smallint)
    WHERE NOT EXISTS (
        SELECT FROM candle_sources WHERE provider = CAST(:provider AS text) AND quote_currency = CAST(:quote_currency AS text)
    )
    ON CONFLICT DO NOTHING
"""

SOURCE_ID = "SELECT source_id FROM candle_sources WHERE provider = :provider AND quote_currency = :quote_currency"

STAGE = """
    CREATE TEMPORARY TABLE staged_candles (
        series_id integer, source_id smallint, closed boolean, opened_at timestamptz, known_at timestamptz,
        open numeric, high numeric, low numeric, close numeric, volume numeric, turnover numeric
    ) ON COMMIT DROP
"""

MEASURE = "ANALYZE staged_candles (series_id)"
"""Otherwise PostgreSQL does not know how many rows are staged; all columns would cost half a second."""

JUDGE = f"""
    CREATE TEMPORARY TABLE judged_candles ON COMMIT DROP AS
    SELECT staged.*, CASE
        WHEN held.series_id IS NULL THEN 'new'
        WHEN held.closed AND NOT staged.closed THEN 'kept'
        WHEN (staged.closed, {", ".join(f"staged.{name}" for name in PRICES)}) IS NOT DISTINCT FROM
             (held.closed, {", ".join(f"held.{name}" for name in PRICES)}) THEN 'unchanged'
        WHEN NOT held.closed THEN CASE WHEN staged.closed OR staged.known_at > held.known_at THEN 'renewed' ELSE 'kept' END
        WHEN theirs.preference > ours.preference OR staged.known_at <= held.known_at THEN 'kept'
        ELSE 'revised'
    END AS verdict
    FROM (
        SELECT DISTINCT ON (series_id, opened_at) {_NAMES}
        FROM staged_candles ORDER BY series_id, opened_at, closed DESC, known_at DESC
    ) AS staged
    JOIN candle_sources AS theirs ON theirs.source_id = staged.source_id
    LEFT JOIN {{table}} AS held
        ON held.series_id = staged.series_id AND held.opened_at = staged.opened_at
        AND held.opened_at BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
    LEFT JOIN candle_sources AS ours ON ours.source_id = held.source_id
"""  # noqa: S608

VERDICTS = "SELECT verdict, count(*) FROM judged_candles GROUP BY verdict"

REVISE = f"""
    INSERT INTO candle_revisions (series_id, source_id, opened_at, known_at, superseded_at, {", ".join(PRICES)})
    SELECT held.series_id, held.source_id, held.opened_at, held.known_at, judged.known_at,
        {", ".join(f"held.{name}" for name in PRICES)}
    FROM judged_candles AS judged JOIN {{table}} AS held USING (series_id, opened_at)
    WHERE judged.verdict = 'revised'
        AND held.opened_at BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
    ON CONFLICT DO NOTHING
"""  # noqa: S608

ADD = f"INSERT INTO {{table}} ({_NAMES}) SELECT {_NAMES} FROM judged_candles WHERE verdict = 'new'"  # noqa: S608

CHANGE = f"""
    UPDATE {{table}} AS held
    SET {", ".join(f"{name} = judged.{name}" for name in ("source_id", "closed", "known_at", *PRICES))}
    FROM judged_candles AS judged
    WHERE judged.verdict IN ('renewed', 'revised')
        AND held.series_id = judged.series_id AND held.opened_at = judged.opened_at
        AND held.opened_at BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
"""  # noqa: S608

REFRESHED = """
    UPDATE candle_series SET refreshed_at = CAST(:at AS timestamptz)
    WHERE series_id = ANY(CAST(:series_ids AS integer[])) AND refreshed_at < CAST(:at AS timestamptz)
"""

DROP = "DROP TABLE staged_candles, judged_candles"

MONTHS = "SELECT ensure_month_of('intraday_candles', 'opened_at', month) FROM unnest(CAST(:months AS timestamptz[])) AS month"

HOLES = """
    INSERT INTO candle_holes (series_id, begins_at, ends_at, asked_at)
    SELECT series_id, begins_at, ends_at, CAST(:at AS timestamptz)
    FROM unnest(CAST(:series_ids AS integer[]), CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]))
        AS hole (series_id, begins_at, ends_at)
    ON CONFLICT (series_id, begins_at) DO UPDATE
    SET ends_at = greatest(candle_holes.ends_at, excluded.ends_at), asked_at = excluded.asked_at
"""
