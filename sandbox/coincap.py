"""CoinCap's wire format: every number a string with sixteen decimals, the time in milliseconds beside the list.

Source: https://docs.coincap.io (assets; version 3 adds `explorer` and asks for a key), checked against a recorded answer of version 2.
"""

from typing import NamedTuple

import numpy as np

from sandbox.aliases import name_at
from sandbox.noise import Ints
from sandbox.snapshot import DAY
from sandbox.tokens import Token
from sandbox.view import View
from sandbox.wire import Answer, Asked, quoted

_FORM = "%.16f"
_MOST = 2000


def assets(view: View, asked: Asked) -> Answer:
    """Answer /v2/assets and /v3/assets: 100 rows unless `limit` asks for up to 2,000."""
    first = asked.integer("offset", 0)
    at = _found(view, asked)[first : first + min(_MOST, asked.integer("limit", 100))]
    rank = view.rank.tolist()
    average = (view.price + view.price / (1.0 + view.change(DAY) / 100.0)) / 2.0
    arrays = [view.price, view.market_cap, view.snapshot.circulating, view.volume, view.change(DAY), average]
    columns = zip(*(array[at].tolist() for array in arrays), strict=True)
    newer = asked.path.startswith("/v3")
    rows = [
        _row(view.tokens[position], int(rank[position]), _Numbers(*numbers), newer=newer)
        for position, numbers in zip(at.tolist(), columns, strict=True)
    ]
    listed = f'"data":[{",".join(rows)}]'
    stamp = f'"timestamp":{view.said_at * 1000 + 286}'
    return Answer(f"{{{stamp},{listed}}}".encode() if newer else f"{{{listed},{stamp}}}".encode())


def _found(view: View, asked: Asked) -> Ints:
    wanted = {name for name in asked.query.get("ids", "").split(",") if name}
    if not wanted:
        return view.order
    return np.array(
        [position for position in view.order.tolist() if view.tokens[position].coincap in wanted], dtype=np.int64
    )


class _Numbers(NamedTuple):
    """What changes about a row: US dollars, supply in the token's own units, percent."""

    price: float
    market_cap: float
    supply: float
    volume: float
    change: float
    average: float


def _row(token: Token, rank: int, now: _Numbers, *, newer: bool) -> str:
    explorer = f',"explorer":"https://explorer.example/{token.coincap}","tokens":{{}}' if newer else ""
    most = "null" if token.maximum is None else quoted(token.maximum, _FORM)
    name = name_at("coincap", token)
    return (
        f'{{"id":"{token.coincap}","rank":"{rank}","symbol":"{token.symbol.upper()}","name":"{name}",'
        f'"supply":{quoted(now.supply, _FORM)},"maxSupply":{most},"marketCapUsd":{quoted(now.market_cap, _FORM)},'
        f'"volumeUsd24Hr":{quoted(now.volume, _FORM)},"priceUsd":{quoted(now.price, _FORM)},"changePercent24Hr":{quoted(now.change, _FORM)},'
        f'"vwap24Hr":{quoted(now.average, _FORM)}{explorer}}}'
    )
