"""CoinCap: a third opinion with numbers of sixteen decimals, all of them text."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, normalised
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Page, Payload, QuoteRequest
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row
from shared.records.market import PriceRecord

PER_PAGE = 2000
"""Source: https://pro.coincap.io/api-docs (assets: limit, at most 2,000)."""

COINCAP = Descriptor(
    id="coincap",
    family="coincap",
    rank=4,
    default_url="https://rest.coincap.io/v3",
    url_setting="COINCAP_URL",
    key_need="at_default_url",
    key_setting="COINCAP_KEYS",
    # Beside the minute, plans have monthly credits that differ from key to key and are spent by the bytes of the
    # answer: an operator states his as COINCAP_LIMITS; a spent key answers 401 to 403 and is rotated.
    # Source: https://pro.coincap.io/api-docs
    limits=(Limit(600, MINUTE_S, "any"),),
    limits_setting="COINCAP_LIMITS",
)


@dataclass(frozen=True, slots=True)
class CoinCap:
    """Version 3, and version 2 where the address leads to it: the rows are the same."""

    base_url: str
    descriptor: Descriptor = COINCAP

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return the number of pages."""
        return -(-request.tokens // PER_PAGE)

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for as many pages of the ranking as hold the tokens.

        Raises:
            UpstreamError: a page failed.

        Source: https://pro.coincap.io/api-docs (assets; `Authorization: Bearer`)
        """
        headers = {"authorization": f"Bearer {key}"} if key else {}
        size = min(PER_PAGE, request.tokens)
        offsets = range(0, request.tokens, PER_PAGE)
        url = f"{self.base_url}/assets"
        return await ask_all(
            http,
            [
                Call(self.descriptor.id, url, {"limit": str(size), "offset": str(offset)}, headers, key)
                for offset in offsets
            ],
        )

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the assets to records, dated by the answer's own timestamp; rows without a price are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://pro.coincap.io/api-docs
        """
        provider = self.descriptor.id
        return normalised(provider, payload, _assets, lambda row, page: _record(row, page, fetched_at))


def _assets(body: JsonValue) -> list[Row]:
    return numbers.rows_of(numbers.mapping(body).get("data"))


def _record(row: Row, page: Page, fetched_at: datetime) -> PriceRecord | None:
    name, symbol = numbers.text(row, "id"), numbers.optional_text(row, "symbol")
    price = numbers.price(row, "priceUsd")
    if not name or symbol is None or price is None:
        return None
    told = moment(numbers.mapping(page.body), "timestamp")
    return PriceRecord(
        provider=COINCAP.id,
        provider_id=name,
        symbol=symbol.upper(),
        name=numbers.optional_text(row, "name"),
        price=price,
        quote_currency="usd",
        observed_at=observed(told, dated=page.dated, fetched_at=fetched_at),
        fetched_at=fetched_at,
        market_cap_usd=numbers.known_amount(row, "marketCapUsd"),
        volume_24h_usd=numbers.amount(row, "volumeUsd24Hr"),
        change_24h_pct=numbers.number(row, "changePercent24Hr"),
        circulating_supply=numbers.known_amount(row, "supply"),
        max_supply=numbers.known_amount(row, "maxSupply"),
        rank=numbers.rank(row, "rank"),
    )
