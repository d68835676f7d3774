"""Binance's books: as many levels as are paid for in weight, dated by nobody."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import Descriptor, Http, Payload
from shared.providers.depth_requests import BookRequest
from shared.providers.moments import observed
from shared.records.depth import BookRecord

from .binance import BINANCE
from .books import book_of, levels_in, unlisted

BINANCE_DEPTH = replace(BINANCE, kind="depth", rank=0)
_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))
"""Levels a side and their weight.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints (order book)
"""


@dataclass(frozen=True, slots=True)
class BinanceDepth:
    """`/api/v3/depth`."""

    base_url: str
    descriptor: Descriptor = BINANCE_DEPTH

    def serves(self, request: BookRequest) -> bool:
        """Return whether it trades the token."""
        return self.descriptor.id in request.markets

    def cost(self, request: BookRequest) -> int:
        """Return the weight."""
        return _sized(request)[1]

    async def fetch(self, http: Http, request: BookRequest, key: str | None) -> Payload:
        """Ask for the best levels.

        Raises:
            NotListedError: the symbol is unknown.
            UpstreamError: there was no usable answer.

        Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
        """
        asked = {"symbol": request.markets[self.descriptor.id], "limit": str(_sized(request)[0])}
        try:
            return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/api/v3/depth", asked)])
        except UpstreamError as error:
            raise unlisted(error, "Invalid symbol") from error

    def normalise(self, payload: Payload, request: BookRequest, *, fetched_at: datetime) -> list[BookRecord]:
        """Reduce the answer to the book. Until 2019 each level had a third element, an empty list.

        Raises:
            BadPayloadError: a level cannot be read, or the book is out of order or crossed.
            NotListedError: the book is empty, or another token's.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.markets[self.descriptor.id]):
            body = numbers.mapping(page.body)
            sides = levels_in(body.get("bids"), "bids"), levels_in(body.get("asks"), "asks")
            at = observed(None, dated=page.dated, fetched_at=fetched_at)
            return [book_of(self.descriptor.id, request, sides, observed_at=at, fetched_at=fetched_at)]


def _sized(request: BookRequest) -> tuple[int, int]:
    return next((each for each in _WEIGHTS if each[0] >= request.levels), _WEIGHTS[-1])
