"""CoinGecko: the widest list, and its names are our token ids. Pro and free are one source with two front doors."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, normalised
from shared.providers.contract import MINUTE_S, MONTH_S, Descriptor, Http, Limit, Page, Payload, QuoteRequest
from shared.providers.moments import moment, observed
from shared.providers.numbers import Row
from shared.records.market import PriceRecord

PER_PAGE = 250
"""Source: https://docs.coingecko.com/reference/coins-markets (per_page, 1 to 250)."""

PRO = Descriptor(
    id="coingecko_pro",
    family="coingecko",
    rank=0,
    default_url="https://pro-api.coingecko.com/api/v3",
    url_setting="COINGECKO_PRO_URL",
    key_need="always",
    key_setting="COINGECKO_PRO_KEY",
    # Source: https://www.coingecko.com/en/api/pricing
    limits=(Limit(500, MINUTE_S, "Analyst"), Limit(500_000, MONTH_S, "Analyst")),
    limits_setting="COINGECKO_PRO_LIMITS",
)
FREE = Descriptor(
    id="coingecko",
    family="coingecko",
    rank=1,
    default_url="https://api.coingecko.com/api/v3",
    url_setting="COINGECKO_URL",
    key_need="optional",
    key_setting="COINGECKO_DEMO_KEY",
    # The lower figure of two that are published for Demo (30 and 100 a minute); without a key the limit is shared
    # by address and has no number, so 429 has the last word.
    # Source: https://www.coingecko.com/en/api/pricing and https://docs.coingecko.com/docs/errors-and-rate-limits
    limits=(Limit(30, MINUTE_S, "Demo"), Limit(10_000, MONTH_S, "Demo")),
    limits_setting="COINGECKO_LIMITS",
)


@dataclass(frozen=True, slots=True)
class CoinGecko:
    """Both CoinGeckos: they differ in address, limits and the name of the key's header."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return the number of pages: every call is one credit."""
        return -(-request.tokens // PER_PAGE)

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for as many pages of the ranking as hold the tokens.

        Raises:
            UpstreamError: a page failed.

        Source: https://docs.coingecko.com/reference/coins-markets
        Source: https://docs.coingecko.com/reference/authentication
        """
        header = "x-cg-pro-api-key" if self.descriptor.id == PRO.id else "x-cg-demo-api-key"
        headers = {header: key} if key else {}
        size = min(PER_PAGE, request.tokens)
        url = f"{self.base_url}/coins/markets"
        pages = range(1, self.cost(request) + 1)
        return await ask_all(http, [Call(self.descriptor.id, url, _page(page, size), headers, key) for page in pages])

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the pages of the ranking to records; rows without a price are delisted and dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://docs.coingecko.com/reference/coins-markets
        """
        provider = self.descriptor.id
        return normalised(
            provider, payload, numbers.rows_of, lambda row, page: _record(provider, row, page, fetched_at)
        )


def _page(page: int, size: int) -> dict[str, str]:
    # Without precision=full, bitcoin comes in whole dollars.
    return {
        "vs_currency": "usd",
        "order": "market_cap_desc",
        "per_page": str(size),
        "page": str(page),
        "price_change_percentage": "1h,24h,7d,30d",
        "precision": "full",
    }


def _record(provider: str, row: Row, page: Page, fetched_at: datetime) -> PriceRecord | None:
    name, symbol = numbers.text(row, "id"), numbers.optional_text(row, "symbol")
    price = numbers.price(row, "current_price")
    if not name or symbol is None or price is None:
        return None
    return PriceRecord(
        provider=provider,
        provider_id=name,
        symbol=symbol.upper(),
        name=numbers.optional_text(row, "name"),
        price=price,
        quote_currency="usd",
        observed_at=observed(moment(row, "last_updated"), dated=page.dated, fetched_at=fetched_at),
        fetched_at=fetched_at,
        market_cap_usd=numbers.known_amount(row, "market_cap"),
        volume_24h_usd=numbers.amount(row, "total_volume"),
        high_24h_usd=numbers.price(row, "high_24h"),
        low_24h_usd=numbers.price(row, "low_24h"),
        change_1h_pct=numbers.number(row, "price_change_percentage_1h_in_currency"),
        change_24h_pct=numbers.number(row, "price_change_percentage_24h"),
        change_7d_pct=numbers.number(row, "price_change_percentage_7d_in_currency"),
        change_30d_pct=numbers.number(row, "price_change_percentage_30d_in_currency"),
        circulating_supply=numbers.known_amount(row, "circulating_supply"),
        total_supply=numbers.known_amount(row, "total_supply"),
        max_supply=numbers.known_amount(row, "max_supply"),
        ath_usd=numbers.price(row, "ath"),
        ath_at=moment(row, "ath_date"),
        image_url=_image(row),
        rank=numbers.rank(row, "market_cap_rank"),
    )


def _image(row: Row) -> str | None:
    """Return the picture's address; tokens without one carry the bare name `missing_large.png`."""
    url = numbers.optional_text(row, "image")
    return url if url and url.startswith("https://") else None
