"""Blockstream's explorer (Esplora): what a virtual byte costs on Bitcoin, by the blocks that one is willing to wait."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import MINUTE_S, Descriptor, GasRequest, Http, Limit, Payload
from shared.providers.moments import observed
from shared.providers.numbers import Unreadable
from shared.records.gas import GasRecord

from .gas_prices import in_order

BLOCKSTREAM = Descriptor(
    id="blockstream",
    family="blockstream",
    kind="gas",
    rank=31,
    default_url="https://blockstream.info/api",
    url_setting="BLOCKSTREAM_URL",
    # 700 an hour without an account. Source: https://github.com/Blockstream/esplora/blob/master/API.md
    limits=(Limit(700, 60 * MINUTE_S, "public"),),
    limits_setting="BLOCKSTREAM_LIMITS",
)
_NEXT, _HALF_AN_HOUR, _AN_HOUR = "1", "3", "6"


@dataclass(frozen=True, slots=True)
class BlockstreamGas:
    """`/fee-estimates`."""

    base_url: str
    descriptor: Descriptor = BLOCKSTREAM

    def serves(self, request: GasRequest) -> bool:
        """Return whether it is Bitcoin."""
        return request.chain == "bitcoin"

    def cost(self, request: GasRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask for the estimates.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://github.com/Blockstream/esplora/blob/master/API.md#fee-estimates
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/fee-estimates")])

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the estimates to those of six blocks, three, and the next one; sat/vB, as Bitcoin Core estimates them.

        Raises:
            BadPayloadError: the estimate of three blocks is missing, or they are out of order.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.chain):
            row = numbers.mapping(page.body)
            average = numbers.price(row, _HALF_AN_HOUR)
            if average is None:
                raise Unreadable("no fee")
            return [
                in_order(
                    GasRecord(
                        provider=self.descriptor.id,
                        chain=request.chain,
                        unit="sat/vB",
                        slow=numbers.price(row, _AN_HOUR),
                        average=average,
                        fast=numbers.price(row, _NEXT),
                        base_fee=None,
                        block=None,
                        observed_at=observed(None, dated=page.dated, fetched_at=fetched_at),
                    )
                )
            ]
