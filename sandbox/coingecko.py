"""CoinGecko's wire format: /coins/markets, /coins/list, /global, /ping.

Source: https://docs.coingecko.com/reference/coins-markets, checked against recorded answers.
"""

import re
from typing import Any

import numpy as np

from sandbox.categories import categories_of
from sandbox.coingecko_row import Numbers, row
from sandbox.contracts import contracts_of
from sandbox.noise import Ints
from sandbox.snapshot import DAY, HOUR
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json

_WINDOWS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "14d": 14 * DAY, "30d": 30 * DAY, "200d": 200 * DAY, "1y": 365 * DAY}
_MOST_PER_PAGE = 250


def markets(view: View, asked: Asked) -> Answer:
    """Answer /coins/markets; a page beyond the end is an empty list."""
    currency = asked.query.get("vs_currency")
    if currency != "usd":
        return answer_json({"error": "invalid vs_currency" if currency else "Missing parameter vs_currency"}, 422)
    category = asked.query.get("category")
    if category and category not in {each.id for each in categories_of(view.snapshot.market)}:
        return answer_json({"error": "category not found"}, 404)
    names = re.split("[, ]+", asked.query.get("price_change_percentage", ""))
    windows = sorted({name for name in names if name in _WINDOWS})
    return Answer(f"[{','.join(_rows(view, _page(_ordered(view, asked), asked), windows))}]".encode())


def coins_list(view: View, asked: Asked) -> Answer:
    """Answer /coins/list: ids, symbols and names, by id; `include_platform=true` adds contracts."""
    shown = sorted((view.tokens[position] for position in view.order), key=lambda token: token.id)
    rows: list[dict[str, Any]] = [{"id": token.id, "symbol": token.symbol, "name": token.name} for token in shown]
    if asked.query.get("include_platform") == "true":
        held = contracts_of(view.snapshot.market)
        for row in rows:
            row["platforms"] = {contract.platform: contract.address for contract in held[row["id"]]}
    return answer_json(rows)


def ping(view: View, asked: Asked) -> Answer:
    """Answer /ping."""
    return answer_json({"gecko_says": "(V3) To the Moon!"})


def global_figures(view: View, asked: Asked) -> Answer:
    """Answer /global, with totals in dollars, bitcoin and ether."""
    snapshot, index = view.snapshot, view.snapshot.market.index
    cap, cap_before = np.nansum(snapshot.market_cap), np.nansum(snapshot.before(DAY) * snapshot.circulating)
    volume, volume_before = np.nansum(snapshot.volume), np.nansum(snapshot.volume_yesterday)
    units = {
        unit: float(view.price[index[name]])
        for unit, name in (("btc", "bitcoin"), ("eth", "ethereum"))
        if name in index
    }
    units["usd"] = 1.0
    top = {
        view.tokens[position].symbol: float(100.0 * snapshot.market_cap[position] / cap)
        for position in snapshot.order[:10]
    }
    figures = {
        "active_cryptocurrencies": len(view.order),
        "upcoming_icos": 0,
        "ongoing_icos": 49,
        "ended_icos": 3376,
        "markets": 1494,
        "total_market_cap": {unit: float(cap) / price for unit, price in units.items()},
        "total_volume": {unit: float(volume) / price for unit, price in units.items()},
        "market_cap_percentage": top,
        "market_cap_change_percentage_24h_usd": float((cap / cap_before - 1.0) * 100.0),
        "volume_change_percentage_24h_usd": float((volume / volume_before - 1.0) * 100.0),
        "updated_at": view.said_at,
    }
    return answer_json({"data": figures})


def _ordered(view: View, asked: Asked) -> Ints:
    order = view.order
    if asked.query.get("ids"):
        index = view.snapshot.market.index
        wanted = [index.get(name.strip(), -1) for name in asked.query["ids"].split(",")]
        order = order[np.isin(order, wanted)]
    if asked.query.get("category"):
        order = order[np.isin(order, _members(view, asked.query["category"]))]
    key, _, direction = asked.query.get("order", "market_cap_desc").rpartition("_")
    if key == "volume":
        order = order[np.argsort(-view.volume[order], kind="stable")]
    elif key == "id":
        order = np.array(
            sorted(order.tolist(), key=lambda position: view.tokens[position].id, reverse=True), dtype=np.int64
        )
    return order[::-1] if direction == "asc" else order


def _members(view: View, category: str) -> list[int]:
    groups = categories_of(view.snapshot.market)
    return [position for each in groups if each.id == category for position in each.positions]


def _page(order: Ints, asked: Asked) -> Ints:
    size = min(_MOST_PER_PAGE, asked.integer("per_page", 100))
    first = (asked.integer("page", 1) - 1) * size
    return order[first : first + size]


def _rows(view: View, at: Ints, windows: list[str]) -> list[str]:
    snapshot, traits = view.snapshot, view.snapshot.market.traits
    supply, before = np.nan_to_num(snapshot.circulating), snapshot.before(DAY)
    arrays = [view.price, view.price * supply, view.volume, view.high, view.low, view.honest - before]
    arrays += [
        view.change(DAY),
        before * supply,
        supply,
        traits.highest,
        traits.lowest,
        view.said_at - view.lag,
        view.rank,
    ]
    columns = zip(*(array[at].tolist() for array in arrays), strict=True)
    tokens = [view.tokens[position] for position in at]
    changes = np.array([view.change(_WINDOWS[name])[at] for name in windows]).T.tolist() if windows else [[]] * len(at)
    return [
        row(token, Numbers(*numbers), dict(zip(windows, change, strict=True)))
        for token, numbers, change in zip(tokens, columns, changes, strict=True)
    ]
