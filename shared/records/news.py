"""News as providers tell it: one headline, who published it, when, and where it can be read."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NewsRequest:
    """What is asked of every source alike: its latest news."""

    catching_up: bool = False
    """Whether more than the usual first page is wanted, because the last refresh was long ago."""


@dataclass(frozen=True, slots=True)
class TokenTag:
    """A token that a provider says an article is about, in the provider's own names."""

    symbol: str
    name: str | None = None
    slug: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsRecord:
    """One article as one provider tells it; texts are plain and bounded, the address is http or https."""

    provider: str
    publisher: str
    """The publisher's host without `www.`: `coindesk.com`."""
    title: str
    url: str
    aggregated: bool = False
    """Whether `url` leads to an aggregator's page about the article instead of the article."""
    summary: str | None = None
    published_at: datetime
    """Never after `fetched_at`; equal to it where the provider told no time, or none that can be."""
    dated: bool
    """Whether the provider told `published_at`."""
    fetched_at: datetime
    tags: tuple[TokenTag, ...] = ()


@dataclass(frozen=True, slots=True)
class UnusableNews:
    """A row that is no article: without title or address, or withdrawn. Counted and told, never stored."""

    provider: str
    reason: str


NewsItem: TypeAlias = NewsRecord | UnusableNews
