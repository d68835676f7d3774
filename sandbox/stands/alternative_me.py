"""Alternative.me's wire format: /fng/, the index by days, numbers as text.

It follows the market's phases and its momentum, with noise of its own; a day in four hundred is missing, and a day in thirty is
revised six hours after it began, as no source says but as any may do.

Source: https://alternative.me/crypto/fear-and-greed-index/ (API), checked against recorded answers.
"""

import json
import math
from datetime import UTC, datetime
from functools import lru_cache

from sandbox import noise
from sandbox.faults import Fault
from sandbox.limits import Limit
from sandbox.market import Market
from sandbox.mispricing import skew_of
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked

_DAY = 86_400
_FIRST = 1_517_443_200  # 2018-02-01
_REVISED_AFTER = 6 * 3_600
_BIAS = {"bull": 12.0, "neutral": 0.0, "bear": -12.0}
_CLASSES = ((25, "Extreme Fear"), (46, "Fear"), (54, "Neutral"), (75, "Greed"), (100, "Extreme Greed"))


def fng(scene: Scene, asked: Asked) -> Answer:
    """Answer /fng/: `limit` days, newest first, all of them for 0, one by default."""
    today = scene.seconds - scene.seconds % _DAY
    text = asked.query.get("limit", "1")
    limit = int(text) if text.isdecimal() else 1
    first = _FIRST if limit == 0 else max(_FIRST, today - (limit - 1) * _DAY)
    days = [day for day in range(today, first - 1, -_DAY) if _exists(scene.market, day)]
    rows = [_row(scene, day) for day in days]
    if days and days[0] == today:
        rows[0]["time_until_update"] = str(today + _DAY - scene.seconds)
    body = {"name": "Fear and Greed Index", "data": rows, "metadata": {"error": None}}
    return Answer(json.dumps(body, indent="\t").encode(), content_type="application/json")


def value_of(market: Market, day: int, *, revised: bool = True) -> int:
    """Return the index of the day that begins at a Unix time, as it was at first or after any revision."""
    phase = market.phase_at(datetime.fromtimestamp(day, UTC))
    momentum = _level(market, day) - _level(market, day - 30 * _DAY)
    wander = 12.0 * noise.unit(market.seed, 21, day) - 6.0
    value = 50.0 + 38.0 * math.tanh(momentum / 0.25) + _BIAS[phase.kind] + wander
    if not revised and noise.unit(market.seed, 22, day) < 1 / 30:
        value += 3.0 if noise.unit(market.seed, 23, day) < 0.5 else -3.0
    return max(5, min(95, round(value)))


@lru_cache(maxsize=8192)
def _level_of(market: Market, day: int) -> float:
    return market.level_at(day)


def _level(market: Market, day: int) -> float:
    """The market's level of up to two days before: all days are asked for at once, and each costs half a millisecond."""
    return _level_of(market, day - day % (3 * _DAY))


def _exists(market: Market, day: int) -> bool:
    return noise.unit(market.seed, 24, day) >= 1 / 400


def _row(scene: Scene, day: int) -> dict[str, str | None]:
    value = value_of(scene.market, day, revised=scene.seconds - day >= _REVISED_AFTER)
    label = next(name for end, name in _CLASSES if value <= end)
    said: str | None = str(value)
    if scene.fault is not None:
        said = _spoilt(scene.fault, scene.market, day, value)
    return {"value": said, "value_classification": label, "timestamp": str(day + skew_of(scene.fault))}


def _spoilt(fault: Fault, market: Market, day: int, value: int) -> str | None:
    if fault.kind == "times_ten":
        return str(round(value * float(fault.options.get("factor", 10.0))))
    if fault.kind == "nulls" and noise.unit(market.seed, 25, day) < float(fault.options.get("share", 0.1)):
        return None
    return str(value)


def _failed(message: str) -> dict[str, object]:
    return {"name": "Fear and Greed Index", "data": [], "metadata": {"error": message}}


STAND = Stand(
    name="alternative_me",
    routes={"/fng/": fng, "/fng": fng},
    limited=_failed("Too many requests."),
    broken=_failed("Internal server error."),
    missing=_failed("Not found."),
    despite=_failed("Too many requests."),
    limit=Limit(60, 60),
)
