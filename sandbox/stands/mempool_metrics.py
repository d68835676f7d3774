"""mempool.space's statistics of mining, blocks and queue.

Source: https://mempool.space/docs/api/rest
"""

from sandbox import chains
from sandbox.stand import Scene
from sandbox.wire import Answer, Asked, answer_json


def hash_rate(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/mining/hashrate/{period}."""
    days = 3 if asked.captured["period"] == "3d" else 500
    rows = [
        {"timestamp": day, "avgHashrate": None if chains.empty(scene) else facts.hashes}
        for day, facts in chains.days_of(scene, "bitcoin", most=days)
    ]
    hashes = chains.facts_of(scene, "bitcoin").hashes
    told = {"currentHashrate": hashes, "currentDifficulty": hashes * 600 / 2**32}
    return answer_json({"hashrates": rows, "difficulty": [], **(dict.fromkeys(told) if chains.empty(scene) else told)})


def rewards(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/mining/reward-stats/{blocks}: the totals are texts."""
    facts, blocks = chains.facts_of(scene, "bitcoin"), int(asked.captured["blocks"])
    height, share = chains.height_of("bitcoin", scene.seconds), blocks / 144
    fees = round(facts.fees * 1e8 * share)
    told = {
        "totalReward": str(fees + 312_500_000 * blocks),
        "totalFee": str(fees),
        "totalTx": str(round(facts.transactions * share)),
    }
    return answer_json(
        {"startBlock": height - blocks, "endBlock": height, **(dict.fromkeys(told) if chains.empty(scene) else told)}
    )


def queue(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/mempool."""
    count = chains.facts_of(scene, "bitcoin").pending
    told = None if chains.empty(scene) else count
    return answer_json({"count": told, "vsize": count * 210, "total_fee": count * 900, "fee_histogram": []})


ROUTES = {
    "/api/v1/mining/hashrate/{period}": hash_rate,
    "/api/v1/mining/reward-stats/{blocks}": rewards,
    "/api/mempool": queue,
}
