"""mempool.space: what a virtual byte costs on Bitcoin, from what waits to be in the next blocks."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import MINUTE_S, Descriptor, GasRequest, Http, Limit, Payload
from shared.providers.moments import observed
from shared.providers.numbers import Unreadable
from shared.records.gas import GasRecord

from .gas_prices import in_order

MEMPOOL_SPACE = Descriptor(
    id="mempool_space",
    family="mempool_space",
    kind="gas",
    rank=30,
    default_url="https://mempool.space/api",
    url_setting="MEMPOOL_SPACE_URL",
    # Not published; ten a second are said to be too many.
    limits=(Limit(120, MINUTE_S, "courtesy"),),
    limits_setting="MEMPOOL_SPACE_LIMITS",
)


@dataclass(frozen=True, slots=True)
class MempoolSpaceGas:
    """Recommended fees."""

    base_url: str
    descriptor: Descriptor = MEMPOOL_SPACE

    def serves(self, request: GasRequest) -> bool:
        """Return whether it is Bitcoin."""
        return request.chain == "bitcoin"

    def cost(self, request: GasRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask for the recommendation.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://mempool.space/docs/api/rest#get-recommended-fees
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/v1/fees/recommended")])

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the recommendation to one record: within the hour, the half hour, the next block. There is no base fee.

        Raises:
            BadPayloadError: a fee is missing, or they are out of order.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.chain):
            row = numbers.mapping(page.body)
            average = numbers.price(row, "halfHourFee")
            if average is None:
                raise Unreadable("no fee")
            return [
                in_order(
                    GasRecord(
                        provider=self.descriptor.id,
                        chain=request.chain,
                        unit="sat/vB",
                        slow=numbers.price(row, "hourFee"),
                        average=average,
                        fast=numbers.price(row, "fastestFee"),
                        base_fee=None,
                        block=None,
                        observed_at=observed(None, dated=page.dated, fetched_at=fetched_at),
                    )
                )
            ]
