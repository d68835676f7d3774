"""Which feeds are read, and what is known of each before it is asked."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from shared.core.errors import SettingsError

from .adapters.rss_news import Feed
from .contract import MINUTE_S, Descriptor, Limit
from .news_text import host_of, safe_url
from .registry import Makes

DEFAULT_FEEDS: Mapping[str, str] = MappingProxyType(
    {
        "coindesk": "https://www.coindesk.com/arc/outboundfeeds/rss/",
        "cointelegraph": "https://cointelegraph.com/rss",
        "decrypt": "https://decrypt.co/feed",
        "theblock": "https://www.theblock.co/rss.xml",
        "bitcoinmagazine": "https://bitcoinmagazine.com/feed",
        "cryptoslate": "https://cryptoslate.com/feed/",
        "thedefiant": "https://thedefiant.io/feed",
        "blockworks": "https://blockworks.co/feed",
    }
)
"""Names and addresses without NEWS_FEEDS; the names make the providers' ids: `rss_coindesk`."""
_NAME = re.compile(r"[a-z0-9_]{1,30}")
_FIRST_RANK = 2
_PREFIXES = ("feeds.", "feed.", "rss.")


def feeds_of(environment: Mapping[str, str]) -> list[tuple[Descriptor, Makes]]:
    """Return the feeds as the environment says.

    `NEWS_FEEDS` is `name=address` by commas, in place of the defaults; `NEWS_FEEDS_URL` moves all of them to
    `{NEWS_FEEDS_URL}/{name}/rss`, which is how a stand-in takes their place.

    Raises:
        SettingsError: a name or an address cannot be read, or a name stands twice.
    """
    feeds = _stated(environment.get("NEWS_FEEDS", "")) or DEFAULT_FEEDS
    moved = environment.get("NEWS_FEEDS_URL", "").rstrip("/")
    return [
        (_descriptor(name, url, f"{moved}/{name}/rss" if moved else url, rank), Feed)
        for rank, (name, url) in enumerate(feeds.items(), start=_FIRST_RANK)
    ]


def family_of(url: str) -> str:
    """Return a feed's publisher: its host without what only says that it serves feeds."""
    host = host_of(url)
    return next((host.removeprefix(prefix) for prefix in _PREFIXES if host.startswith(prefix)), host)


def _descriptor(name: str, url: str, address: str, rank: int) -> Descriptor:
    return Descriptor(
        id=f"rss_{name}",
        family=family_of(url),
        kind="news",
        rank=rank,
        default_url=address,
        url_setting=f"RSS_{name.upper()}_URL",
        # What a polite reader does at the most; no publisher states a number.
        limits=(Limit(4, 5 * MINUTE_S, "polite"),),
        limits_setting=f"RSS_{name.upper()}_LIMITS",
    )


def _stated(text: str) -> dict[str, str]:
    feeds: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, url = (each.strip() for each in part.partition("="))
        if not _NAME.fullmatch(name) or safe_url(url) is None or name in feeds:
            raise SettingsError("NEWS_FEEDS", "is not name=address by commas, each name once")
        feeds[name] = url
    return feeds
