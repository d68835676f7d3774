"""Our own list of trending tokens, for when nobody tells what people search for: unusual turnover with unusual movement.

    turnover   t = ln(volume ÷ market cap), less the mean of the token's own t over the last seven stored days, where at
               least three are stored, else less the median t of all tokens
    movement   m = |ln(1 + change over 24 hours)|
    score      √(max(z(t), 0) × max(z(m), 0)),  z(x) = (x − median) ÷ (1.4826 × median absolute deviation)

Counted are ranked tokens worth at least a million dollars that traded for at least a hundred thousand. A stablecoin turns over
much and moves little, a dead token moves much and turns over little: neither is trending, which is why the score is a product.

Source of the scale: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log, sqrt
from statistics import median

from shared.records.tokens import OWN, TrendingToken

PLACES = 15
"""As many as CoinGecko's list has."""
LEAST_MARKET_CAP_USD = Decimal(1_000_000)
LEAST_VOLUME_USD = Decimal(100_000)
LEAST_TOKENS = 20
"""Below it a median says nothing."""
_SCALE = 1.4826
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """How one ranked token has been traded."""

    token_id: str
    symbol: str
    name: str
    image_url: str | None
    price_usd: Decimal
    market_cap_usd: Decimal
    volume_24h_usd: Decimal
    change_24h_pct: Decimal
    past_turnover_log: float | None
    """Mean of ln(volume ÷ market cap) over the last seven stored days, `None` below three of them."""


def trending(market: Sequence[Traded]) -> list[TrendingToken]:
    """Return the tokens with the highest scores, highest first; none with a score of zero, none at all below twenty tokens."""
    counted = [each for each in market if _counts(each)]
    if len(counted) < LEAST_TOKENS:
        return []
    turnovers = [log(each.volume_24h_usd / each.market_cap_usd) for each in counted]
    usual = median(turnovers)
    unusual = _scores(
        [
            turnover - (usual if each.past_turnover_log is None else each.past_turnover_log)
            for each, turnover in zip(counted, turnovers, strict=True)
        ]
    )
    moved = _scores([abs(log(1 + each.change_24h_pct / 100)) for each in counted])
    scored = [
        (sqrt(turnover * movement), turnover, movement, each)
        for turnover, movement, each in zip(unusual, moved, counted, strict=True)
        if turnover * movement > 0
    ]
    scored.sort(key=lambda one: (-one[0], one[3].token_id))
    return [_place(position, *one) for position, one in enumerate(scored[:PLACES], start=1)]


def _counts(each: Traded) -> bool:
    return (
        each.market_cap_usd >= LEAST_MARKET_CAP_USD
        and each.volume_24h_usd >= LEAST_VOLUME_USD
        and each.change_24h_pct > -100
    )


def _scores(values: Sequence[float]) -> list[float]:
    """Return robust z-scores, those below the median as zero."""
    middle = median(values)
    scale = max(_SCALE * median(abs(value - middle) for value in values), _FLOOR)
    return [max((value - middle) / scale, 0.0) for value in values]


def _place(position: int, score: float, turnover: float, movement: float, each: Traded) -> TrendingToken:
    return TrendingToken(
        provider=OWN,
        position=position,
        token_id=each.token_id,
        symbol=each.symbol,
        name=each.name,
        image_url=each.image_url,
        score=_rounded(score),
        turnover_score=_rounded(turnover),
        movement_score=_rounded(movement),
    )


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")
