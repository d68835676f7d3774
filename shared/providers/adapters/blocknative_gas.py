"""The form of Blocknative's blockprices, in which several services tell how sure a price makes the next block.

Blocknative itself gives notice that its service ends in June 2026, so nothing is asked of it without a key; an operator names
another service of the same form by `BLOCKNATIVE_URL`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import DAY_S, Descriptor, GasRequest, Http, Limit, Payload
from shared.providers.etherscan import CHAIN_IDS
from shared.providers.moments import observed
from shared.providers.numbers import Row, Unreadable
from shared.records.gas import GasRecord

from .gas_prices import in_order, whole

BLOCKNATIVE = Descriptor(
    id="blocknative",
    family="blocknative",
    kind="gas",
    rank=20,
    default_url="https://api.blocknative.com",
    url_setting="BLOCKNATIVE_URL",
    key_need="at_default_url",
    key_setting="BLOCKNATIVE_KEYS",
    limits=(Limit(100, DAY_S, "free"),),
    limits_setting="BLOCKNATIVE_LIMITS",
)
_SLOW, _AVERAGE, _FAST = 70, 90, 99
"""Percent of certainty to be in the next block."""


@dataclass(frozen=True, slots=True)
class BlocknativeGas:
    """Estimates for the next block."""

    base_url: str
    descriptor: Descriptor = BLOCKNATIVE

    def serves(self, request: GasRequest) -> bool:
        """Return whether it is a chain with a number."""
        return request.chain in CHAIN_IDS

    def cost(self, request: GasRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask for the estimates.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.blocknative.com/gas-prediction/gas-platform
        """
        headers = {"authorization": key} if key else {}
        params = {"chainid": str(CHAIN_IDS[request.chain])}
        url = f"{self.base_url}/gasprices/blockprices"
        return await ask_all(http, [Call(self.descriptor.id, url, params, headers, key)])

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the estimates for the next block to one record: base fee and tip of three certainties.

        The field of the base fee was `baseFee` until 2022. A missing certainty leaves its price out, but for the middle one.

        Raises:
            BadPayloadError: the unit is not gwei, or something cannot be read.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.chain):
            body = numbers.mapping(page.body)
            block = next(iter(numbers.rows_of(body.get("blockPrices"))), None)
            if numbers.text(body, "unit") != "gwei" or block is None:
                raise Unreadable("no prices in gwei")
            base = numbers.amount(block, "baseFeePerGas" if "baseFeePerGas" in block else "baseFee")
            prices = {_certainty(row): _price(row, base) for row in numbers.rows_of(block.get("estimatedPrices"))}
            return [
                in_order(
                    GasRecord(
                        provider=self.descriptor.id,
                        chain=request.chain,
                        unit="gwei",
                        slow=prices.get(_SLOW),
                        average=prices.get(_AVERAGE) or Decimal(0),
                        fast=prices.get(_FAST),
                        base_fee=base,
                        block=whole(body, "currentBlockNumber"),
                        observed_at=observed(None, dated=page.dated, fetched_at=fetched_at),
                    )
                )
            ]


def _certainty(row: Row) -> int:
    return int(numbers.amount(row, "confidence") or 0)


def _price(row: Row, base: Decimal | None) -> Decimal | None:
    """`price` is rounded to whole gwei; base fee and tip are not."""
    tip = numbers.amount(row, "maxPriorityFeePerGas" if "maxPriorityFeePerGas" in row else "maxPriorityFee")
    if base is None or tip is None:
        return numbers.amount(row, "price")
    return base + tip
