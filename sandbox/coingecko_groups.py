"""CoinGecko's wire format of categories and of the most searched: /coins/categories, /coins/categories/list, /search/trending.

Source: https://docs.coingecko.com/reference/coins-categories and …/trending-search, checked against recorded answers.
"""

from typing import Any
from zlib import crc32

import numpy as np

from sandbox import noise
from sandbox.categories import Category, categories_of
from sandbox.snapshot import DAY, HOUR
from sandbox.stand import Scene
from sandbox.timeline import iso_millis
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json

_SEARCHED = 15


def categories(scene: Scene, asked: Asked) -> Answer:
    """Answer /coins/categories, largest first."""
    view = scene.view(asked.provider)
    rows = [_category(scene, view, category) for category in categories_of(scene.market)]
    return answer_json(sorted(rows, key=lambda row: -(row["market_cap"] or 0)))


def category_names(scene: Scene, asked: Asked) -> Answer:
    """Answer /coins/categories/list."""
    return answer_json([{"category_id": each.id, "name": each.name} for each in categories_of(scene.market)])


def trending(scene: Scene, asked: Asked) -> Answer:
    """Answer /search/trending: what moved most, as people search for it, and a whim of the hour."""
    view = scene.view(asked.provider)
    whim = noise.uniforms(
        noise.mix(scene.market.seed, 32, scene.seconds // HOUR), noise.columns(len(scene.market.tokens))
    )
    interest = np.abs(np.nan_to_num(view.change(DAY))) / 10.0 + whim
    shown = view.order[: max(_SEARCHED, len(view.order) // 4)]
    first = shown[np.argsort(-interest[shown], kind="stable")][:_SEARCHED]
    coins = [{"item": _searched(view, int(position), score)} for score, position in enumerate(first.tolist())]
    return answer_json({"coins": coins, "nfts": [], "categories": []})


def _category(scene: Scene, view: View, category: Category) -> dict[str, Any]:
    at = view.order[np.isin(view.order, category.positions)]
    cap, before = view.market_cap[at], view.snapshot.before(DAY)[at] * view.snapshot.circulating[at]
    total, known = float(np.nansum(cap)), np.isfinite(cap) & np.isfinite(before)
    change = float(cap[known].sum() / before[known].sum() - 1.0) * 100.0 if known.any() else None
    top = [view.tokens[position] for position in at[np.argsort(-np.nan_to_num(cap), kind="stable")][:3].tolist()]
    return {
        "id": category.id,
        "name": category.name,
        "market_cap": total or None,
        "market_cap_change_24h": change,
        "content": f"Tokens of the category {category.name}.",
        "top_3_coins_id": [token.id for token in top],
        "top_3_coins": [
            f"https://assets.coingecko.com/coins/images/{crc32(token.id.encode()) % 50_000}" for token in top
        ],
        "volume_24h": float(np.nansum(view.volume[at])) or None,
        "updated_at": iso_millis(scene.said_at - crc32(category.id.encode()) % 300),
    }


def _searched(view: View, position: int, score: int) -> dict[str, Any]:
    token, stamp = view.tokens[position], crc32(view.tokens[position].id.encode())
    bitcoin = float(view.price[view.snapshot.market.index.get("bitcoin", 0)])
    price, rank = float(view.price[position]), view.rank[position]
    cap, volume = float(view.market_cap[position]), float(view.volume[position])
    change = float(view.change(DAY)[position])
    image = f"https://coin-images.coingecko.com/coins/images/{stamp % 50_000}"
    return {
        "id": token.id,
        "coin_id": stamp % 50_000,
        "name": token.name,
        "symbol": token.symbol.upper(),
        "market_cap_rank": int(rank) if rank == rank else None,
        "thumb": f"{image}/standard/{token.id}.png",
        "small": f"{image}/small/{token.id}.png",
        "large": f"{image}/large/{token.id}.png",
        "slug": token.id,
        "price_btc": _number(price / bitcoin),
        "score": score,
        "data": {
            "price": _number(price),
            "price_btc": f"{price / bitcoin:.20f}",
            "price_change_percentage_24h": {"btc": _number(change), "usd": _number(change)},
            "market_cap": f"${cap:,.0f}" if cap == cap else "",
            "market_cap_btc": f"{cap / bitcoin:.6f}",
            "total_volume": f"${volume:,.0f}" if volume == volume else "",
            "total_volume_btc": f"{volume / bitcoin:.6f}",
            "sparkline": f"https://www.coingecko.com/coins/{stamp % 50_000}/sparkline.svg",
            "content": None,
        },
    }


def _number(value: float) -> float | None:
    return value if value == value else None
