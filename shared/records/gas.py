"""What a transaction costs on a chain, in the chain's own unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

GasUnit = Literal["gwei", "sat/vB"]

GAS_UNITS: Mapping[str, GasUnit] = MappingProxyType(
    {
        "ethereum": "gwei",
        "bsc": "gwei",
        "polygon": "gwei",
        "avalanche": "gwei",
        "arbitrum": "gwei",
        "optimism": "gwei",
        "base": "gwei",
        "bitcoin": "sat/vB",
    }
)
"""The chains whose fees somebody tells us, and in which unit: gwei of the chain's own coin for a unit of gas, satoshis for a
virtual byte."""

WITHOUT_GAS = ("solana", "tron", "cardano", "litecoin", "dogecoin", "polkadot", "near", "ton")
"""Chains covered otherwise, whose fees follow other models or are told by nobody here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasRecord:
    """Fees as one provider tells them, all in `unit`; slow ≤ average ≤ fast where they are known."""

    provider: str
    chain: str
    unit: GasUnit
    slow: Decimal | None
    average: Decimal
    fast: Decimal | None
    """Each is the whole price: base fee and tip together."""
    base_fee: Decimal | None
    """The part that every transaction of the next block pays; `None` where there is no such thing or it is not told."""
    block: int | None
    """The newest block that the provider knew."""
    observed_at: datetime
