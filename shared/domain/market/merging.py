"""From the staging tables into the tables, in the order in which it has to happen.

A run is stored whole or, when it is not newer than the newest one, not at all. So the statements below need
no guards of their own, except where one provider's answers may arrive out of order.
"""

from .staging import QUOTE_COLUMNS, RECORD

_UPDATED_QUOTES = ", ".join(f"{name} = excluded.{name}" for name in (*QUOTE_COLUMNS[1:], "rank"))
_UPDATED_SOURCES = ", ".join(f"{name} = excluded.{name}" for name in RECORD if name != "provider")
_QUOTES = ", ".join(QUOTE_COLUMNS)
_SOURCES = ", ".join(RECORD)

STAGE = (
    """
    CREATE TEMPORARY TABLE staged_tokens
    (token_id text, symbol text, name text, image_url text, provisional boolean, seen_at timestamptz) ON COMMIT DROP
    """,
    "CREATE TEMPORARY TABLE staged_names ON COMMIT DROP AS SELECT * FROM provider_ids WITH NO DATA",
    "CREATE TEMPORARY TABLE staged_sources ON COMMIT DROP AS SELECT * FROM source_quotes WITH NO DATA",
    "CREATE TEMPORARY TABLE staged_quotes ON COMMIT DROP AS SELECT * FROM quotes WITH NO DATA",
)

RETIRE = (
    """
    DELETE FROM price_points WHERE resolution_s IN (300, 3600, 86400) AND token_id IN
    (SELECT token_id FROM tokens WHERE token_id = ANY(CAST(:retired AS text[])) AND provisional)
    """,
    "DELETE FROM tokens WHERE token_id = ANY(CAST(:retired AS text[])) AND provisional",
)

TOKENS = """
    INSERT INTO tokens (token_id, symbol, name, image_url, provisional, first_seen_at, last_seen_at)
    SELECT token_id, symbol, name, image_url, provisional, seen_at, seen_at
    FROM staged_tokens WHERE symbol IS NOT NULL
    ON CONFLICT (token_id) DO UPDATE SET
        symbol = excluded.symbol,
        name = excluded.name,
        image_url = coalesce(excluded.image_url, tokens.image_url),
        provisional = excluded.provisional
    WHERE (tokens.provisional OR NOT excluded.provisional)
      AND (tokens.symbol, tokens.name, tokens.image_url, tokens.provisional) IS DISTINCT FROM
          (excluded.symbol, excluded.name, coalesce(excluded.image_url, tokens.image_url), excluded.provisional)
"""

SEEN = """
    UPDATE tokens SET last_seen_at = staged.seen_at
    FROM staged_tokens AS staged
    WHERE tokens.token_id = staged.token_id AND staged.seen_at >= tokens.last_seen_at + interval '10 minutes'
"""
"""To within ten minutes: it decides over a day, and is not worth rewriting every token every minute."""

NAMES = """
    INSERT INTO provider_ids (provider, provider_id, token_id, matched_by, matched_at)
    SELECT DISTINCT ON (provider, provider_id) provider, provider_id, token_id, matched_by, matched_at
    FROM staged_names JOIN tokens USING (token_id)
    ORDER BY provider, provider_id, token_id
    ON CONFLICT (provider, provider_id) DO UPDATE SET
        token_id = excluded.token_id, matched_by = excluded.matched_by, matched_at = excluded.matched_at
    WHERE provider_ids.token_id <> excluded.token_id
"""

SOURCES = f"""
    INSERT INTO source_quotes AS held (token_id, {_SOURCES})
    SELECT newest.* FROM (
        SELECT DISTINCT ON (token_id, provider) token_id, {_SOURCES}
        FROM staged_sources ORDER BY token_id, provider, observed_at DESC, fetched_at DESC
    ) AS newest JOIN tokens USING (token_id)
    ON CONFLICT (token_id, provider) DO UPDATE SET {_UPDATED_SOURCES}
    WHERE excluded.fetched_at > held.fetched_at AND excluded.observed_at >= least(held.observed_at, held.fetched_at)
"""  # noqa: S608

POINTS = """
    INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd, market_cap_usd, volume_24h_usd)
    SELECT resolution_s, staged.token_id, date_bin(make_interval(secs => resolution_s), staged.priced_at, '2000-01-01+0'),
        staged.priced_at, staged.price_usd, staged.market_cap_usd, staged.volume_24h_usd
    FROM staged_quotes AS staged
    JOIN tokens ON tokens.token_id = staged.token_id
    LEFT JOIN quotes AS held ON held.token_id = staged.token_id
    CROSS JOIN (VALUES (300), (3600), (86400)) AS every (resolution_s)
    WHERE held.token_id IS NULL OR staged.priced_at > held.priced_at
    ON CONFLICT DO NOTHING
"""
"""The first price of a bucket stays; one older than what was served before would rewrite what was known when."""

RANK = """
    CREATE TEMPORARY TABLE ranked ON COMMIT DROP AS
    SELECT token_id, (row_number() OVER (ORDER BY market_cap_usd DESC NULLS LAST, token_id))::integer AS rank
    FROM (
        SELECT token_id, market_cap_usd FROM staged_quotes
        UNION ALL
        SELECT token_id, market_cap_usd FROM quotes AS held
        WHERE NOT EXISTS (SELECT FROM staged_quotes AS staged WHERE staged.token_id = held.token_id)
    ) AS priced JOIN tokens USING (token_id)
    WHERE tokens.last_seen_at > CAST(:refreshed_at AS timestamptz) - interval '24 hours'
"""

QUOTES = f"""
    INSERT INTO quotes ({_QUOTES}, rank)
    SELECT {", ".join(f"staged.{name}" for name in QUOTE_COLUMNS)}, ranked.rank
    FROM staged_quotes AS staged
    JOIN tokens ON tokens.token_id = staged.token_id
    LEFT JOIN ranked ON ranked.token_id = staged.token_id
    ON CONFLICT (token_id) DO UPDATE SET {_UPDATED_QUOTES}
"""  # noqa: S608

RERANK = """
    UPDATE quotes SET rank = now_ranked.rank
    FROM (SELECT held.token_id, ranked.rank FROM quotes AS held LEFT JOIN ranked USING (token_id)) AS now_ranked
    WHERE now_ranked.token_id = quotes.token_id AND quotes.rank IS DISTINCT FROM now_ranked.rank
"""
"""For the tokens that this run has no quote of."""

RANKING = """
    INSERT INTO rankings (ranked_at, token_ids, token_count, data_source)
    SELECT CAST(:refreshed_at AS timestamptz), array_agg(token_id ORDER BY rank), count(*), :data_source
    FROM ranked HAVING count(*) > 0
"""

FORGET_RANKINGS = "DELETE FROM rankings WHERE ranked_at < CAST(:refreshed_at AS timestamptz) - interval '1 hour'"

MOVES = """
    INSERT INTO move_rankings (period, direction, token_ids, volumes, negated_volumes)
    SELECT period, direction,
        coalesce(array_agg(token_id ORDER BY distance DESC, rank) FILTER (WHERE rank IS NOT NULL), '{}'),
        coalesce(array_agg(volume ORDER BY distance DESC, rank) FILTER (WHERE rank IS NOT NULL), '{}'),
        coalesce(array_agg(-volume ORDER BY volume DESC) FILTER (WHERE rank IS NOT NULL), '{}')
    FROM (VALUES ('1h'), ('24h'), ('7d')) AS periods (period)
    CROSS JOIN (VALUES ('up', 1), ('down', -1)) AS directions (direction, sign)
    LEFT JOIN LATERAL (
        SELECT token_id, rank, volume_24h_usd AS volume, abs(change) AS distance
        FROM quotes CROSS JOIN LATERAL (
            SELECT CASE period WHEN '1h' THEN change_1h_pct WHEN '24h' THEN change_24h_pct ELSE change_7d_pct END
        ) AS changed (change)
        WHERE rank IS NOT NULL AND volume_24h_usd IS NOT NULL AND sign(change) = directions.sign
    ) AS moved ON true
    GROUP BY period, direction
    ON CONFLICT (period, direction) DO UPDATE SET
        token_ids = excluded.token_ids, volumes = excluded.volumes, negated_volumes = excluded.negated_volumes
"""
"""Those that moved most come first; whoever has no volume is no mover."""

TOTALS = """
    INSERT INTO market_totals
        (bucket, observed_at, market_cap_usd, volume_24h_usd, btc_market_cap_usd, eth_market_cap_usd, active_tokens)
    SELECT date_bin('5 minutes', CAST(:refreshed_at AS timestamptz), '2000-01-01+0'), CAST(:refreshed_at AS timestamptz),
        sum(market_cap_usd), sum(volume_24h_usd),
        sum(market_cap_usd) FILTER (WHERE token_id = 'bitcoin'),
        sum(market_cap_usd) FILTER (WHERE token_id = 'ethereum'), count(*)
    FROM quotes WHERE rank IS NOT NULL HAVING count(*) > 0
    ON CONFLICT DO NOTHING
"""

PARTITIONS = """
    SELECT ensure_month_partition(month)
    FROM unnest(CAST(:months AS timestamptz[])) AS month
"""

NEWEST = (
    "SELECT ranked_at >= CAST(:refreshed_at AS timestamptz), data_source FROM rankings ORDER BY ranked_at DESC LIMIT 1"
)

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203003)"
