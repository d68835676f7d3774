"""The mood of the news, from what the news refresh stored; a database without its table has no news."""

from datetime import datetime
from typing import TYPE_CHECKING

from shared.records.sentiment import NewsMood

from .statements import MARKET

if TYPE_CHECKING:
    from sqlalchemy import Connection

_EXISTS = "SELECT to_regclass('public.news_revisions') IS NOT NULL"
# Of the articles of three days, as they read now; one that names three tokens counts for each of them and once for the market.
_MOODS = """
    WITH articles AS (
        SELECT token_ids, sentiment_score FROM news_revisions
        WHERE replaced_at IS NULL AND sentiment_score IS NOT NULL
            AND published_at > CAST(:now AS timestamptz) - interval '3 days'
            AND published_at <= CAST(:now AS timestamptz) AND known_at <= CAST(:now AS timestamptz)
    ), said AS (
        SELECT CAST(:market AS text) AS scope, sentiment_score FROM articles
        UNION ALL SELECT unnest(token_ids), sentiment_score FROM articles
    )
    SELECT scope, round(avg(sentiment_score), 4), count(*) FROM said GROUP BY scope ORDER BY scope
"""


def moods_of(connection: "Connection", now: datetime) -> list[NewsMood]:
    """Return the mean sentiment of the market's articles and of those that name a token."""
    from sqlalchemy import text

    if not connection.execute(text(_EXISTS)).scalar_one():
        return []
    rows = connection.execute(text(_MOODS), {"now": now, "market": MARKET})
    return [NewsMood(token_id=scope or None, score=score, articles=articles) for scope, score, articles in rows]
