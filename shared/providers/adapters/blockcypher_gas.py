"""BlockCypher: fees of Bitcoin and Ethereum as its own nodes see them, with the head of the chain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import Descriptor, GasRequest, Http, Payload
from shared.providers.moments import moment, observed
from shared.providers.numbers import Row, Unreadable
from shared.records.gas import GAS_UNITS, GasRecord

from .blockcypher_chains import BLOCKCYPHER
from .gas_prices import in_order

BLOCKCYPHER_GAS = replace(BLOCKCYPHER, kind="gas", rank=32)
_KB, _GWEI = -3, -9


@dataclass(frozen=True, slots=True)
class _Coin:
    """Where a chain's fees stand, and the power of ten that makes them our unit."""

    path: str
    fields: tuple[str, str, str]
    """Slow, average, fast."""
    power: int


_COINS: Mapping[str, _Coin] = {
    # Fees of a kilobyte, which it means to be a thousand virtual bytes.
    "bitcoin": _Coin("btc", ("low_fee_per_kb", "medium_fee_per_kb", "high_fee_per_kb"), _KB),
    "ethereum": _Coin("eth", ("low_gas_price", "medium_gas_price", "high_gas_price"), _GWEI),
}


@dataclass(frozen=True, slots=True)
class BlockCypherGas:
    """`/{coin}/main`."""

    base_url: str
    descriptor: Descriptor = BLOCKCYPHER_GAS

    def serves(self, request: GasRequest) -> bool:
        """Return whether it knows the chain's fees."""
        return request.chain in _COINS

    def cost(self, request: GasRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask for the head of the chain.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://www.blockcypher.com/dev/bitcoin/#chain-endpoint
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/{_COINS[request.chain].path}/main")])

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the head to one record; it is as old as the block.

        Raises:
            BadPayloadError: a fee is missing, or they are out of order.
        """
        page, coin = payload.pages[0], _COINS[request.chain]
        with refusing(self.descriptor.id, request.chain):
            row = numbers.mapping(page.body)
            slow, average, fast = (_fee(row, name, coin.power) for name in coin.fields)
            if average is None:
                raise Unreadable("no fee")
            height = numbers.amount(row, "height")
            return [
                in_order(
                    GasRecord(
                        provider=self.descriptor.id,
                        chain=request.chain,
                        unit=GAS_UNITS[request.chain],
                        slow=slow,
                        average=average,
                        fast=fast,
                        base_fee=_fee(row, "base_fee", coin.power),
                        block=None if height is None else int(height),
                        observed_at=observed(moment(row, "time"), dated=page.dated, fetched_at=fetched_at),
                    )
                )
            ]


def _fee(row: Row, name: str, power: int) -> Decimal | None:
    value = numbers.price(row, name)
    return None if value is None else value.scaleb(power)
