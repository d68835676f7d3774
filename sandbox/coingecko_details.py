"""CoinGecko's wire format of one token: /coins/{id} without prices, and the same by contract.

Source: https://docs.coingecko.com/reference/coins-id, checked against recorded answers of 2024.
"""

from typing import Any
from zlib import crc32

from sandbox.categories import names_of
from sandbox.contracts import Contract, contracts_of
from sandbox.stand import Scene
from sandbox.timeline import iso_millis
from sandbox.tokens import Token
from sandbox.wire import Answer, Asked, answer_json

_DAY = 86_400
_SLOTS = 10


def coin(scene: Scene, asked: Asked) -> Answer:
    """Answer /coins/{id}; tokens that are not listed any more are unknown."""
    position = scene.market.index.get(asked.captured["id"], -1)
    return _shown(scene, asked, position)


def coin_by_contract(scene: Scene, asked: Asked) -> Answer:
    """Answer /coins/{platform}/contract/{address}; the case of an address does not matter there."""
    wanted = (asked.captured["platform"], asked.captured["address"].lower())
    for position, token in enumerate(scene.market.tokens):
        held = contracts_of(scene.market)[token.id]
        if wanted in {(contract.platform, contract.address.lower()) for contract in held}:
            return _shown(scene, asked, position)
    return answer_json({"error": "coin not found"}, 404)


def _shown(scene: Scene, asked: Asked, position: int) -> Answer:
    view = scene.view(asked.provider)
    if position not in view.order:
        return answer_json({"error": "coin not found"}, 404)
    token, rank = view.tokens[position], view.rank[position]
    return answer_json(_coin(scene, token, position, None if rank != rank else int(rank)))


def _coin(scene: Scene, token: Token, position: int, rank: int | None) -> dict[str, Any]:
    stamp = crc32(token.id.encode())
    contracts = contracts_of(scene.market)[token.id]
    first = contracts[0] if contracts else None
    return {
        "id": token.id,
        "symbol": token.symbol,
        "name": token.name,
        "web_slug": token.id,
        "asset_platform_id": first.platform if first else None,
        "platforms": {contract.platform: contract.address for contract in contracts} or {"": ""},
        "detail_platforms": _detailed(contracts),
        "block_time_in_minutes": 0 if first else 10,
        "hashing_algorithm": None if first else "SHA-256" if stamp % 2 else "Scrypt",
        "categories": [name for _, name in names_of(scene.market)[position]],
        "preview_listing": False,
        "public_notice": None,
        "additional_notices": [],
        "description": {"en": _description(token, stamp)},
        "links": _links(token, stamp, first),
        "image": {size: _image(token, stamp, size) for size in ("thumb", "small", "large")},
        "country_origin": "",
        "genesis_date": None if first else iso_millis(1_230_940_800 + stamp % 3000 * _DAY)[:10],
        **({"contract_address": first.address} if first else {}),
        "sentiment_votes_up_percentage": round(50.0 + stamp % 50, 2),
        "sentiment_votes_down_percentage": round(50.0 - stamp % 50, 2),
        "watchlist_portfolio_users": stamp % 100_000,
        "market_cap_rank": rank,
        "status_updates": [],
        "last_updated": iso_millis(scene.said_at - stamp % 60),
    }


def _detailed(contracts: tuple[Contract, ...]) -> dict[str, Any]:
    told = {
        contract.platform: {"decimal_place": contract.decimals, "contract_address": contract.address}
        for contract in contracts
    }
    return told or {"": {"decimal_place": None, "contract_address": ""}}


def _description(token: Token, stamp: int) -> str:
    if stamp % 5 == 0:
        return ""
    link = '<a href="https://www.coingecko.com/en/coins/bitcoin">cryptocurrencies</a>'
    return f"{token.name} is one of the {link} of a made-up market.\r\n\r\nIts symbol is {token.symbol.upper()} &amp; nothing else."


def _links(token: Token, stamp: int, first: Contract | None) -> dict[str, Any]:
    home = f"https://{token.id}.example/"
    explorer = (
        f"https://explorer.example/{first.platform}/{first.address}"
        if first
        else f"https://explorer.example/{token.id}"
    )
    return {
        "homepage": [home, "", ""],
        "whitepaper": f"{home}paper.pdf" if stamp % 3 else "",
        "blockchain_site": [explorer, None, *[""] * (_SLOTS - 2)],
        "official_forum_url": ["", "", ""],
        "chat_url": [f"https://chat.example/{token.id}" if stamp % 4 else "", "", ""],
        "announcement_url": ["", ""],
        "twitter_screen_name": token.id.replace("-", "")[:15],
        "facebook_username": "",
        "bitcointalk_thread_identifier": None,
        "telegram_channel_identifier": token.id.replace("-", "") if stamp % 2 else "",
        "subreddit_url": "https://www.reddit.com",
        "repos_url": {"github": [f"https://github.com/example/{token.id}"] if stamp % 2 else [], "bitbucket": []},
    }


def _image(token: Token, stamp: int, size: str) -> str:
    return f"https://coin-images.coingecko.com/coins/images/{stamp % 50_000}/{size}/{token.id}.png?{stamp}"
