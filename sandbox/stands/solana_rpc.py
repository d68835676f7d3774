"""A node of Solana: samples of its performance, and supply.

Source: https://solana.com/docs/rpc/http/getrecentperformancesamples, https://solana.com/docs/rpc/http/getsupply
"""

from typing import Any

from sandbox import chains, noise
from sandbox.limits import Limit
from sandbox.rpc import failed, node
from sandbox.snapshot import DAY
from sandbox.stand import Scene, Stand


def samples(scene: Scene, params: Any) -> Any:
    """Answer getRecentPerformanceSamples: a minute each, the newest first."""
    count, usual = min(int(params[0]), 720), chains.facts_of(scene, "solana").transactions * 60 / DAY
    minute, slot = scene.seconds // 60, chains.height_of("solana", scene.seconds)
    rows = []
    for ago in range(count):
        users = round(usual * (0.9 + 0.2 * noise.unit(scene.market.seed, 45, minute - ago)))
        told = None if chains.empty(scene) else users
        rows.append(
            {
                "slot": slot - 150 * ago,
                "numSlots": 150,
                "numTransactions": users + 150_000,
                "numNonVoteTransactions": told,
                "samplePeriodSecs": 60,
            }
        )
    return rows


def supply(scene: Scene, params: Any) -> Any:
    """Answer getSupply, in lamports."""
    circulating = round(chains.facts_of(scene, "solana").supply * 1e9)
    total = circulating + 47_945_737_850_000_000
    told = {"circulating": circulating, "nonCirculating": total - circulating, "total": total}
    value: dict[str, Any] = {**(dict.fromkeys(told) if chains.empty(scene) else told), "nonCirculatingAccounts": []}
    return {"context": {"apiVersion": "2.2.7", "slot": chains.height_of("solana", scene.seconds)}, "value": value}


STAND = Stand(
    name="solana_rpc",
    routes={"/": node({"getRecentPerformanceSamples": samples, "getSupply": supply})},
    limited=failed(None, 429, "Too many requests for a specific RPC call"),
    broken=failed(None, -32603, "Internal error"),
    missing=failed(None, -32601, "Method not found"),
    limit=Limit(600, 60),
    posts=True,
)
