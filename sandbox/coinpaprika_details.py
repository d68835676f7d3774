"""CoinPaprika's wire format of coins, tags and contracts: /v1/coins, /v1/tags, /v1/contracts and each of their parts.

Source: https://docs.coinpaprika.com/api-reference (coins, tags, contracts).
"""

from typing import Any
from zlib import crc32

from sandbox.aliases import name_at
from sandbox.categories import Category, categories_of, names_of
from sandbox.contracts import AT_COINPAPRIKA, contracts_of
from sandbox.stand import Scene
from sandbox.timeline import iso_seconds
from sandbox.tokens import Token
from sandbox.wire import Answer, Asked, answer_json

_DAY = 86_400
_UNKNOWN = {"error": "id not found"}


def coins(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/coins: what is listed, then what was and is not any more."""
    view = scene.view("coinpaprika")
    shown = view.order.tolist()
    rows = [_named(view.tokens[position], rank) for rank, position in enumerate(shown, start=1)]
    gone = set(range(len(view.tokens))) - set(shown)
    rows += [_named(view.tokens[position], 0) for position in sorted(gone) if view.tokens[position].coinpaprika]
    return answer_json(rows)


def coin(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/coins/{id}."""
    view = scene.view("coinpaprika")
    for rank, position in enumerate(view.order.tolist(), start=1):
        if view.tokens[position].coinpaprika == asked.captured["id"]:
            return answer_json(_coin(scene, view.tokens[position], position, rank))
    return answer_json(_UNKNOWN, 404)


def tags(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/tags; `additional_fields=coins` adds the ids of the coins."""
    return answer_json([_tag(scene, each, asked) for each in categories_of(scene.market) if each.tag])


def tag(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/tags/{id}."""
    for each in categories_of(scene.market):
        if each.tag and each.tag[0] == asked.captured["id"]:
            return answer_json(_tag(scene, each, asked))
    return answer_json(_UNKNOWN, 404)


def platforms(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/contracts: every platform, those without contracts of others among them."""
    return answer_json(["btc-bitcoin", *AT_COINPAPRIKA.values()])


def contracts(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/contracts/{platform}."""
    wanted = next((name for name, here in AT_COINPAPRIKA.items() if here == asked.captured["platform"]), None)
    if wanted is None:
        return answer_json(_UNKNOWN, 404)
    held, view = contracts_of(scene.market), scene.view("coinpaprika")
    shown = set(view.order.tolist())
    rows = [
        {"address": contract.address, "id": token.coinpaprika, "type": "ERC20", "active": position in shown}
        for position, token in enumerate(view.tokens)
        for contract in held[token.id]
        if token.coinpaprika and contract.platform == wanted
    ]
    return answer_json(rows)


def _named(token: Token, rank: int) -> dict[str, Any]:
    return {
        "id": token.coinpaprika,
        "name": name_at("coinpaprika", token),
        "symbol": token.symbol.upper(),
        "rank": rank,
        "is_new": False,
        "is_active": rank > 0,
        "type": "coin" if token.follows is None and not token.stable else "token",
    }


def _coin(scene: Scene, token: Token, position: int, rank: int) -> dict[str, Any]:
    stamp = crc32(token.id.encode())
    own = [each for each in categories_of(scene.market) if each.tag]
    ids = {name for name, _ in names_of(scene.market)[position]}
    held = [each for each in contracts_of(scene.market)[token.id] if each.platform in AT_COINPAPRIKA]
    home = f"https://{token.id}.example/"
    return {
        **_named(token, rank),
        "logo": f"https://static.coinpaprika.com/coin/{token.coinpaprika}/logo.png",
        "tags": [
            {"id": each.tag[0], "name": each.tag[1], "coin_counter": len(each.positions), "ico_counter": 0}
            for each in own
            if each.tag and each.id in ids
        ],
        "team": [],
        "description": "" if stamp % 5 == 0 else f"{token.name} is one of the coins of a made-up market.",
        "message": "",
        "open_source": True,
        "started_at": None if held else iso_seconds(1_230_940_800 + stamp % 3000 * _DAY),
        "development_status": "Working product",
        "hardware_wallet": True,
        "proof_type": "" if held else "Proof of Work",
        "org_structure": "Decentralized",
        "hash_algorithm": "" if held else "SHA256",
        **({"contract": held[0].address, "platform": AT_COINPAPRIKA[held[0].platform]} if held else {}),
        "contracts": [
            {"contract": each.address, "platform": AT_COINPAPRIKA[each.platform], "type": "ERC20"} for each in held
        ],
        "links": {"explorer": [f"https://explorer.example/{token.id}"], "website": [home], "medium": None},
        "links_extended": [{"url": home, "type": "website"}],
        "whitepaper": {"link": f"{home}paper.pdf" if stamp % 3 else None, "thumbnail": None},
        "first_data_at": iso_seconds(1_380_000_000 + stamp % 4000 * _DAY),
        "last_data_at": iso_seconds(scene.said_at - stamp % 60),
    }


def _tag(scene: Scene, category: Category, asked: Asked) -> dict[str, Any]:
    view = scene.view("coinpaprika")
    shown = set(view.order.tolist())
    ids = [view.tokens[position].coinpaprika for position in category.positions if position in shown]
    name, title = category.tag or ("", "")
    told = {
        "id": name,
        "name": title,
        "coin_counter": len(ids),
        "ico_counter": 0,
        "description": f"Coins that are tagged {title}.",
        "type": "functional",
    }
    return told | ({"coins": ids} if "coins" in asked.query.get("additional_fields", "") else {})
