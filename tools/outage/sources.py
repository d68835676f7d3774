"""Which stand-in tells for which sources, and which refreshes ask them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shared.records.provider import PROVIDERS, Kind

ASKING: Mapping[Kind, str | None] = MappingProxyType(
    {
        "quotes": "refresh_market",
        "candles": "refresh_candles",
        "depth": "refresh_depth",
        "tokens": "refresh_tokens",
        "categories": "refresh_tokens",
        "news": "refresh_news",
        "sentiment": "refresh_sentiment",
        "chains": "refresh_onchain",
        "flows": "refresh_flows",
        "gas": None,
    }
)
"""Which refresh asks the providers of a kind; those of gas are asked while the caller waits."""
_SHARED = {"evm_rpc_": "evm_rpc", "rss_": "news_feeds"}
"""Stand-ins for several sources, by how those begin."""


def everybody() -> list[str]:
    """Return every source, by name."""
    return sorted({provider for named in PROVIDERS.values() for provider in named})


def stand_of(provider: str) -> tuple[str, str]:
    """Return the stand-in of a source, and what its paths have that others' there have not."""
    for prefix, stand in _SHARED.items():
        if provider.startswith(prefix):
            return stand, f"/{provider.removeprefix(prefix)}"
    return provider, ""


def by_stand() -> Mapping[str, frozenset[str]]:
    """Return the sources that fall silent with each stand-in."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for provider in everybody():
        found[stand_of(provider)[0]].add(provider)
    return {stand: frozenset(providers) for stand, providers in sorted(found.items())}


def refreshes_asking(providers: Iterable[str]) -> frozenset[str]:
    """Return the refreshes that ask any of these sources."""
    wanted = set(providers)
    return frozenset(
        name for kind, named in PROVIDERS.items() if wanted & set(named) and (name := ASKING[kind]) is not None
    )
