"""CoinGecko's categories, the tokens of one of them, and the searches of the last hours."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload
from shared.providers.moments import moment, observed
from shared.providers.numbers import Row, Unreadable
from shared.providers.token_requests import MOST_MEMBERS, CategoriesRequest, MembersRequest, TrendingRequest
from shared.records.tokens import CategoryRecord, MemberRecord, TrendingToken

from . import token_texts
from .coingecko import FREE, PER_PAGE, PRO
from .coingecko_tokens import FAMILY, ask_known, headers_of

CATEGORIES_PRO, CATEGORIES_FREE = replace(PRO, kind="categories"), replace(FREE, kind="categories")
_DOLLARS = re.compile(r"\$\s*(\d{1,3}(?:,\d{3})*|\d+)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class CoinGeckoCategories:
    """All categories with their totals."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: CategoriesRequest) -> bool:
        """Return whether CoinGecko is asked."""
        return request.family == FAMILY

    def cost(self, request: CategoriesRequest) -> int:
        """Return one."""
        return 1

    async def fetch(self, http: Http, request: CategoriesRequest, key: str | None) -> Payload:
        """Ask for all categories, largest first.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/coins-categories
        """
        url, params = f"{self.base_url}/coins/categories", {"order": "market_cap_desc"}
        call = Call(self.descriptor.id, url, params, headers_of(self.descriptor, key), key)
        return Payload((await ask(http, call),))

    def normalise(self, payload: Payload, request: CategoriesRequest, *, fetched_at: datetime) -> list[CategoryRecord]:
        """Reduce the answer to records; a category without totals keeps its name, one without a name is dropped.

        The shorter `/coins/categories/list` is read as well: it calls the id `category_id`.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coingecko.com/reference/coins-categories
        """
        found: dict[str, CategoryRecord] = {}
        for page in payload.pages:
            with refusing(self.descriptor.id, "categories"):
                for row in numbers.rows_of(page.body):
                    record = _category(self.descriptor.id, row, page, fetched_at)
                    if record is not None:
                        found.setdefault(record.category_id, record)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class CoinGeckoMembers:
    """The tokens of one category."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: MembersRequest) -> bool:
        """Return that it has them."""
        return True

    def cost(self, request: MembersRequest) -> int:
        """Return one, though a large category takes up to four: what is over is told by the answers only."""
        return 1

    async def fetch(self, http: Http, request: MembersRequest, key: str | None) -> Payload:
        """Ask for pages of the category's ranking until one is not full.

        Raises:
            NotListedError: there is no such category.
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/coins-markets
        """
        pages: list[Page] = []
        for number in range(1, MOST_MEMBERS // PER_PAGE + 1):
            params = {
                "vs_currency": "usd",
                "category": request.category_id,
                "order": "market_cap_desc",
                "per_page": str(PER_PAGE),
                "page": str(number),
            }
            url, headers = f"{self.base_url}/coins/markets", headers_of(self.descriptor, key)
            page = await ask_known(http, Call(self.descriptor.id, url, params, headers, key), request.category_id)
            pages.append(page)
            if not isinstance(page.body, list) or len(page.body) < PER_PAGE:
                break
        return Payload(tuple(pages))

    def normalise(self, payload: Payload, request: MembersRequest, *, fetched_at: datetime) -> list[MemberRecord]:
        """Reduce the pages to the names of the tokens, each once.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coingecko.com/reference/coins-markets
        """
        names: dict[str, None] = {}
        for number, page in enumerate(payload.pages, start=1):
            with refusing(self.descriptor.id, f"page {number}"):
                names |= dict.fromkeys(numbers.text(row, "id") for row in numbers.rows_of(page.body))
        return [MemberRecord(provider=self.descriptor.id, provider_id=name) for name in names if name]


@dataclass(frozen=True, slots=True)
class CoinGeckoTrending:
    """The tokens that its visitors searched for most within a few hours."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: TrendingRequest) -> bool:
        """Return that it has them."""
        return True

    def cost(self, request: TrendingRequest) -> int:
        """Return one."""
        return 1

    async def fetch(self, http: Http, request: TrendingRequest, key: str | None) -> Payload:
        """Ask for the most searched.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/trending-search
        """
        url = f"{self.base_url}/search/trending"
        return Payload((await ask(http, Call(self.descriptor.id, url, {}, headers_of(self.descriptor, key), key)),))

    def normalise(self, payload: Payload, request: TrendingRequest, *, fetched_at: datetime) -> list[TrendingToken]:
        """Reduce the coins of the answer to records, most searched first; NFTs and categories in it are left out.

        Totals are text there (`"$148,289,648"`), prices numbers now and text before.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coingecko.com/reference/trending-search
        """
        (page,) = payload.pages
        with refusing(self.descriptor.id, "trending"):
            rows = numbers.rows_of(numbers.mapping(page.body).get("coins"))
            items = [numbers.mapping(row.get("item")) for row in rows]
            return list(_places(self.descriptor.id, items))


def _places(provider: str, items: Iterable[Row]) -> Iterable[TrendingToken]:
    for position, item in enumerate(items, start=1):
        data = numbers.mapping(item.get("data") or {})
        yield TrendingToken(
            provider=provider,
            position=position,
            token_id=_required(item, "id"),
            symbol=_required(item, "symbol").upper(),
            name=_required(item, "name"),
            image_url=next(iter(token_texts.links(item.get("large"))), None),
            told={
                "price_usd": dollars(data, "price"),
                "market_cap_usd": dollars(data, "market_cap"),
                "volume_24h_usd": dollars(data, "total_volume"),
                "change_24h_pct": numbers.number(numbers.mapping(data.get("price_change_percentage_24h") or {}), "usd"),
            },
        )


def dollars(row: Row, name: str) -> Decimal | None:
    """Return an amount that is a number or a text like `$148,289,648`; blank, null and zero are unknown.

    Raises:
        Unreadable: it is something else.
    """
    value = row.get(name)
    if not isinstance(value, str):
        return numbers.known_amount(row, name)
    if not value.strip():
        return None
    found = _DOLLARS.fullmatch(value.strip())
    if found is None:
        raise Unreadable(f"'{name}' is no amount of dollars")
    return Decimal(found[1].replace(",", "") + (found[2] or "")) or None


def _category(provider: str, row: Row, page: Page, fetched_at: datetime) -> CategoryRecord | None:
    name = numbers.optional_text(row, "name")
    if name is None:
        return None
    cap, volume = numbers.known_amount(row, "market_cap"), numbers.known_amount(row, "volume_24h")
    told = observed(moment(row, "updated_at"), dated=page.dated, fetched_at=fetched_at)
    return CategoryRecord(
        provider=provider,
        category_id=_required(row, "id" if "id" in row else "category_id"),
        name=name,
        description=token_texts.plain(numbers.optional_text(row, "content")),
        market_cap_usd=cap,
        volume_24h_usd=volume,
        market_cap_change_24h_pct=numbers.number(row, "market_cap_change_24h"),
        observed_at=told if cap is not None or volume is not None else None,
    )


def _required(row: Row, name: str) -> str:
    value = numbers.text(row, name)
    if not value:
        raise Unreadable(f"'{name}' is blank")
    return value
