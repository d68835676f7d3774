"""DefiLlama's wire format: value locked, stablecoins, fees and exchange volume of chains.

Stablecoins have a host of their own in reality; here, as with a key, they are a folder. `chainId` is a number, a text or null.

Source: https://api-docs.defillama.com, checked against recorded answers.
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked, answer_json

NAMES = {
    "bitcoin": "Bitcoin",
    "ethereum": "Ethereum",
    "bsc": "BSC",
    "polygon": "Polygon",
    "solana": "Solana",
    "avalanche": "Avalanche",
    "arbitrum": "Arbitrum",
    "optimism": "OP Mainnet",
    "base": "Base",
    "tron": "Tron",
    "cardano": "Cardano",
    "litecoin": "Litecoin",
    "dogecoin": "Doge",
    "polkadot": "Polkadot",
    "near": "Near",
    "ton": "TON",
    "bitcoin-cash": "Bitcoincash",
    "sui": "Sui",
    "aptos": "Aptos",
}
_OURS = {name.lower().replace(" ", "-"): chain for chain, name in NAMES.items()}
_NUMBERS: dict[str, Any] = {"ethereum": 1, "bsc": 56, "polygon": 137, "arbitrum": 42161, "optimism": 10, "base": "8453"}
_MISSING = {"message": "Internal server error"}


def v2_chains(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/chains; a chain that nobody here knows stands among them."""
    rows = [_row(scene, chain, name) for chain, name in NAMES.items()]
    unknown = {"gecko_id": None, "tvl": 840.6823438350768, "tokenSymbol": None, "cmcId": None, "name": "Palm"}
    return answer_json([*rows, {**unknown, "chainId": "11297108109"}])


def _row(scene: Scene, chain: str, name: str) -> dict[str, Any]:
    about = chains.CHAINS[chain]
    return {
        "gecko_id": None if chain == "arbitrum" else about.coin,
        "tvl": None if chains.empty(scene) else chains.facts_of(scene, chain).tvl,
        "tokenSymbol": chain.upper()[:4],
        "cmcId": "1027",
        "name": name,
        "chainId": _NUMBERS.get(chain),
    }


def historical_tvl(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/historicalChainTvl/{name}: days, and at the end the present."""
    chain = _chain(asked)
    if chain is None:
        return answer_json(_MISSING, 400)
    days = [{"date": day, "tvl": _told(scene, facts.tvl)} for day, facts in chains.days_of(scene, chain)]
    return answer_json([*days, {"date": scene.said_at, "tvl": _told(scene, chains.facts_of(scene, chain).tvl)}])


def stablecoin_chains(scene: Scene, asked: Asked) -> Answer:
    """Answer /stablecoins/stablecoinchains."""
    return answer_json([_pegged(scene, chain, name) for chain, name in NAMES.items() if _has_stablecoins(chain)])


def _pegged(scene: Scene, chain: str, name: str) -> dict[str, Any]:
    return {
        "gecko_id": chains.CHAINS[chain].coin,
        "totalCirculatingUSD": _pegs(scene, chains.facts_of(scene, chain).stablecoins),
        "tokenSymbol": chain.upper()[:4],
        "name": name,
    }


def _pegs(scene: Scene, total: float) -> dict[str, float | None]:
    return {"peggedUSD": _told(scene, total * 0.99), "peggedEUR": _told(scene, total * 0.01)}


def stablecoin_charts(scene: Scene, asked: Asked) -> Answer:
    """Answer /stablecoins/stablecoincharts/{name}: the dates are texts."""
    chain = _chain(asked)
    if chain is None or not _has_stablecoins(chain):
        return answer_json([])
    return answer_json(
        [
            {
                "date": str(day),
                "totalCirculating": _pegs(scene, facts.stablecoins),
                "totalCirculatingUSD": _pegs(scene, facts.stablecoins),
            }
            for day, facts in chains.days_of(scene, chain)
        ]
    )


def fees(scene: Scene, asked: Asked) -> Answer:
    """Answer /overview/fees: protocols, among them the chains themselves."""
    protocols = [_entry(scene, chain, name, asked) for chain, name in NAMES.items()]
    uniswap = {
        "total24h": 1_204_113,
        "name": "Uniswap V3",
        "category": "Dexs",
        "protocolType": "protocol",
        "slug": "uniswap-v3",
    }
    imposter = {"total24h": 60, "name": "MERLIN DEX", "category": "Dexs", "protocolType": "chain", "slug": "merlin-dex"}
    total = sum(entry["total24h"] or 0 for entry in protocols)
    answer = {"totalDataChart": [], "totalDataChartBreakdown": [], "chain": None, "allChains": list(NAMES.values())}
    return answer_json({**answer, "total24h": total, "change_1d": 1.04, "protocols": [uniswap, imposter, *protocols]})


def _entry(scene: Scene, chain: str, name: str, asked: Asked) -> dict[str, Any]:
    facts = chains.facts_of(scene, chain)
    value = facts.revenue_usd if asked.query.get("dataType") == "dailyRevenue" else facts.fees_usd
    about = {"name": name, "displayName": name, "module": chain, "category": "Chain", "protocolType": "chain"}
    total = None if chains.empty(scene) else 0 if chain == "polkadot" else round(value)
    return {"total24h": total, **about, "chains": [name], "slug": name.lower().replace(" ", "-")}


def fees_of_one(scene: Scene, asked: Asked) -> Answer:
    """Answer /summary/fees/{name}."""
    chain = _chain(asked)
    if chain is None:
        return answer_json(_MISSING, 400)
    kept = asked.query.get("dataType") == "dailyRevenue"
    chart = [
        [day, _told(scene, round(facts.revenue_usd if kept else facts.fees_usd))]
        for day, facts in chains.days_of(scene, chain)
    ]
    name = NAMES[chain]
    return answer_json(
        {"name": name, "protocolType": "chain", "category": "Chain", "chains": [name], "totalDataChart": chart}
    )


def dexs_of_one(scene: Scene, asked: Asked) -> Answer:
    """Answer /overview/dexs/{name}."""
    chain = _chain(asked)
    if chain is None:
        return answer_json(_MISSING, 400)
    brief = asked.query.get("excludeTotalDataChart") == "true"
    days = [] if brief else [[day, _told(scene, round(facts.volume))] for day, facts in chains.days_of(scene, chain)]
    total = _told(scene, round(chains.facts_of(scene, chain).volume))
    answer = {"totalDataChart": days, "totalDataChartBreakdown": [], "chain": NAMES[chain], "total24h": total}
    return answer_json({**answer, "total7d": None, "protocols": []})


def _chain(asked: Asked) -> str | None:
    return _OURS.get(asked.captured["name"].replace("%20", " ").lower().replace(" ", "-"))


def _has_stablecoins(chain: str) -> bool:
    return chains.CHAINS[chain].stablecoins > 0


def _told(scene: Scene, value: float) -> float | None:
    return None if chains.empty(scene) else value


STAND = Stand(
    name="defillama",
    routes={
        "/v2/chains": v2_chains,
        "/v2/historicalChainTvl/{name}": historical_tvl,
        "/stablecoins/stablecoinchains": stablecoin_chains,
        "/stablecoins/stablecoincharts/{name}": stablecoin_charts,
        "/overview/fees": fees,
        "/summary/fees/{name}": fees_of_one,
        "/overview/dexs/{name}": dexs_of_one,
    },
    limited="Too many requests",
    broken=_MISSING,
    missing={"message": "Not Found"},
    despite={"error": "rate limit exceeded"},
    limit=Limit(300, 60),
)
