"""Etherscan's gas oracle: three whole prices in gwei, watched from the newest blocks and what waits to be in the next."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import ask_all, refusing
from shared.providers.contract import Descriptor, GasRequest, Http, Payload
from shared.providers.etherscan import call, described
from shared.providers.moments import observed
from shared.providers.numbers import Unreadable
from shared.records.gas import GasRecord

from .gas_prices import in_order, whole

ETHERSCAN_GAS = described("gas", rank=0)
_CHAINS = ("ethereum", "bsc", "polygon")
"""The chains with an oracle; the free plan refuses bsc with HTTP 200, and the next source is asked."""


@dataclass(frozen=True, slots=True)
class EtherscanGas:
    """The oracle, on every chain that has one."""

    base_url: str
    descriptor: Descriptor = ETHERSCAN_GAS

    def serves(self, request: GasRequest) -> bool:
        """Return whether there is an oracle of the chain."""
        return request.chain in _CHAINS

    def cost(self, request: GasRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask the oracle.

        Raises:
            NotListedError: the plan does not cover the chain.
            UpstreamError: there was no usable answer.

        Source: https://docs.etherscan.io/api-reference/endpoint/gasoracle
        """
        return await ask_all(http, [call(self.base_url, request.chain, key, module="gastracker", action="gasoracle")])

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the answer to one record; before London (August 2021) it had no base fee.

        Raises:
            BadPayloadError: a price is missing, or they are out of order.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.chain):
            row = numbers.mapping(numbers.mapping(page.body).get("result"))
            average = numbers.price(row, "ProposeGasPrice")
            if average is None:
                raise Unreadable("no price")
            return [
                in_order(
                    GasRecord(
                        provider=self.descriptor.id,
                        chain=request.chain,
                        unit="gwei",
                        slow=numbers.price(row, "SafeGasPrice"),
                        average=average,
                        fast=numbers.price(row, "FastGasPrice"),
                        base_fee=numbers.amount(row, "suggestBaseFee"),
                        block=whole(row, "LastBlock"),
                        observed_at=observed(None, dated=page.dated, fetched_at=fetched_at),
                    )
                )
            ]
