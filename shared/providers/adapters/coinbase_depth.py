"""Coinbase Exchange's books: every price there is, added up (level 2)."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.depth_requests import BookRequest
from shared.providers.moments import moment, observed
from shared.providers.pacing import Pace
from shared.records.depth import BookRecord

from .books import book_of, levels_in, unlisted

COINBASE_DEPTH = Descriptor(
    id="coinbase",
    family="coinbase",
    kind="depth",
    rank=1,
    default_url="https://api.exchange.coinbase.com",
    url_setting="COINBASE_URL",
    # Ten a second for each address, with bursts up to fifteen.
    # Source: https://docs.cdp.coinbase.com/exchange/docs/rate-limits
    limits=(Limit(600, MINUTE_S, "public"),),
    limits_setting="COINBASE_LIMITS",
)
PER_S = 6
"""Of its ten a second; candles are asked for beside."""


@dataclass(frozen=True, slots=True)
class CoinbaseDepth:
    """`/products/{id}/book?level=2`."""

    base_url: str
    descriptor: Descriptor = COINBASE_DEPTH
    pace: Pace = field(default_factory=lambda: Pace(PER_S))

    def serves(self, request: BookRequest) -> bool:
        """Return whether it trades the token, and has time for us."""
        return self.descriptor.id in request.markets and not self.pace.crowded

    def cost(self, request: BookRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: BookRequest, key: str | None) -> Payload:
        """Ask for the whole book.

        Raises:
            NotListedError: the product is unknown.
            UpstreamError: there was no usable answer.

        Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductbook
        """
        url = f"{self.base_url}/products/{request.markets[self.descriptor.id]}/book"
        await self.pace.turn()
        try:
            return await ask_all(http, [Call(self.descriptor.id, url, {"level": "2"})])
        except UpstreamError as error:
            raise unlisted(error, "NotFound") from error

    def normalise(self, payload: Payload, request: BookRequest, *, fetched_at: datetime) -> list[BookRecord]:
        """Reduce the answer to the book: `[price, size, number of orders]`; newer answers tell their time.

        Raises:
            BadPayloadError: a level cannot be read, or the book is out of order or crossed.
            NotListedError: the book is empty, or another token's.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.markets[self.descriptor.id]):
            body = numbers.mapping(page.body)
            sides = levels_in(body.get("bids"), "bids"), levels_in(body.get("asks"), "asks")
            at = observed(moment(body, "time"), dated=page.dated, fetched_at=fetched_at)
            return [book_of(self.descriptor.id, request, sides, observed_at=at, fetched_at=fetched_at)]
