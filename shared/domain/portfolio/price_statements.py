"""Prices as portfolios need them: now, at days' ends, near given moments; and which tokens a symbol may mean."""

from sqlalchemy import TextClause, text

_DAY = "date_bin('1 day', observed_at + interval '12 hours', timestamptz '2000-01-01 00:00Z')"


def current() -> TextClause:
    """Select `token_id, symbol, name, price, priced_us, sources, data_source` of each token known among `token_ids`."""
    return text("""
        SELECT token_id, symbol, name, CAST(price_usd AS text), CAST(extract(epoch FROM quotes.as_of) * 1000000 AS bigint), sources,
            data_source
        FROM tokens LEFT JOIN quotes USING (token_id)
        WHERE token_id = ANY (CAST(:token_ids AS text[]))
    """)


def kind_of_data() -> TextClause:
    """Select the `data_source` of the newest ranking; no row when no refresh ever stored anything."""
    return text("SELECT data_source FROM rankings ORDER BY ranked_at DESC LIMIT 1")


def daily() -> TextClause:
    """Select for each of `token_ids` a text `day:price day:price …`: prices at the ends of days from `first` to `last`, by the day
    that begins then, as a number since 1970.

    The close of the daily candle comes first (dollars of USDT count as dollars: what is made of these prices are statistics), else an
    aggregator's price within an hour of that midnight, the nearest.
    """
    return text(f"""
        WITH known AS (
            SELECT token_id, opened_at + interval '1 day' AS ends, close AS price, 0 AS place, interval '0' AS distance
            FROM candle_series JOIN candles USING (series_id) JOIN candle_sources USING (source_id)
            WHERE token_id = ANY (CAST(:token_ids AS text[])) AND interval_s = 86400 AND closed
                AND quote_currency IN ('usd', 'usdt')
                AND opened_at >= CAST(:first AS timestamptz) - interval '1 day'
                AND opened_at < CAST(:last AS timestamptz)
            UNION ALL
            SELECT token_id, {_DAY}, price_usd, 1, CASE WHEN observed_at > {_DAY} THEN observed_at - {_DAY} ELSE {_DAY} - observed_at END
            FROM price_points
            WHERE token_id = ANY (CAST(:token_ids AS text[])) AND resolution_s = 86400
                AND bucket >= CAST(:first AS timestamptz) - interval '1 day' AND bucket <= CAST(:last AS timestamptz)
        ), chosen AS (
            SELECT DISTINCT ON (token_id, ends) token_id, ends, price FROM known
            WHERE distance <= interval '1 hour' AND price > 0
                AND ends >= CAST(:first AS timestamptz) AND ends <= CAST(:last AS timestamptz)
            ORDER BY token_id, ends, place, distance
        )
        SELECT token_id, string_agg(CAST(CAST(extract(epoch FROM ends) / 86400 AS integer) AS text) || '=' || CAST(price AS text), ' ')
        FROM chosen GROUP BY token_id
    """)  # noqa: S608 nothing but a constant is put in


def near() -> TextClause:
    """Select `place, price`: of the `n`th token the price known nearest to the `n`th moment and within twelve hours of it."""
    return text("""
        SELECT CAST(place AS integer), CAST(price AS text)
        FROM unnest(CAST(:token_ids AS text[]), CAST(:moments AS timestamptz[])) WITH ORDINALITY AS wanted (token_id, moment, place)
        CROSS JOIN LATERAL (
            SELECT price FROM (
                SELECT price_usd AS price, observed_at AS at FROM price_points
                WHERE price_points.token_id = wanted.token_id AND resolution_s IN (300, 3600, 86400)
                    AND bucket >= moment - interval '1 day' AND bucket <= moment + interval '1 day'
                UNION ALL
                SELECT shown.price, shown.at FROM candle_series JOIN candles USING (series_id)
                JOIN candle_sources USING (source_id)
                CROSS JOIN LATERAL (VALUES (open, opened_at), (close, opened_at + interval '1 day')) AS shown (price, at)
                WHERE candle_series.token_id = wanted.token_id AND interval_s = 86400 AND closed
                    AND quote_currency IN ('usd', 'usdt')
                    AND opened_at >= moment - interval '2 days' AND opened_at <= moment + interval '1 day'
                UNION ALL
                SELECT price_usd, priced_at FROM quotes WHERE quotes.token_id = wanted.token_id
            ) AS known
            WHERE at >= moment - interval '12 hours' AND at <= moment + interval '12 hours' AND price > 0
            ORDER BY abs(extract(epoch FROM at - moment)), at, price LIMIT 1
        ) AS nearest
    """)


def symbols() -> TextClause:
    """Select `symbol, token_id, cap` of the tokens with one of `symbols`, which are in capitals, the largest first."""
    return text("""
        SELECT upper(symbol), token_id, CAST(market_cap_usd AS text) FROM tokens LEFT JOIN quotes USING (token_id)
        WHERE upper(symbol) = ANY (CAST(:symbols AS text[])) AND NOT provisional
        ORDER BY market_cap_usd DESC NULLS LAST, token_id
    """)
