"""CoinGecko's catalogue: every token with its contracts in one call, and one token's details."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from shared.core.errors import NotListedError, RefusedError
from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.providers.token_requests import DetailsRequest, ListRequest
from shared.records.tokens import ListedToken, TokenDetails

from . import token_texts
from .coingecko import FREE, PRO

FAMILY = "coingecko"
TOKENS_PRO, TOKENS_FREE = replace(PRO, kind="tokens"), replace(FREE, kind="tokens")
_LEFT_OUT = {
    "localization": "false",
    "tickers": "false",
    "market_data": "false",
    "community_data": "false",
    "developer_data": "false",
    "sparkline": "false",
}
"""With everything, bitcoin's details are 126 KB, of which 3 KB are wanted."""
_LISTS = {
    "homepage": "homepage",
    "whitepaper": "whitepaper",
    "explorers": "blockchain_site",
    "forum": "official_forum_url",
    "chat": "chat_url",
    "announcements": "announcement_url",
}
_ACCOUNTS = {
    "twitter_screen_name": "https://x.com/",
    "telegram_channel_identifier": "https://t.me/",
    "facebook_username": "https://www.facebook.com/",
}
_MOST_DECIMALS = 255
"""An ERC-20 tells them in one byte."""


def headers_of(descriptor: Descriptor, key: str | None) -> dict[str, str]:
    """Return the header that carries a key at the door of the descriptor.

    Source: https://docs.coingecko.com/reference/authentication
    """
    name = "x-cg-pro-api-key" if descriptor.id == PRO.id else "x-cg-demo-api-key"
    return {name: key} if key else {}


@dataclass(frozen=True, slots=True)
class CoinGeckoList:
    """Every token with its contracts."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: ListRequest) -> bool:
        """Return whether CoinGecko is asked."""
        return request.family == FAMILY

    def cost(self, request: ListRequest) -> int:
        """Return one: the list comes whole."""
        return 1

    async def fetch(self, http: Http, request: ListRequest, key: str | None) -> Payload:
        """Ask for all active tokens.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/coins-list
        """
        url, params = f"{self.base_url}/coins/list", {"include_platform": "true"}
        call = Call(self.descriptor.id, url, params, headers_of(self.descriptor, key), key)
        return Payload((await ask(http, call),))

    def normalise(self, payload: Payload, request: ListRequest, *, fetched_at: datetime) -> list[ListedToken]:
        """Reduce the list to records, each id once; rows with a blank id, symbol or name stay, for the refresh to count.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coingecko.com/reference/coins-list
        """
        found: dict[str, ListedToken] = {}
        for page in payload.pages:
            with refusing(self.descriptor.id, "list"):
                for row in numbers.rows_of(page.body):
                    record = _listed(self.descriptor.id, row)
                    found.setdefault(record.provider_id, record)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class CoinGeckoDetails:
    """One token's details."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: DetailsRequest) -> bool:
        """Return whether CoinGecko is asked."""
        return request.family == FAMILY

    def cost(self, request: DetailsRequest) -> int:
        """Return one."""
        return 1

    async def fetch(self, http: Http, request: DetailsRequest, key: str | None) -> Payload:
        """Ask for a token without its prices and tickers.

        Raises:
            NotListedError: there is no such token.
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/coins-id
        """
        url = f"{self.base_url}/coins/{quote(request.provider_id, safe='')}"
        call = Call(self.descriptor.id, url, _LEFT_OUT, headers_of(self.descriptor, key), key)
        return Payload((await ask_known(http, call, request.provider_id),))

    def normalise(self, payload: Payload, request: DetailsRequest, *, fetched_at: datetime) -> list[TokenDetails]:
        """Reduce the answer to one record; of ten slots for links most are blank or null, and those are left out.

        Raises:
            BadPayloadError: it cannot be read, or speaks of another token.

        Source: https://docs.coingecko.com/reference/coins-id
        """
        (page,) = payload.pages
        with refusing(self.descriptor.id, request.provider_id):
            row = numbers.mapping(page.body)
            if numbers.text(row, "id") != request.provider_id:
                raise Unreadable(f"it speaks of '{numbers.text(row, 'id')[:64]}'")
            told = observed(moment(row, "last_updated"), dated=page.dated, fetched_at=fetched_at)
            return [_details(self.descriptor.id, row, observed_at=told, fetched_at=fetched_at)]


async def ask_known(http: Http, call: Call, name: str) -> Page:
    """Return one page about something that the provider may not know.

    Raises:
        NotListedError: it does not: 404.
        UpstreamError: there was no usable answer.
    """
    try:
        return await ask(http, call)
    except RefusedError as error:
        if error.http_status == 404:
            raise NotListedError(call.provider, f"does not know '{name}'") from error
        raise


def _listed(provider: str, row: Row) -> ListedToken:
    platforms = row.get("platforms")
    pairs = numbers.mapping(platforms).items() if platforms is not None else ()
    return ListedToken(
        provider=provider,
        provider_id=numbers.optional_text(row, "id") or "",
        symbol=(numbers.optional_text(row, "symbol") or "").upper(),
        name=numbers.optional_text(row, "name") or "",
        contracts=token_texts.contracts((platform, _address(written), None) for platform, written in pairs),
    )


def _details(provider: str, row: Row, *, observed_at: datetime, fetched_at: datetime) -> TokenDetails:
    description = row.get("description")
    image = row.get("image")
    return TokenDetails(
        provider=provider,
        provider_id=numbers.text(row, "id"),
        symbol=numbers.text(row, "symbol").upper(),
        name=numbers.text(row, "name"),
        description=token_texts.plain(_english(description)),
        links=_links(row.get("links")),
        categories=token_texts.texts(row.get("categories") or []),
        genesis_date=token_texts.date_in(row, "genesis_date"),
        hashing_algorithm=numbers.optional_text(row, "hashing_algorithm"),
        image_url=next(iter(token_texts.links(numbers.mapping(image).get("large"))), None) if image else None,
        contracts=token_texts.contracts(_places(row)),
        observed_at=observed_at,
        fetched_at=fetched_at,
    )


def _english(description: JsonValue) -> str | None:
    return numbers.optional_text(numbers.mapping(description), "en") if description else None


def _places(row: Row) -> list[tuple[str, str | None, int | None]]:
    """Return (platform, address, decimals); `platforms` is all that answers before 2022 had."""
    plain = numbers.mapping(row.get("platforms") or {})
    detailed = numbers.mapping(row.get("detail_platforms") or {})
    decimals = {name: _decimals(numbers.mapping(each)) for name, each in detailed.items() if each is not None}
    return [(name, _address(written), decimals.get(name)) for name, written in plain.items()]


def _decimals(row: Row) -> int | None:
    value = numbers.number(row, "decimal_place")
    if value is None or value != int(value) or not 0 <= value <= _MOST_DECIMALS:
        return None
    return int(value)


def _address(written: JsonValue) -> str | None:
    if written is not None and not isinstance(written, str):
        raise Unreadable("an address is no text")
    return written


def _links(told: JsonValue) -> dict[str, tuple[str, ...]]:
    row = numbers.mapping(told or {})
    found = {kind: token_texts.links(row.get(name)) for kind, name in _LISTS.items()}
    repositories = numbers.mapping(row.get("repos_url") or {})
    found["source_code"] = token_texts.links(repositories.get("github")) + token_texts.links(
        repositories.get("bitbucket")
    )
    accounts = [base + name for field, base in _ACCOUNTS.items() if (name := _account(row.get(field)))]
    found["social"] = token_texts.links(row.get("subreddit_url")) + token_texts.links(list(accounts))
    return {kind: each for kind, each in found.items() if each}


def _account(name: JsonValue) -> str | None:
    return quote(name.strip(), safe="") if isinstance(name, str) and name.strip() else None
