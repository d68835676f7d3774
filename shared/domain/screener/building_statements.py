"""SQL that makes a generation; every table but those of quotes may be empty, and its columns are then null."""

from shared.db.tables.screener import QUOTE_FIELDS, SCORE_FIELDS, SLOTS

_QUOTES = {
    "price": "quotes.price_usd",
    "market_cap": "quotes.market_cap_usd",
    "volume_24h": "quotes.volume_24h_usd",
    "change_1h": "quotes.change_1h_pct",
    "change_24h": "quotes.change_24h_pct",
    "change_7d": "quotes.change_7d_pct",
    "change_30d": "quotes.change_30d_pct",
    "high_24h": "quotes.high_24h_usd",
    "low_24h": "quotes.low_24h_usd",
    "circulating_supply": "quotes.circulating_supply",
    "total_supply": "quotes.total_supply",
    "max_supply": "quotes.max_supply",
    "ath": "quotes.ath_usd",
    "ath_distance": "100 * (quotes.price_usd / nullif(quotes.ath_usd, 0) - 1)",
    "spread_pct": "quotes.spread_pct",
    "volume_to_cap": "quotes.volume_24h_usd / nullif(quotes.market_cap_usd, 0)",
    "supply_issued": "quotes.circulating_supply / nullif(quotes.max_supply, 0)",
    "rank": "quotes.rank",
    "age_days": "floor(extract(epoch FROM CAST(:made_at AS timestamptz) - known.since) / 86400)",
}
_SCORES = {
    "crypto_score": "token_scores.crypto_score",
    "durability": "token_scores.durability",
    "momentum": "token_scores.momentum",
    "valuation": "token_scores.valuation",
    "score_place": "token_scores.place",
}
_COLUMNS = _QUOTES | _SCORES
_WRITTEN = ("rank", "price", "market_cap", "volume_24h", "change_1h", "change_24h", "change_7d", "change_30d")
SHOWN = (*_WRITTEN, "crypto_score", "durability", "momentum", "valuation")
"""Fields that every row of an answer shows."""

SOURCES = "SELECT DISTINCT unnest(sources) AS source FROM quotes ORDER BY source"
MADE_ALREADY = "SELECT true FROM screener_generations WHERE made_at = :made_at"
FORGET = f"""
    DELETE FROM screener_generations
    WHERE made_at NOT IN (SELECT made_at FROM screener_generations ORDER BY made_at DESC LIMIT {SLOTS - 1})
"""  # noqa: S608
GENERATION = f"""
    INSERT INTO screener_generations (made_at, slot, tokens, quotes_at, scores_at, datapoints_at)
    SELECT CAST(:made_at AS timestamptz),
        (SELECT min(slot) FROM generate_series(0, {SLOTS - 1}) AS slot WHERE slot NOT IN (SELECT slot FROM screener_generations)),
        (SELECT count(*) FROM quotes), (SELECT max(refreshed_at) FROM quotes),
        (SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_scores'), (SELECT max(computed_at) FROM token_datapoints)
    RETURNING slot
"""  # noqa: S608
EMPTY = tuple(f"DELETE FROM {table} WHERE slot = :slot" for table in ("screener_rows", "screener_details"))  # noqa: S608
STAGE = """
    CREATE TEMPORARY TABLE staged_screener (
        token_id text PRIMARY KEY, position integer NOT NULL, kind text NOT NULL, own_chains text[] NOT NULL
    ) ON COMMIT DROP
"""
_SINCE = """
    LEFT JOIN LATERAL (
        SELECT least(
            tokens.first_seen_at,
            (
                SELECT min(candles.opened_at) FROM candle_series JOIN candles USING (series_id)
                WHERE candle_series.token_id = staged.token_id AND interval_s = 86400
            ),
            (SELECT min(bucket) FROM price_points WHERE resolution_s = 86400 AND token_id = staged.token_id)
        ) AS since
    ) AS known ON true
"""
_JOINED = """
    staged_screener AS staged JOIN tokens USING (token_id) JOIN quotes USING (token_id)
    LEFT JOIN token_scores USING (token_id)
"""
# In the order of the market, so that what is read together lies together. All names are ours.
ROWS = f"""
    INSERT INTO screener_rows (slot, position, kind, {", ".join((*QUOTE_FIELDS, *SCORE_FIELDS))})
    SELECT CAST(:slot AS smallint), staged.position, staged.kind,
        {", ".join(f"CAST({_COLUMNS[name]} AS float8)" for name in (*QUOTE_FIELDS, *SCORE_FIELDS))}
    FROM {_JOINED} {_SINCE}
    ORDER BY staged.position
"""  # noqa: S608
_NUMBERS = " || ".join(f"""',"{name}":' || coalesce(CAST({_COLUMNS[name]} AS text), 'null')""" for name in SHOWN)
DETAILS = f"""
    INSERT INTO screener_details (slot, position, token_id, as_of, chains, categories, datapoints, written)
    SELECT CAST(:slot AS smallint), staged.position, staged.token_id, quotes.as_of,
        ARRAY(
            SELECT DISTINCT chain FROM (
                SELECT chain FROM token_contracts WHERE token_contracts.token_id = staged.token_id AND held_until IS NULL
                UNION ALL SELECT unnest(staged.own_chains)
            ) AS every ORDER BY chain
        ),
        ARRAY(
            SELECT category_id FROM category_members
            WHERE category_members.token_id = staged.token_id AND held_until IS NULL ORDER BY category_id
        ),
        token_datapoints.values,
        tokens.written || ',"kind":"' || staged.kind || '"' || {_NUMBERS} || ',"as_of":' || json_time(quotes.as_of)
    FROM {_JOINED} LEFT JOIN token_datapoints USING (token_id)
    ORDER BY staged.position
"""  # noqa: S608
