"""Statements that select the minutes that resting orders are matched with, and what is known of tokens besides."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_WANTED = """
    SELECT token_id, since FROM unnest(CAST(:token_ids AS text[]), CAST(:since AS timestamptz[])) AS wanted (token_id, since)
"""


def minutes() -> "ClauseElement":
    """Select the closed minutes of tokens, in US dollars as far as tether is priced, oldest first.

    Parameters: `token_ids`, and `since` for each; `until`, before which a minute must be over; `recent`, since when a price of
    tether counts; `told`, since when a series must have been refreshed; `size`, how many minutes of a token at most.
    """
    from sqlalchemy import text

    return text(f"""
        WITH wanted AS ({_WANTED}),
        rates AS (
            SELECT 'usd' AS currency, CAST(1 AS numeric) AS rate
            UNION ALL
            SELECT 'usdt', price_usd FROM quotes WHERE token_id = 'tether' AND as_of > CAST(:recent AS timestamptz)
        )
        SELECT wanted.token_id, CAST(extract(epoch FROM candle.opened_at) * 1000000 AS bigint), CAST(candle.open * rate AS text),
            CAST(candle.high * rate AS text), CAST(candle.low * rate AS text), CAST(candle.volume AS text), provider
        FROM wanted
        JOIN candle_series AS series ON series.token_id = wanted.token_id AND series.interval_s = 60
            AND series.refreshed_at > CAST(:told AS timestamptz)
        CROSS JOIN LATERAL (
            SELECT * FROM intraday_candles AS held
            WHERE held.series_id = series.series_id AND held.closed AND held.opened_at >= wanted.since
                AND held.opened_at <= CAST(:until AS timestamptz) - interval '1 minute'
            ORDER BY held.opened_at LIMIT CAST(:size AS integer)
        ) AS candle
        JOIN candle_sources AS source ON source.source_id = candle.source_id
        JOIN rates ON rates.currency = source.quote_currency
        ORDER BY wanted.token_id, candle.opened_at
    """)  # noqa: S608


def known() -> "ClauseElement":
    """Select what is known of tokens: last price and when, who said it, rank, the day's volume, and whether their minutes are kept.

    Parameters: `token_ids`; `told`, since when a series must have been refreshed.
    """
    from sqlalchemy import text

    return text("""
        SELECT quote.token_id, CAST(quote.price_usd AS text), CAST(extract(epoch FROM quote.as_of) * 1000000 AS bigint),
            array_to_string(quote.sources, ','), quote.rank, CAST(quote.volume_24h_usd AS text),
            EXISTS (
                SELECT FROM candle_series AS series WHERE series.token_id = quote.token_id AND series.interval_s = 60
                    AND series.refreshed_at > CAST(:told AS timestamptz)
            )
        FROM quotes AS quote WHERE quote.token_id = ANY(CAST(:token_ids AS text[]))
    """)
