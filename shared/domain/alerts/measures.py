"""What an alert may watch: each measure with its kind, its subject and its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from shared.records.alerts import Kind

Subject = Literal["token", "chain", "market"]
MARKET = "market"
"""The subject of what speaks of everything."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that is watched."""

    kind: Kind
    subject: Subject
    unit: str
    text: str
    least: Decimal | None = None
    most: Decimal | None = None


_HUNDRED = Decimal(100)

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "price_usd": Measure("price", "token", "US dollars", "The price that `/prices/{token_id}` tells.", Decimal(0)),
        "change_1h_pct": Measure("change", "token", "percent", "Change of the price over an hour.", -_HUNDRED),
        "change_24h_pct": Measure("change", "token", "percent", "Change over 24 hours.", -_HUNDRED),
        "change_7d_pct": Measure("change", "token", "percent", "Change over seven days.", -_HUNDRED),
        "change_30d_pct": Measure("change", "token", "percent", "Change over thirty days.", -_HUNDRED),
        "crypto_score": Measure("score", "token", "0 to 100", "The CryptoScore.", Decimal(0), _HUNDRED),
        "durability": Measure("score", "token", "0 to 100", "The durability part.", Decimal(0), _HUNDRED),
        "momentum": Measure("score", "token", "0 to 100", "The momentum part.", Decimal(0), _HUNDRED),
        "valuation": Measure("score", "token", "0 to 100", "The valuation part.", Decimal(0), _HUNDRED),
        "composite": Measure(
            "signal", "token", "-1 to 1", "What the data points say together.", Decimal(-1), Decimal(1)
        ),
        "signal_strength": Measure(
            "signal", "token", "-5 to 5", "The signal, bearish below 0; 0 without one.", Decimal(-5), Decimal(5)
        ),
        "gauge": Measure(
            "regime",
            "market",
            "-2 to 2",
            "The five-step gauge, strong bearish to strong bullish.",
            Decimal(-2),
            Decimal(2),
        ),
        "largest_transfer_usd": Measure(
            "flow", "chain", "US dollars", "The largest transfer of the last hour on the chain.", Decimal(0)
        ),
        "net_exchange_flow_usd": Measure(
            "flow", "chain", "US dollars", "What went to exchanges less what left them, last 24 hours."
        ),
    }
)
