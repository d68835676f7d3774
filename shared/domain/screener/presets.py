"""Ready-made filters, each published as what it stands for: giving that by hand is the same question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Order = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A filter set with its order."""

    id: str
    title: str
    about: str
    filters: Mapping[str, str]
    """Query parameters, as callers would give them."""
    sort: str
    order: Order


def _preset(name: str, title: str, about: str, sort: str, order: Order, **filters: str) -> Preset:
    return Preset(name, title, about, MappingProxyType(filters), sort, order)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.id: preset
        for preset in (
            _preset(
                "momentum_leaders",
                "Momentum leaders",
                "In an upward trend by several look-backs, and traded.",
                "momentum",
                "desc",
                min_momentum="70",
                min_volume_24h="1000000",
            ),
            _preset(
                "undervalued",
                "Undervalued",
                "Cheap for their use and for what holders paid, and not about to vanish.",
                "valuation",
                "desc",
                min_valuation="70",
                min_durability="50",
            ),
            _preset(
                "low_volatility",
                "Low volatility",
                "Large tokens of their own price that move least.",
                "volatility_90",
                "asc",
                kind="plain",
                max_volatility_90="60",
                min_market_cap="100000000",
            ),
            _preset(
                "whale_accumulation",
                "Whale accumulation",
                "More large transfers leave exchanges than reach them.",
                "whale_exchange_balance_7d",
                "asc",
                max_whale_exchange_balance_7d="-0.1",
                min_whale_volume_24h="1000000",
            ),
            _preset(
                "oversold_quality",
                "Oversold quality",
                "Durable tokens that have fallen fast.",
                "rsi_14",
                "asc",
                max_rsi_14="35",
                min_durability="60",
            ),
            _preset(
                "breakout",
                "Breakout",
                "At the top of the range of 55 days, with more volume than usual.",
                "volume_ratio_7d_30d",
                "desc",
                kind="plain",
                min_donchian_position_55="0.95",
                min_volume_ratio_7d_30d="1.2",
            ),
            _preset(
                "high_volume",
                "High volume",
                "Traded most, for what they are worth.",
                "volume_to_cap",
                "desc",
                kind="plain",
                min_volume_24h="10000000",
                min_volume_to_cap="0.1",
            ),
            _preset(
                "new",
                "New",
                "Known for ninety days at most, and traded.",
                "age_days",
                "asc",
                max_age_days="90",
                min_volume_24h="100000",
            ),
            _preset(
                "near_all_time_high",
                "Near the all-time high",
                "Within a tenth of the highest price ever.",
                "ath_distance",
                "desc",
                kind="plain",
                min_ath_distance="-10",
                min_market_cap="10000000",
            ),
            _preset(
                "quality",
                "Quality",
                "Good in everything.",
                "crypto_score",
                "desc",
                min_durability="60",
                min_momentum="50",
                min_valuation="50",
            ),
            _preset(
                "deep_liquidity",
                "Deep liquidity",
                "Order books that take a large order.",
                "depth_2pct",
                "desc",
                max_spread="10",
                min_depth_2pct="2000000",
            ),
            _preset(
                "day_gainers",
                "Gainers of the day",
                "Rose most within 24 hours, and are traded.",
                "change_24h",
                "desc",
                min_change_24h="5",
                min_volume_24h="1000000",
            ),
        )
    }
)
