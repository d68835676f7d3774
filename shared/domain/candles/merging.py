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

TOLD = ("series_id", "opened_at", *PRICES)
"""What differs from candle to candle of one source that became known together."""

TELL = """
    ALTER TABLE staged_candles ALTER source_id SET DEFAULT {source_id:d}, ALTER closed SET DEFAULT true,
        ALTER known_at SET DEFAULT '{known_at}'
"""
"""A utility statement takes no parameters: a number and an ISO time of ours."""

MEASURE = "ANALYZE staged_candles (series_id)"
"""Otherwise PostgreSQL does not know how many rows are staged; all columns would cost half a second."""

IS_NEW = """
    SELECT NOT EXISTS (
        SELECT FROM (SELECT DISTINCT series_id FROM staged_candles) AS staged
        WHERE EXISTS (SELECT FROM {table} AS held WHERE held.series_id = staged.series_id)
    )
"""

ADD_ALL = f"INSERT INTO {{table}} ({_NAMES}) SELECT {_NAMES} FROM staged_candles"  # noqa: S608

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
    FROM {{staged}} AS staged
    JOIN candle_sources AS theirs ON theirs.source_id = staged.source_id
    LEFT JOIN {{table}} AS held
        ON held.series_id = staged.series_id AND held.opened_at = staged.opened_at
        AND held.opened_at BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
    LEFT JOIN candle_sources AS ours ON ours.source_id = held.source_id
"""  # noqa: S608

ONE_OF_EACH = f"""(
    SELECT DISTINCT ON (series_id, opened_at) {_NAMES}
    FROM staged_candles ORDER BY series_id, opened_at, closed DESC, known_at DESC
)"""  # noqa: S608

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
    UPDATE candle_series AS held
    SET refreshed_at = greatest(held.refreshed_at, CAST(:at AS timestamptz)), newest_at = greatest(held.newest_at, staged.newest_at)
    FROM (SELECT series_id, max(opened_at) FILTER (WHERE closed) AS newest_at FROM staged_candles GROUP BY series_id) AS staged
    WHERE held.series_id = staged.series_id
"""

ANSWERED = """
    UPDATE candle_series SET refreshed_at = CAST(:at AS timestamptz)
    WHERE series_id = ANY(CAST(:series_ids AS integer[])) AND refreshed_at < CAST(:at AS timestamptz)
"""

DROP = "DROP TABLE IF EXISTS staged_candles, judged_candles"

MONTHS = "SELECT ensure_month_of('intraday_candles', 'opened_at', month) FROM unnest(CAST(:months AS timestamptz[])) AS month"

HOLES = """
    INSERT INTO candle_holes (series_id, begins_at, ends_at, asked_at)
    SELECT series_id, begins_at, ends_at, CAST(:at AS timestamptz)
    FROM unnest(CAST(:series_ids AS integer[]), CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]))
        AS hole (series_id, begins_at, ends_at)
    ON CONFLICT (series_id, begins_at) DO UPDATE
    SET ends_at = greatest(candle_holes.ends_at, excluded.ends_at), asked_at = excluded.asked_at
"""

BUILT_SOURCES = """
    INSERT INTO candle_sources (provider, quote_currency, preference)
    SELECT DISTINCT split_part(provider, '/', 1) || CAST(:suffix AS text), quote_currency, preference - mod(preference, 2) + 1
    FROM candle_sources AS held
    WHERE NOT EXISTS (
        SELECT FROM candle_sources AS built
        WHERE built.provider = split_part(held.provider, '/', 1) || CAST(:suffix AS text)
            AND built.quote_currency = held.quote_currency
    )
    ON CONFLICT DO NOTHING
"""

BUILT_SERIES = """
    INSERT INTO candle_series (token_id, interval_s, refreshed_at)
    SELECT token_id, CAST(:interval_s AS integer), CAST(:at AS timestamptz)
    FROM candle_series AS finer
    WHERE interval_s = CAST(:finer_s AS integer) AND newest_at >= CAST(:since AS timestamptz) AND NOT EXISTS (
        SELECT FROM candle_series AS held
        WHERE held.token_id = finer.token_id AND held.interval_s = CAST(:interval_s AS integer)
    )
    ON CONFLICT DO NOTHING
"""

BUILD = """
    INSERT INTO staged_candles
    SELECT series.series_id, named.source_id, true, bucket, max(held.known_at),
        (array_agg(held.open ORDER BY held.opened_at))[1], max(held.high), min(held.low),
        (array_agg(held.close ORDER BY held.opened_at DESC))[1],
        CASE WHEN count(held.volume) = count(*) THEN sum(held.volume) END,
        CASE WHEN count(held.turnover) = count(*) THEN sum(held.turnover) END
    FROM candle_series AS finer
    JOIN candle_series AS series
        ON series.token_id = finer.token_id AND series.interval_s = CAST(:interval_s AS integer)
    JOIN {finer_table} AS held
        ON held.series_id = finer.series_id AND held.closed
        AND held.opened_at >= CAST(:since AS timestamptz) AND held.opened_at < CAST(:until AS timestamptz)
    JOIN candle_sources AS source ON source.source_id = held.source_id
    JOIN candle_sources AS named
        ON named.provider = split_part(source.provider, '/', 1) || CAST(:suffix AS text)
        AND named.quote_currency = source.quote_currency
    CROSS JOIN LATERAL date_bin(
        make_interval(secs => CAST(:interval_s AS integer)), held.opened_at, CAST(:origin AS timestamptz)
    ) AS bucket
    WHERE finer.interval_s = CAST(:finer_s AS integer) AND finer.newest_at >= CAST(:since AS timestamptz)
    GROUP BY series.series_id, named.source_id, bucket
    HAVING count(*) = CAST(:pieces AS integer)
"""
"""Grouped by source, so that what two venues said together never makes one candle."""

SAMPLED_SERIES = """
    INSERT INTO candle_series (token_id, interval_s, refreshed_at)
    SELECT DISTINCT token_id, 3600, CAST(:at AS timestamptz) FROM price_points AS point
    WHERE resolution_s = 300 AND bucket >= CAST(:since AS timestamptz) AND bucket < CAST(:until AS timestamptz)
        AND NOT EXISTS (
            SELECT FROM candle_series AS held WHERE held.token_id = point.token_id AND held.interval_s = 3600
        )
    ON CONFLICT DO NOTHING
"""

SAMPLE = """
    INSERT INTO staged_candles
    SELECT series.series_id, CAST(:source_id AS smallint), true, hour, CAST(:at AS timestamptz),
        (array_agg(price_usd ORDER BY bucket))[1], max(price_usd), min(price_usd),
        (array_agg(price_usd ORDER BY bucket DESC))[1], NULL, NULL
    FROM price_points AS point
    JOIN candle_series AS series ON series.token_id = point.token_id AND series.interval_s = 3600
    CROSS JOIN LATERAL date_trunc('hour', point.bucket, 'UTC') AS hour
    WHERE resolution_s = 300 AND bucket >= CAST(:since AS timestamptz) AND bucket < CAST(:until AS timestamptz)
        AND (series.newest_at IS NULL OR series.newest_at < hour)
    GROUP BY series.series_id, hour
    HAVING count(*) >= CAST(:fewest AS integer)
"""

BOUNDS = "SELECT min(opened_at), max(opened_at), count(*) FROM staged_candles"

LEARN = """
    INSERT INTO provider_ids (provider, provider_id, token_id, matched_by, matched_at)
    SELECT DISTINCT ON (provider, provider_id) provider, provider_id, token_id, 'price', CAST(:at AS timestamptz)
    FROM unnest(CAST(:providers AS text[]), CAST(:names AS text[]), CAST(:token_ids AS text[]))
        AS proven (provider, provider_id, token_id)
    JOIN tokens USING (token_id)
    ORDER BY provider, provider_id, token_id
    ON CONFLICT DO NOTHING
"""
