"""CoinPaprika: one call for every active coin, no key."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, normalised
from shared.providers.contract import MONTH_S, Descriptor, Http, Limit, Page, Payload, QuoteRequest
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row
from shared.records.market import PriceRecord

COINPAPRIKA = Descriptor(
    id="coinpaprika",
    family="coinpaprika",
    rank=3,
    default_url="https://api.coinpaprika.com/v1",
    url_setting="COINPAPRIKA_URL",
    # Source: https://docs.coinpaprika.com/api-plans
    limits=(Limit(10, 1, "Free"), Limit(20_000, MONTH_S, "Free")),
    limits_setting="COINPAPRIKA_LIMITS",
)


@dataclass(frozen=True, slots=True)
class CoinPaprika:
    """The free plan, which lists the 2,000 largest."""

    base_url: str
    descriptor: Descriptor = COINPAPRIKA

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return one: the list comes in one call, however many are asked for."""
        return 1

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for the list of tickers in US dollars.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.coinpaprika.com/api-reference/tickers/get-tickers-for-all-active-coins
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/tickers", {"quotes": "USD"})])

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the tickers to records; rows without a dollar price are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coinpaprika.com/api-reference/tickers/get-tickers-for-all-active-coins
        """
        provider = self.descriptor.id
        return normalised(provider, payload, numbers.rows_of, lambda row, page: _record(row, page, fetched_at))


def _record(row: Row, page: Page, fetched_at: datetime) -> PriceRecord | None:
    name, symbol = numbers.text(row, "id"), numbers.optional_text(row, "symbol")
    dollars = _dollars(row.get("quotes"))
    price = numbers.price(dollars, "price")
    if not name or symbol is None or price is None:
        return None
    return PriceRecord(
        provider=COINPAPRIKA.id,
        provider_id=name,
        symbol=symbol.upper(),
        name=numbers.optional_text(row, "name"),
        price=price,
        quote_currency="usd",
        observed_at=observed(moment(row, "last_updated"), dated=page.dated, fetched_at=fetched_at),
        fetched_at=fetched_at,
        market_cap_usd=numbers.known_amount(dollars, "market_cap"),
        volume_24h_usd=numbers.amount(dollars, "volume_24h"),
        change_1h_pct=numbers.number(dollars, "percent_change_1h"),
        change_24h_pct=numbers.number(dollars, "percent_change_24h"),
        change_7d_pct=numbers.number(dollars, "percent_change_7d"),
        change_30d_pct=numbers.number(dollars, "percent_change_30d"),
        total_supply=numbers.known_amount(row, "total_supply"),
        max_supply=numbers.known_amount(row, "max_supply"),
        ath_usd=numbers.price(dollars, "ath_price"),
        ath_at=moment(dollars, "ath_date"),
        rank=numbers.rank(row, "rank"),
    )


def _dollars(quotes: JsonValue) -> Row:
    dollars = numbers.mapping(quotes).get("USD")
    return {} if dollars is None else numbers.mapping(dollars)
