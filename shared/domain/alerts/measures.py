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
        "largest_transfer_usd": Measure(
            "flow", "chain", "US dollars", "The largest transfer of the last hour on the chain.", Decimal(0)
        ),
        "net_exchange_flow_usd": Measure(
            "flow", "chain", "US dollars", "What went to exchanges less what left them, last 24 hours."
        ),
    }
)
