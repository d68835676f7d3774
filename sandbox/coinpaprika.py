"""CoinPaprika's wire format: /v1/tickers with nested quotes, /v1/global.

Source: https://docs.coinpaprika.com (tickers, global), checked against a recorded answer of /v1/global.
"""

from typing import NamedTuple
from zlib import crc32

import numpy as np

from sandbox.aliases import name_at
from sandbox.snapshot import DAY, HOUR, MINUTE
from sandbox.timeline import iso_seconds
from sandbox.tokens import Token
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json, number, rounded, whole

_WINDOWS = {
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "6h": 6 * HOUR,
    "12h": 12 * HOUR,
    "24h": DAY,
    "7d": 7 * DAY,
    "30d": 30 * DAY,
    "1y": 365 * DAY,
}


def tickers(view: View, asked: Asked) -> Answer:
    """Answer /v1/tickers; the free plan shows at most its top 2,500."""
    snapshot, at = view.snapshot, view.order
    volume_change = (snapshot.volume / snapshot.volume_yesterday - 1.0) * 100.0
    arrays = [view.price, view.volume, volume_change, view.market_cap, view.change(DAY), snapshot.market.traits.highest]
    arrays += [view.said_at - view.lag, snapshot.market.traits.beta]
    columns = zip(*(array[at].tolist() for array in arrays), strict=True)
    changes = zip(
        *(np.round(np.nan_to_num(view.change(window)[at]), 2).tolist() for window in _WINDOWS.values()), strict=True
    )
    rows = [
        _row(view.tokens[position], rank, _Numbers(*numbers), change)
        for rank, (position, numbers, change) in enumerate(zip(at.tolist(), columns, changes, strict=True), start=1)
    ]
    return Answer(f"[{','.join(rows)}]".encode())


def global_figures(view: View, asked: Asked) -> Answer:
    """Answer /v1/global."""
    snapshot = view.snapshot
    cap, cap_before = float(np.nansum(view.market_cap)), float(np.nansum(snapshot.before(DAY) * snapshot.circulating))
    volume, volume_before = float(np.nansum(snapshot.volume)), float(np.nansum(snapshot.volume_yesterday))
    bitcoin = snapshot.market.index.get("bitcoin", 0)
    figures = {
        "market_cap_usd": round(cap),
        "volume_24h_usd": round(volume),
        "bitcoin_dominance_percentage": round(100.0 * float(view.market_cap[bitcoin]) / cap, 2),
        "cryptocurrencies_number": len(view.order),
        "market_cap_ath_value": round(cap * 4),
        "market_cap_ath_date": "2021-10-27T07:40:00Z",
        "volume_24h_ath_value": 16_460_384_024_873,
        "volume_24h_ath_date": "2022-12-03T07:55:00Z",
        "volume_24h_percent_from_ath": -99.45,
        "volume_24h_percent_to_ath": 9999.99,
        "market_cap_change_24h": round((cap / cap_before - 1.0) * 100.0, 2),
        "volume_24h_change_24h": round((volume / volume_before - 1.0) * 100.0, 2),
        "last_updated": view.said_at,
    }
    return answer_json(figures)


class _Numbers(NamedTuple):
    """What changes about a row: US dollars, percents, and a Unix time."""

    price: float
    volume: float
    volume_change: float
    market_cap: float
    day: float
    highest: float
    updated: float
    beta: float


def _row(token: Token, rank: int, now: _Numbers, changes: tuple[float, ...]) -> str:
    price = now.price
    stamp = crc32(token.id.encode())
    percents = "".join(f'"percent_change_{name}":{change!r},' for name, change in zip(_WINDOWS, changes, strict=True))
    name = name_at("coinpaprika", token)
    return (
        f'{{"id":"{token.coinpaprika}","name":"{name}","symbol":"{token.symbol.upper()}","rank":{rank},'
        f'"total_supply":{_supply(token.total)},"max_supply":{_supply(token.maximum)},"beta_value":{now.beta:.6g},'
        f'"first_data_at":"{iso_seconds(1_380_000_000 + stamp % 4000 * DAY)}","last_updated":"{iso_seconds(now.updated)}",'
        f'"quotes":{{"USD":{{"price":{number(price)},"volume_24h":{number(now.volume)},"volume_24h_change_24h":{rounded(now.volume_change, 2)},'
        f'"market_cap":{_cap(now.market_cap, price)},"market_cap_change_24h":{rounded(now.day, 2)},{percents}"ath_price":{number(now.highest)},'
        f'"ath_date":"{iso_seconds(1_630_000_000 + stamp % 1500 * DAY)}",'
        f'"percent_from_price_ath":{rounded((price / now.highest - 1.0) * 100.0, 2)}}}}}}}'
    )


def _supply(amount: float | None) -> int:
    # No supply is 0 here, not null.
    return 0 if amount is None else round(amount)


def _cap(market_cap: float, price: float) -> str:
    return "0" if price == price and market_cap != market_cap else whole(market_cap)
