"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping

from sandbox.stand import Render, Stand
from sandbox.stands.cryptopanic import CRYPTOPANIC
from sandbox.stands.news_feeds import NEWS_FEEDS
from sandbox.stands.newsapi import NEWSAPI

STANDS: tuple[Stand, ...] = (CRYPTOPANIC, NEWSAPI, NEWS_FEEDS)
"""The other providers."""

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": {},
    "coingecko_pro": {},
    "binance": {},
    "coinpaprika": {},
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
