"""CoinPaprika's catalogue, for when CoinGecko is away: all active coins, their contracts by platform, details, tags."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from shared.providers import numbers
from shared.providers.asking import Call, ask, ask_all, refusing
from shared.providers.contract import Descriptor, Http, Payload
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.providers.token_requests import CategoriesRequest, DetailsRequest, ListRequest
from shared.records.tokens import CategoryRecord, Contract, ListedToken, TokenDetails

from . import token_texts
from .coingecko_tokens import ask_known
from .coinpaprika import COINPAPRIKA

FAMILY = "coinpaprika"
TOKENS, CATEGORIES = replace(COINPAPRIKA, kind="tokens"), replace(COINPAPRIKA, kind="categories")
_PLATFORMS = ("eth-ethereum", "bsc-binance-smart-chain", "sol-solana", "base-base", "matic-polygon")
"""Each is a call, and ten a second are allowed: two for the lists and one for the tags have to fit in as well."""
_LINKS = {"homepage": "website", "explorers": "explorer", "source_code": "source_code"}
_SOCIAL = ("reddit", "facebook", "youtube", "medium")


@dataclass(frozen=True, slots=True)
class CoinPaprikaList:
    """All active coins, with their contracts on the five chains that have most of them."""

    base_url: str
    descriptor: Descriptor = TOKENS

    def serves(self, request: ListRequest) -> bool:
        """Return whether CoinPaprika is asked."""
        return request.family == FAMILY

    def cost(self, request: ListRequest) -> int:
        """Return the calls at most: coins, platforms, and each platform's contracts."""
        return 2 + len(_PLATFORMS)

    async def fetch(self, http: Http, request: ListRequest, key: str | None) -> Payload:
        """Ask for the coins and the platforms, then for the contracts of those platforms that have most.

        Raises:
            UpstreamError: one of them failed.

        Source: https://docs.coinpaprika.com/api-reference/coins/list-coins
        Source: https://docs.coinpaprika.com/api-reference/contracts/get-all-contract-addressess-for-a-given-platform
        """
        provider, base = self.descriptor.id, self.base_url
        first = await ask_all(http, [Call(provider, f"{base}/coins"), Call(provider, f"{base}/contracts")])
        with refusing(provider, "platforms"):
            known = _known_platforms(first.pages[1].body)
        more = await ask_all(http, [Call(provider, f"{base}/contracts/{quote(name, safe='')}") for name in known])
        return Payload(first.pages + more.pages)

    def normalise(self, payload: Payload, request: ListRequest, *, fetched_at: datetime) -> list[ListedToken]:
        """Reduce the lists to records; inactive coins and contracts are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coinpaprika.com/api-reference/coins/list-coins
        """
        provider = self.descriptor.id
        coins, platforms, *places = payload.pages
        with refusing(provider, "contracts"):
            names = _known_platforms(platforms.body)
            contracts = _by_coin(dict(zip(names, (page.body for page in places), strict=True)))
        with refusing(provider, "coins"):
            rows = [row for row in numbers.rows_of(coins.body) if row.get("is_active") is not False]
            return [_listed(provider, row, contracts) for row in rows]


@dataclass(frozen=True, slots=True)
class CoinPaprikaDetails:
    """One coin's details."""

    base_url: str
    descriptor: Descriptor = TOKENS

    def serves(self, request: DetailsRequest) -> bool:
        """Return whether CoinPaprika is asked."""
        return request.family == FAMILY

    def cost(self, request: DetailsRequest) -> int:
        """Return one."""
        return 1

    async def fetch(self, http: Http, request: DetailsRequest, key: str | None) -> Payload:
        """Ask for one coin.

        Raises:
            NotListedError: there is no such coin.
            UpstreamError: there was no usable answer.

        Source: https://docs.coinpaprika.com/api-reference/coins/get-coin-by-id
        """
        url = f"{self.base_url}/coins/{quote(request.provider_id, safe='')}"
        return Payload((await ask_known(http, Call(self.descriptor.id, url), request.provider_id),))

    def normalise(self, payload: Payload, request: DetailsRequest, *, fetched_at: datetime) -> list[TokenDetails]:
        """Reduce the answer to one record.

        Raises:
            BadPayloadError: it cannot be read, or speaks of another coin.

        Source: https://docs.coinpaprika.com/api-reference/coins/get-coin-by-id
        """
        (page,) = payload.pages
        with refusing(self.descriptor.id, request.provider_id):
            row = numbers.mapping(page.body)
            if numbers.text(row, "id") != request.provider_id:
                raise Unreadable(f"it speaks of '{numbers.text(row, 'id')[:64]}'")
            told = observed(moment(row, "last_data_at"), dated=page.dated, fetched_at=fetched_at)
            return [_details(self.descriptor.id, row, observed_at=told, fetched_at=fetched_at)]


@dataclass(frozen=True, slots=True)
class CoinPaprikaTags:
    """All tags with their coins; it tells no totals of them."""

    base_url: str
    descriptor: Descriptor = CATEGORIES

    def serves(self, request: CategoriesRequest) -> bool:
        """Return whether CoinPaprika is asked."""
        return request.family == FAMILY

    def cost(self, request: CategoriesRequest) -> int:
        """Return one."""
        return 1

    async def fetch(self, http: Http, request: CategoriesRequest, key: str | None) -> Payload:
        """Ask for all tags with the ids of their coins.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.coinpaprika.com/api-reference/tags/list-tags
        """
        return Payload(
            (await ask(http, Call(self.descriptor.id, f"{self.base_url}/tags", {"additional_fields": "coins"})),)
        )

    def normalise(self, payload: Payload, request: CategoriesRequest, *, fetched_at: datetime) -> list[CategoryRecord]:
        """Reduce the tags to records; one without a name is dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coinpaprika.com/api-reference/tags/list-tags
        """
        (page,) = payload.pages
        with refusing(self.descriptor.id, "tags"):
            rows = [row for row in numbers.rows_of(page.body) if numbers.optional_text(row, "name")]
            return [_tag(self.descriptor.id, row) for row in rows]


def _known_platforms(body: JsonValue) -> list[str]:
    told = token_texts.texts(body)
    return [name for name in _PLATFORMS if name in told]


def _by_coin(told: Mapping[str, JsonValue]) -> dict[str, list[tuple[str, str | None, int | None]]]:
    found: defaultdict[str, list[tuple[str, str | None, int | None]]] = defaultdict(list)
    for platform, body in told.items():
        for row in numbers.rows_of(body):
            if row.get("active") is not False:
                found[numbers.text(row, "id")].append((platform, numbers.optional_text(row, "address"), None))
    return found


def _listed(provider: str, row: Row, contracts: Mapping[str, list[tuple[str, str | None, int | None]]]) -> ListedToken:
    name = numbers.text(row, "id")
    return ListedToken(
        provider=provider,
        provider_id=name,
        symbol=(numbers.optional_text(row, "symbol") or "").upper(),
        name=numbers.optional_text(row, "name") or "",
        contracts=token_texts.contracts(contracts.get(name, ())),
    )


def _details(provider: str, row: Row, *, observed_at: datetime, fetched_at: datetime) -> TokenDetails:
    tags = row.get("tags")
    return TokenDetails(
        provider=provider,
        provider_id=numbers.text(row, "id"),
        symbol=numbers.text(row, "symbol").upper(),
        name=numbers.text(row, "name"),
        description=token_texts.plain(numbers.optional_text(row, "description")),
        links=dict(_links(row)),
        categories=tuple(numbers.text(tag, "name") for tag in numbers.rows_of(tags)) if tags else (),
        genesis_date=token_texts.date_in(row, "started_at"),
        hashing_algorithm=numbers.optional_text(row, "hash_algorithm"),
        image_url=next(iter(token_texts.links(row.get("logo"))), None),
        contracts=_contracts(row.get("contracts")),
        observed_at=observed_at,
        fetched_at=fetched_at,
    )


def _contracts(told: JsonValue) -> tuple[Contract, ...]:
    rows = numbers.rows_of(told) if told else []
    return token_texts.contracts(
        (numbers.text(row, "platform"), numbers.optional_text(row, "contract"), None) for row in rows
    )


def _links(row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
    told = numbers.mapping(row.get("links") or {})
    found = {kind: token_texts.links(told.get(name)) for kind, name in _LINKS.items()}
    found["whitepaper"] = token_texts.links(numbers.mapping(row.get("whitepaper") or {}).get("link"))
    found["social"] = tuple(link for name in _SOCIAL for link in token_texts.links(told.get(name)))
    yield from ((kind, each) for kind, each in found.items() if each)


def _tag(provider: str, row: Row) -> CategoryRecord:
    coins = row.get("coins")
    return CategoryRecord(
        provider=provider,
        category_id=numbers.text(row, "id"),
        name=numbers.text(row, "name"),
        description=token_texts.plain(numbers.optional_text(row, "description")),
        members=token_texts.texts(coins) if coins is not None else None,
    )
