"""Who tells of tokens and categories, set up as the environment says: CoinGecko's doors first, then CoinPaprika."""

from dataclasses import dataclass

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.tokens import CategoryRecord, ListedToken, MemberRecord, TokenDetails, TrendingToken

from .adapters.coingecko_categories import (
    CATEGORIES_FREE,
    CATEGORIES_PRO,
    CoinGeckoCategories,
    CoinGeckoMembers,
    CoinGeckoTrending,
)
from .adapters.coingecko_tokens import TOKENS_FREE, TOKENS_PRO, CoinGeckoDetails, CoinGeckoList
from .adapters.coinpaprika_tokens import CATEGORIES, TOKENS, CoinPaprikaDetails, CoinPaprikaList, CoinPaprikaTags
from .contract import DAY_S, Descriptor
from .http import HttpClient
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Sources
from .token_requests import CategoriesRequest, DetailsRequest, ListRequest, MembersRequest, TrendingRequest

DETAILS_SHARE = 0.15
"""Of a provider's monthly calls, what details may use, spread over the hours: quotes need the rest."""
MOST_DETAILS = 120
"""A run; at a third of a second each they take less than a minute."""
_HOUR_S = 3600

_LISTS: tuple[tuple[Descriptor, Makes], ...] = (
    (TOKENS_PRO, CoinGeckoList),
    (TOKENS_FREE, CoinGeckoList),
    (TOKENS, CoinPaprikaList),
)
_DETAILS: tuple[tuple[Descriptor, Makes], ...] = (
    (TOKENS_PRO, CoinGeckoDetails),
    (TOKENS_FREE, CoinGeckoDetails),
    (TOKENS, CoinPaprikaDetails),
)
_CATEGORIES: tuple[tuple[Descriptor, Makes], ...] = (
    (CATEGORIES_PRO, CoinGeckoCategories),
    (CATEGORIES_FREE, CoinGeckoCategories),
    (CATEGORIES, CoinPaprikaTags),
)
_MEMBERS: tuple[tuple[Descriptor, Makes], ...] = (
    (CATEGORIES_PRO, CoinGeckoMembers),
    (CATEGORIES_FREE, CoinGeckoMembers),
)
_TRENDING: tuple[tuple[Descriptor, Makes], ...] = (
    (CATEGORIES_PRO, CoinGeckoTrending),
    (CATEGORIES_FREE, CoinGeckoTrending),
)


@dataclass(frozen=True, slots=True)
class TokenSources:
    """The providers by question; build it once for each process and call `close` at its end."""

    lists: Sources[ListRequest, ListedToken]
    details: Sources[DetailsRequest, TokenDetails]
    categories: Sources[CategoriesRequest, CategoryRecord]
    members: Sources[MembersRequest, MemberRecord]
    trending: Sources[TrendingRequest, TrendingToken]
    hourly: dict[str, int]
    """How many details (or categories' tokens) each provider may be asked for in a run."""
    http: HttpClient

    @classmethod
    def of(cls, settings: Settings, documents: DocumentStore, clock: Clock) -> "TokenSources":
        """Set them up.

        Raises:
            SettingsError: an address or a limit cannot be read.
        """
        http = HttpClient(clock)
        detailing = assembled(_DETAILS, settings)

        return cls(
            lists=Sources("tokens", assembled(_LISTS, settings), documents, clock, http=http),
            details=Sources("tokens", detailing, documents, clock, http=http),
            categories=Sources("categories", assembled(_CATEGORIES, settings), documents, clock, http=http),
            members=Sources("categories", assembled(_MEMBERS, settings), documents, clock, http=http, empty=True),
            trending=Sources("categories", assembled(_TRENDING, settings), documents, clock, http=http),
            hourly={provider.id: _hourly(provider) for provider in detailing},
            http=http,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self.http.close()


def _hourly(provider: Provider) -> int:
    """Return the share of the narrowest limit that is longer than a day; without one, the most of a run."""
    long = [limit for limit in provider.adapter.descriptor.limits if limit.per_s > DAY_S]
    shares = (limit.calls * DETAILS_SHARE * _HOUR_S / limit.per_s for limit in long)
    return max(1, min(MOST_DETAILS, int(min(shares, default=MOST_DETAILS))))
