"""Metrics of chains: one number about one chain at one time, as one source tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Resolution = Literal["day", "now"]
"""`day` is a whole UTC day, stamped at its beginning; `now` a moment, with flows of the 24 hours before it."""

Metric = Literal[
    "active_addresses",
    "transactions",
    "fees_usd",
    "fees_native",
    "revenue_usd",
    "tvl_usd",
    "stablecoin_supply_usd",
    "dex_volume_usd",
    "supply",
    "price_usd",
    "hash_rate",
    "difficulty",
    "block_time_s",
    "block_height",
    "pending_transactions",
]

Kind = Literal["flow", "level"]


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """What a metric is."""

    unit: str
    kind: Kind
    """A flow adds up over a day; a level is so at a moment, and of a day what the source says of that day."""
    description: str


METRICS: Mapping[Metric, MetricInfo] = MappingProxyType(
    {
        "active_addresses": MetricInfo("addresses", "flow", "Different addresses that took part in a transaction."),
        "transactions": MetricInfo("transactions", "flow", "Transactions; on Solana without votes."),
        "fees_usd": MetricInfo("USD", "flow", "Transaction fees paid to the chain."),
        "fees_native": MetricInfo("coins", "flow", "Transaction fees paid to the chain, in the coin they are paid in."),
        "revenue_usd": MetricInfo("USD", "flow", "The part of the fees that the chain keeps or burns."),
        "tvl_usd": MetricInfo("USD", "level", "Value locked in the chain's DeFi protocols."),
        "stablecoin_supply_usd": MetricInfo("USD", "level", "Stablecoins circulating on the chain."),
        "dex_volume_usd": MetricInfo("USD", "flow", "Volume of the chain's decentralised exchanges."),
        "supply": MetricInfo("coins", "level", "Supply of the chain's token."),
        "price_usd": MetricInfo("USD", "level", "Price of the chain's token."),
        "hash_rate": MetricInfo("hashes/s", "level", "Hashes tried per second, estimated from the blocks found."),
        "difficulty": MetricInfo("difficulty", "level", "How hard a block is to find, relative to the easiest."),
        "block_time_s": MetricInfo("s", "level", "Mean time between blocks."),
        "block_height": MetricInfo("blocks", "level", "Height of the newest block."),
        "pending_transactions": MetricInfo("transactions", "level", "Transactions that wait for a block."),
    }
)
"""Every metric there is; which chain has which is in `shared.domain.chains.catalogue`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMetric:
    """One number about one chain."""

    chain: str
    """Our id of the chain, as in `bitcoin` or `bsc`."""
    metric: Metric
    resolution: Resolution
    observed_at: datetime
    """What time it speaks of: the moment, or the first instant of the UTC day."""
    known_at: datetime
    """When we learned it; what was known at a time is asked by this."""
    value: Decimal
    """In the metric's unit, never below zero."""
    source: str
    """Who said it: a provider; `quotes` for our own prices; `evm_rpc+quotes` where coins became dollars by those."""
