"""The feeds of publishers: RSS 2.0, RSS 1.0 and Atom, with what is wrong with real ones.

The fault `error_body` is a bomb: entities of entities, a thousand million laughs if they were ever told.
Source: https://www.rssboard.org/rss-specification and https://datatracker.ietf.org/doc/html/rfc4287
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from sandbox.stand import Scene, Stand
from sandbox.stands.headlines import PUBLISHERS, Story, address_of, stories
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked

RSS_TYPE = "application/rss+xml; charset=utf-8"
_MOST = 30
_ATOM, _RDF = frozenset({"decrypt", "blockworks"}), frozenset({"bitcoinmagazine"})
_RELATIVE = frozenset({"cryptoslate"})
"""Feeds whose links lack scheme and host."""
_AHEAD = 29
"""One story in so many is dated six hours ahead, by a clock that is wrong."""
_PAGE = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
_LAUGHS = "".join(f'<!ENTITY laugh{level} "{f"&laugh{level - 1};" * 10}">' for level in range(1, 10))
BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY laugh0 "ha">{_LAUGHS}]>'
    '<rss version="2.0"><channel><title>&laugh9;</title><item><title>&laugh9;</title><link>https://bomb.example/</link></item></channel></rss>'
).encode()


def feed(scene: Scene, asked: Asked) -> Answer:
    """Answer /{feed}/rss."""
    name = asked.captured["feed"]
    if name not in PUBLISHERS:
        return Answer(_PAGE % (b"404 Not Found", b"404 Not Found"), 404, (), "text/html; charset=utf-8")
    items = [item for story in stories(scene.market, scene.seconds) for item in _carried(story, name)][:_MOST]
    write = _atom if name in _ATOM else _rdf if name in _RDF else _rss
    return Answer(write(name, items, scene).encode(), 200, (), RSS_TYPE)


class _Item:
    """A story as one publisher has it."""

    def __init__(self, story: Story, title: str, link: str) -> None:
        self.story, self.title, self.link = story, title, link


def _carried(story: Story, name: str) -> Iterator[_Item]:
    own = address_of(story, name)
    if story.publisher == name:
        yield _Item(story, story.title, f"/{own.split('/', 3)[3]}" if name in _RELATIVE else own)
    elif story.syndicated_by == name:
        yield _Item(
            story, story.title, f"{address_of(story, story.publisher)}/?utm_source={name}&utm_campaign=rss#start"
        )
    elif story.retold_by == name:
        yield _Item(story, f"{story.title} – report", own)


def _dated(item: _Item, scene: Scene) -> int | None:
    """Return the Unix time that an item tells: none, six hours too late, or its own."""
    if not item.story.dated:
        return None
    ahead = 6 * 3_600 if item.story.number % _AHEAD == 0 else 0
    return item.story.at + ahead + scene.said_at - scene.seconds


def _fields(item: _Item, scene: Scene) -> tuple[str, str, str]:
    nulled = scene.fault is not None and scene.fault.kind == "nulls" and item.story.number % 3 == 0
    summary = f"<p>{escape(item.story.summary)}</p><img src='https://images.example/{item.story.slug}.png'/>"
    return "" if nulled else escape(item.title), escape(item.link), summary


def _rss(name: str, items: list[_Item], scene: Scene) -> str:
    rows = []
    for item in items:
        title, link, summary = _fields(item, scene)
        at = _dated(item, scene)
        date = (
            "" if at is None else f"<pubDate>{format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)}</pubDate>"
        )
        rows.append(
            f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{item.story.slug}</guid>"
            f"<description><![CDATA[{summary}]]></description>{date}<category>News</category></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{name}</title><link>https://www.{name}.example/</link><description>News</description>{''.join(rows)}</channel></rss>"
    )


def _atom(name: str, items: list[_Item], scene: Scene) -> str:
    rows = []
    for item in items:
        title, link, summary = _fields(item, scene)
        at = _dated(item, scene)
        date = "" if at is None else f"<published>{iso_seconds(at)}</published><updated>{iso_seconds(at)}</updated>"
        rows.append(
            f'<entry><title type="html">{escape(title)}</title><link rel="alternate" href="{link}"/><id>urn:{item.story.slug}</id>'
            f'{date}<summary type="html">{escape(summary)}</summary></entry>'
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title>'
        f'<link href="https://www.{name}.example/"/><id>urn:{name}</id><updated>{iso_seconds(scene.said_at)}</updated>{"".join(rows)}</feed>'
    )


def _rdf(name: str, items: list[_Item], scene: Scene) -> str:
    rows = []
    for item in items:
        title, link, summary = _fields(item, scene)
        at = _dated(item, scene)
        date = "" if at is None else f"<dc:date>{iso_seconds(at)}</dc:date>"
        rows.append(
            f'<item rdf:about="{link}"><title>{title}</title><link>{link}</link><description>{escape(summary)}</description>{date}</item>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="https://www.{name}.example/"><title>{name}</title><link>https://www.{name}.example/</link></channel>'
        f"{''.join(rows)}</rdf:RDF>"
    )


NEWS_FEEDS = Stand(
    name="news_feeds",
    routes={"/{feed}/rss": feed},
    limited=_PAGE % (b"429 Too Many Requests", b"429 Too Many Requests"),
    broken=_PAGE % (b"500 Internal Server Error", b"500 Internal Server Error"),
    missing=_PAGE % (b"404 Not Found", b"404 Not Found"),
    despite=BOMB,
    content_type=RSS_TYPE,
)
