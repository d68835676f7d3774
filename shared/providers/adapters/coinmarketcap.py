"""CoinMarketCap: the whole ranking with names and supplies, with a key only, paid by the row."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, normalised
from shared.providers.contract import MONTH_S, Descriptor, Http, Limit, Page, Payload, QuoteRequest
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.market import PriceRecord

PER_PAGE = 5000
PER_CREDIT = 200
"""Rows. Source: https://coinmarketcap.com/api/documentation/v1/#operation/getV1CryptocurrencyListingsLatest"""

COINMARKETCAP = Descriptor(
    id="coinmarketcap",
    family="coinmarketcap",
    # The first of the spares: it has names and market capitalisations, but a free month is spent in hours.
    rank=5,
    spare=True,
    default_url="https://pro-api.coinmarketcap.com",
    url_setting="COINMARKETCAP_URL",
    key_need="always",
    key_setting="COINMARKETCAP_KEY",
    # In credits, of which an operator with another plan states his own.
    # Source: https://coinmarketcap.com/api/pricing/ (Basic)
    limits=(Limit(10_000, MONTH_S, "basic"),),
    limits_setting="COINMARKETCAP_LIMITS",
)


@dataclass(frozen=True, slots=True)
class CoinMarketCap:
    """`/v1/cryptocurrency/listings/latest`."""

    base_url: str
    descriptor: Descriptor = COINMARKETCAP

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return the credits: one for each 200 rows."""
        return -(-request.tokens // PER_CREDIT)

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for as many pages of the ranking as hold the tokens.

        Raises:
            UpstreamError: a page failed.

        Source: https://coinmarketcap.com/api/documentation/v1/#operation/getV1CryptocurrencyListingsLatest
        """
        headers = {"X-CMC_PRO_API_KEY": key} if key else {}
        url = f"{self.base_url}/v1/cryptocurrency/listings/latest"
        firsts = range(1, request.tokens + 1, PER_PAGE)
        return await ask_all(
            http, [Call(self.descriptor.id, url, _page(first, request), headers, key) for first in firsts]
        )

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the rows to records under its numbers, which stay when names change; rows without a price are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        return normalised(self.descriptor.id, payload, _rows, lambda row, page: _record(row, page, fetched_at))


def _page(first: int, request: QuoteRequest) -> dict[str, str]:
    rows = min(PER_PAGE, request.tokens - first + 1)
    return {"start": str(first), "limit": str(rows), "convert": "USD"}


def _rows(body: JsonValue) -> list[Row]:
    return numbers.rows_of(numbers.mapping(body).get("data"))


def _record(row: Row, page: Page, fetched_at: datetime) -> PriceRecord | None:
    number = numbers.rank(row, "id")
    if number is None:
        raise Unreadable("a row without its number")
    quote = numbers.mapping(numbers.mapping(row.get("quote")).get("USD"))
    price = numbers.price(quote, "price")
    if price is None:
        return None
    return PriceRecord(
        provider=COINMARKETCAP.id,
        provider_id=str(number),
        symbol=numbers.text(row, "symbol").upper(),
        name=numbers.optional_text(row, "name"),
        price=price,
        quote_currency="usd",
        observed_at=observed(moment(quote, "last_updated"), dated=page.dated, fetched_at=fetched_at),
        fetched_at=fetched_at,
        market_cap_usd=numbers.known_amount(quote, "market_cap"),
        volume_24h_usd=numbers.amount(quote, "volume_24h"),
        change_1h_pct=numbers.number(quote, "percent_change_1h"),
        change_24h_pct=numbers.number(quote, "percent_change_24h"),
        change_7d_pct=numbers.number(quote, "percent_change_7d"),
        change_30d_pct=numbers.number(quote, "percent_change_30d"),
        circulating_supply=numbers.known_amount(row, "circulating_supply"),
        total_supply=numbers.known_amount(row, "total_supply"),
        max_supply=numbers.known_amount(row, "max_supply"),
        rank=numbers.rank(row, "cmc_rank"),
    )
