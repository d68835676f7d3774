"""Articles as rows for COPY, and back from what was stored."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.db.copying import Field
from shared.db.statements import array_of

from .articles import Article, Carrier
from .recognition import Mention
from .sentiment import Sentiment

COLUMNS = (
    "article_id",
    "published_at",
    "dated",
    "title",
    "summary",
    "url",
    "publisher",
    "aggregated",
    "sources",
    "carriers",
    "tokens",
    "token_ids",
    "sentiment",
    "sentiment_score",
    "sentiment_method",
)
RECALLED = (*COLUMNS[:9], "tokens", *COLUMNS[12:])
"""What `article_of` wants, in its order."""


def rows_of(articles: Iterable[Article]) -> Iterator[tuple[Field, ...]]:
    """Yield one row an article, in the order of `COLUMNS`."""
    for each in articles:
        carriers = {name: None for source in each.sources for name in (source.publisher, source.provider)}
        judged = each.sentiment
        yield (
            each.article_id,
            each.published_at,
            each.dated,
            each.title,
            each.summary,
            each.url,
            each.publisher,
            each.aggregated,
            json.dumps([_source(source) for source in each.sources]),
            array_of(list(carriers)),
            json.dumps([_token(mention) for mention in each.mentions]),
            array_of([mention.token_id for mention in each.mentions]),
            judged.flag if judged else None,
            judged.score if judged else None,
            judged.method if judged else None,
        )


def article_of(row: Sequence[Any]) -> Article:
    """Return the article that a row of `RECALLED` holds."""
    flag, score, method = row[10:]
    return Article(
        article_id=row[0],
        published_at=datetime.fromisoformat(row[1]),
        dated=row[2],
        title=row[3],
        summary=row[4],
        url=row[5],
        publisher=row[6],
        aggregated=row[7],
        sources=tuple(_carrier(each) for each in row[8]),
        mentions=tuple(Mention(each["id"], each["symbol"], each["name"], each["evidence"]) for each in row[9]),
        sentiment=None if method is None else Sentiment(int(flag), Decimal(score), method),  # type: ignore[arg-type]
    )


def _source(source: Carrier) -> dict[str, str | None]:
    at = source.published_at
    return {
        "publisher": source.publisher,
        "provider": source.provider,
        "url": source.url,
        "published_at": None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _carrier(told: dict[str, Any]) -> Carrier:
    at = told["published_at"]
    return Carrier(
        provider=told["provider"],
        publisher=told["publisher"],
        url=told["url"],
        published_at=None if at is None else datetime.fromisoformat(at),
    )


def _token(mention: Mention) -> dict[str, str]:
    return {
        "id": mention.token_id,
        "symbol": mention.symbol,
        "name": mention.name,
        "evidence": mention.evidence,
    }
