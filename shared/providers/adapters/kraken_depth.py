"""Kraken's books: up to 500 levels a side, under another name of the pair than the one asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.depth_requests import BookRequest
from shared.providers.moments import observed
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.providers.pacing import Pace
from shared.records.depth import BookRecord

from .books import book_of, levels_in, unlisted

KRAKEN_DEPTH = Descriptor(
    id="kraken",
    family="kraken",
    kind="depth",
    rank=2,
    default_url="https://api.kraken.com",
    url_setting="KRAKEN_URL",
    # About one a second for each address. Source: https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
    limits=(Limit(60, MINUTE_S, "public"),),
    limits_setting="KRAKEN_LIMITS",
)
MOST = 500
PER_S = 1


@dataclass(frozen=True, slots=True)
class KrakenDepth:
    """`/0/public/Depth`."""

    base_url: str
    descriptor: Descriptor = KRAKEN_DEPTH
    pace: Pace = field(default_factory=lambda: Pace(PER_S))

    def serves(self, request: BookRequest) -> bool:
        """Return whether it trades the token, and has time for us."""
        return self.descriptor.id in request.markets and not self.pace.crowded

    def cost(self, request: BookRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: BookRequest, key: str | None) -> Payload:
        """Ask for the best levels.

        Raises:
            NotListedError: the pair is unknown.
            UpstreamError: there was no usable answer.

        Source: https://docs.kraken.com/api/docs/rest-api/get-order-book
        """
        asked = {"pair": request.markets[self.descriptor.id], "count": str(min(request.levels, MOST))}
        await self.pace.turn()
        try:
            return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/0/public/Depth", asked)])
        except UpstreamError as error:
            raise unlisted(error, "Unknown asset pair", "Invalid asset pair") from error

    def normalise(self, payload: Payload, request: BookRequest, *, fetched_at: datetime) -> list[BookRecord]:
        """Reduce the one pair of the answer to the book: XBTUSD is answered as XXBTZUSD.

        The times that levels have are those of their last change, not of the book.

        Raises:
            BadPayloadError: a level cannot be read, there are several pairs, or the book is out of order or crossed.
            NotListedError: the book is empty, or another token's.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.markets[self.descriptor.id]):
            book = _only(numbers.mapping(page.body).get("result"))
            sides = levels_in(book.get("bids"), "bids"), levels_in(book.get("asks"), "asks")
            at = observed(None, dated=page.dated, fetched_at=fetched_at)
            return [book_of(self.descriptor.id, request, sides, observed_at=at, fetched_at=fetched_at)]


def _only(result: JsonValue) -> Row:
    pairs = numbers.mapping(result)
    if len(pairs) != 1:
        raise Unreadable("several pairs, or none")
    return numbers.mapping(next(iter(pairs.values())))
