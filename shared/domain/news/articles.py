"""From what providers tell to articles: one for each story, with everybody who carried it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.records.news import NewsRecord

from .addresses import article_id, canonical, untracked
from .recognition import Mention, Recogniser
from .sentiment import Sentiment, sentiment_of
from .titles import Title, TitleIndex

MOST_SOURCES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who carried an article, and where."""

    provider: str
    publisher: str
    url: str
    published_at: datetime | None
    """As this source tells it; `None` when it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One revision of an article."""

    article_id: str
    title: str
    summary: str | None
    url: str
    publisher: str
    aggregated: bool
    """Whether `url` is only an aggregator's page about it, because no source told the publisher's own."""
    published_at: datetime
    """As first told; it stays, so that a page's cursor does too."""
    dated: bool
    sources: tuple[Carrier, ...]
    """The one that the title comes from first, then in the order in which they were seen."""
    mentions: tuple[Mention, ...]
    sentiment: Sentiment | None


@dataclass(frozen=True, slots=True)
class KnownNews:
    """What is stored already: articles by id, and the article at each canonical address."""

    articles: Mapping[str, Article] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a run changes."""

    revisions: tuple[Article, ...]
    """New articles and new states of known ones."""
    addresses: Mapping[str, str]
    """Canonical addresses that were not known, and their articles."""
    repeated: int
    """Records that told nothing new."""


def merged(records: Iterable[NewsRecord], known: KnownNews, recogniser: Recogniser) -> Merged:
    """Find the article of each record: by its address, else by a near-identical title within two days, else a new one."""
    desk = _Desk(known, recogniser)
    # Publishers' own records first, so that their titles and addresses count; otherwise as time went.
    for record in sorted(records, key=_precedence):
        desk.take(record)
    return desk.result()


def _precedence(record: NewsRecord) -> tuple[bool, datetime, int, str, str]:
    # Of the same moment the shortest address first: that of the publisher's feed, without marks of who passed it on.
    return record.aggregated, record.published_at, len(record.url), record.provider, record.url


class _Desk:
    def __init__(self, known: KnownNews, recogniser: Recogniser) -> None:
        self._known = known
        self._recogniser = recogniser
        self._articles = dict(known.articles)
        self._addresses: dict[str, str] = {}
        self._titles = TitleIndex()
        self._repeated = 0
        for article in known.articles.values():
            self._titles.add(_title_of(article))

    def take(self, record: NewsRecord) -> None:
        """Merge one record into its article."""
        address = canonical(record.url)
        name = self._addresses.get(address) or self._known.addresses.get(address)
        article = self._articles.get(name) if name is not None else None
        if article is None:
            article = self._same_story(record, address)
            self._addresses[address] = article.article_id if article else article_id(address)
        if article is None:
            self._new(record, address)
            return
        revised = _revised(article, record, address, self._recogniser)
        self._repeated += revised == article
        self._articles[article.article_id] = revised

    def result(self) -> Merged:
        """Return what is new or changed."""
        changed = [each for name, each in self._articles.items() if self._known.articles.get(name) != each]
        return Merged(tuple(changed), self._addresses, self._repeated)

    def _same_story(self, record: NewsRecord, address: str) -> Article | None:
        title = Title(article_id(address), record.publisher, record.published_at, record.title)
        found = self._titles.find(title)
        return self._articles[found.article_id] if found else None

    def _new(self, record: NewsRecord, address: str) -> None:
        article = Article(
            article_id=article_id(address),
            title=record.title,
            summary=record.summary,
            url=untracked(record.url),
            publisher=record.publisher,
            aggregated=record.aggregated,
            published_at=record.published_at,
            dated=record.dated,
            sources=(_carrier(record),),
            mentions=self._recogniser.mentions(record.title, record.summary, record.tags),
            sentiment=sentiment_of(record.title),
        )
        self._articles[article.article_id] = article
        self._titles.add(_title_of(article))


def _revised(article: Article, record: NewsRecord, address: str, recogniser: Recogniser) -> Article:
    """Return the article after one more record of it; the same when it tells nothing new."""
    article = replace(article, sources=_with_carrier(article.sources, record, address))
    better = article.aggregated and not record.aggregated
    first = article.sources[0]
    corrected = first.provider == record.provider and canonical(first.url) == address
    if better:
        own = next(
            each for each in article.sources if canonical(each.url) == address and each.provider == record.provider
        )
        others = tuple(each for each in article.sources if each is not own)
        article = replace(
            article, sources=(own, *others), url=untracked(record.url), publisher=record.publisher, aggregated=False
        )
    if better or corrected:
        article = replace(article, title=record.title, summary=record.summary, sentiment=_judged(article, record))
    return replace(article, mentions=_mentions(article, record, recogniser, anew=better or corrected))


def _judged(article: Article, record: NewsRecord) -> Sentiment | None:
    return article.sentiment if record.title == article.title else sentiment_of(record.title)


def _mentions(article: Article, record: NewsRecord, recogniser: Recogniser, *, anew: bool) -> tuple[Mention, ...]:
    """Return the tokens of the text, and what any provider has tagged it with.

    Args:
        article: With the text that counts now.
        record: The latest of it, with its tags.
        recogniser: Finds tokens.
        anew: Whether the text has changed, so that what was found in the former one no longer counts.
    """
    found = recogniser.mentions(article.title, article.summary, record.tags)
    if not anew:
        return (*article.mentions, *_beyond(found, article.mentions))
    tagged = tuple(each for each in article.mentions if each.evidence == "tag")
    return (*found, *_beyond(tagged, found))


def _beyond(found: tuple[Mention, ...], known: tuple[Mention, ...]) -> tuple[Mention, ...]:
    names = {each.token_id for each in known}
    return tuple(each for each in found if each.token_id not in names)


def _with_carrier(sources: tuple[Carrier, ...], record: NewsRecord, address: str) -> tuple[Carrier, ...]:
    seen = any(each.provider == record.provider and canonical(each.url) == address for each in sources)
    return sources if seen or len(sources) >= MOST_SOURCES else (*sources, _carrier(record))


def _carrier(record: NewsRecord) -> Carrier:
    at = record.published_at if record.dated else None
    return Carrier(provider=record.provider, publisher=record.publisher, url=untracked(record.url), published_at=at)


def _title_of(article: Article) -> Title:
    return Title(article.article_id, article.publisher, article.published_at, article.title)
