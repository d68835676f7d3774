"""Alternative.me's Fear and Greed Index: one whole number a day since February 2018, numbers written as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.core.errors import BadPayloadError
from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Page, Payload
from shared.providers.moments import EARLIEST, SKEW, moment
from shared.providers.numbers import Row, Unreadable
from shared.records.sentiment import SentimentRecord

ALTERNATIVE_ME = Descriptor(
    id="alternative_me",
    family="alternative_me",
    kind="sentiment",
    rank=0,
    default_url="https://api.alternative.me",
    url_setting="ALTERNATIVE_ME_URL",
    # Source: https://alternative.me/crypto/api/ (60 requests a minute, over ten minutes)
    limits=(Limit(60, MINUTE_S, "public"),),
    limits_setting="ALTERNATIVE_ME_LIMITS",
)


@dataclass(frozen=True, slots=True)
class SentimentRequest:
    """How many of the latest days are asked for; 0 is all of them."""

    days: int


@dataclass(frozen=True, slots=True)
class AlternativeMe:
    """The index by days."""

    base_url: str
    descriptor: Descriptor = ALTERNATIVE_ME

    def serves(self, request: SentimentRequest) -> bool:
        """Return that it has its index, of however many days."""
        return True

    def cost(self, request: SentimentRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: SentimentRequest, key: str | None) -> Payload:
        """Ask for the days.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://alternative.me/crypto/fear-and-greed-index/ (API)
        """
        call = Call(self.descriptor.id, f"{self.base_url}/fng/", {"limit": str(request.days)})
        return Payload((await ask(http, call),))

    def normalise(self, payload: Payload, request: SentimentRequest, *, fetched_at: datetime) -> list[SentimentRecord]:
        """Reduce the days to records, oldest first; a day whose value is null is one without a value and dropped.

        Four days do not exist (2018-04-14 to 16, 2024-10-26), so gaps are no fault. Its own name of the class is not read:
        it follows from the value.

        Raises:
            BadPayloadError: a row cannot be read, is no whole number from 0 to 100, or not of a day's beginning; or the answer
                says of itself that it failed, with HTTP 200. The whole answer is refused.
        """
        provider = self.descriptor.id
        records = [
            record for page in payload.pages for record in _records(provider, page, fetched_at) if record is not None
        ]
        by_day = {record.at: record for record in reversed(records)}
        return [by_day[day] for day in sorted(by_day)]


def _records(provider: str, page: Page, fetched_at: datetime) -> Iterator[SentimentRecord | None]:
    with refusing(provider, "fng"):
        body = numbers.mapping(page.body)
        failed = numbers.mapping(body.get("metadata") or {}).get("error")
        if failed:
            raise BadPayloadError(provider, "an error with HTTP 200: " + str(failed)[:200])
        for row in numbers.rows_of(body.get("data")):
            yield _record(provider, row, fetched_at)


def _record(provider: str, row: Row, fetched_at: datetime) -> SentimentRecord | None:
    at, value = moment(row, "timestamp"), numbers.number(row, "value")
    if (
        at is None
        or not EARLIEST <= at <= fetched_at + SKEW
        or at != at.replace(hour=0, minute=0, second=0, microsecond=0)
    ):
        raise Unreadable("a row that is of no day until now")
    if value is None:
        return None
    if not 0 <= value <= 100 or value != value.to_integral_value():
        raise Unreadable(f"a value of {value:.3E}")
    return SentimentRecord(
        index="alternative_me", at=at, value=Decimal(int(value)), provider=provider, fetched_at=fetched_at
    )
