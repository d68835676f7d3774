"""What answers about news look like. They document; PostgreSQL builds the answers, and the tests compare the two."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_ARTICLE: dict[str, JsonValue] = {
    "id": "5f0c7e9a1b2d3c44",
    "title": "Solana (SOL) rallies as validators approve upgrade",
    "summary": "The vote ended with a majority of nine tenths.",
    "url": "https://www.coindesk.com/markets/2026/03/01/solana-rallies",
    "source": "coindesk.com",
    "sources": [
        {
            "publisher": "coindesk.com",
            "provider": "rss_coindesk",
            "url": "https://www.coindesk.com/markets/2026/03/01/solana-rallies",
            "published_at": "2026-03-01T11:52:00Z",
        }
    ],
    "published_at": "2026-03-01T11:52:00.000Z",
    "dated": True,
    "known_at": "2026-03-01T11:55:02.120Z",
    "tokens": [{"id": "solana", "symbol": "SOL", "name": "Solana", "evidence": "name"}],
    "sentiment": 1,
    "sentiment_score": 0.412,
    "sentiment_method": "word-weights-1",
}


class NewsSource(BaseModel):
    """Who carried an article, and where."""

    publisher: str = Field(description="The publisher's host.", examples=["coindesk.com"])
    provider: str = Field(description="Who told us: an aggregator, or `rss_…` for the publisher's own feed.")
    url: str = Field(description="http or https; where that source has it.")
    published_at: datetime | None = Field(description="As this source tells it, UTC.")


class NewsTokenFact(BaseModel):
    """A token that an article is about."""

    id: str = Field(description="Slug of the token.", examples=["solana"])
    symbol: str = Field(examples=["SOL"])
    name: str = Field(examples=["Solana"])
    evidence: Literal["cashtag", "pair", "name", "symbol", "tag"] = Field(
        description="The strongest thing that shows it: `$SOL`, `SOL/USDT`, its name, its symbol in capitals, or that a provider says so."
    )


class NewsArticle(BaseModel):
    """One story, whoever carried it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ARTICLE]})

    id: str = Field(description="Stays the same through all revisions.")
    title: str = Field(description="Plain text of up to 300 characters.")
    summary: str | None = Field(description="The publisher's teaser, plain text of up to 500 characters.")
    url: str = Field(description="http or https; the publisher's own where any source tells it.")
    source: str = Field(description="Host of the publisher whose title and address these are.")
    sources: list[NewsSource] = Field(description="Everybody who carried it, the one of the title first.")
    published_at: datetime = Field(description="UTC; as first told. Without a believable time, when it was first seen.")
    dated: bool = Field(description="Whether a source told `published_at`.")
    known_at: datetime = Field(description="Since when this revision is known, UTC.")
    tokens: list[NewsTokenFact] = Field(description="Tokens it is about; those found in the text come first.")
    sentiment: Literal[-1, 0, 1] | None = Field(
        description="How the title sounds: -1 bad, 0 neutral, 1 good for what it is about. null when it is not in Latin script. "
        "Right for about 64 of 100 English headlines labelled by people, where always saying 1 is for 51."
    )
    sentiment_score: float | None = Field(description="Probability of good less that of bad, -1 to 1.", ge=-1, le=1)
    sentiment_method: str | None = Field(
        description="`word-weights-1`: a linear model of the title's words (multinomial logistic regression)."
    )
