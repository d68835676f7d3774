"""mempool.space: bitcoin's hash rate, and what the last day's blocks held, from a node of its own.

The totals are texts. A day is 144 blocks: what they hold is told as it is, not stretched to 24 hours.

Source: https://mempool.space/docs/api/rest
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, day_of, described, present, scaled
from shared.providers.contract import MINUTE_S, Limit, Payload

# Not published; of the account, and so the same as for fees.
MEMPOOL_SPACE = described("mempool_space", "https://mempool.space/api", Limit(120, MINUTE_S, "courtesy"))
BLOCKS = 144


class MempoolSpace(ChainAdapter):
    """Bitcoin alone."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about bitcoin's network."""
        return request.topic == "network" and request.chain == "bitcoin"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return hash rate, the blocks of a day and the queue; of the past only the hash rate."""
        mining = f"{self.base_url}/v1/mining"
        if request.resolution == "day":
            return [Call(self.descriptor.id, f"{mining}/hashrate/2y")]
        places = (f"{mining}/hashrate/3d", f"{mining}/reward-stats/{BLOCKS}", f"{self.base_url}/mempool")
        return [Call(self.descriptor.id, place) for place in places]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield hashes per second of each day, or all there is now."""
        rates = numbers.mapping(payload.pages[0].body)
        if request.resolution == "day":
            for row in numbers.rows_of(rates.get("hashrates")):
                yield Reading(
                    "bitcoin", "hash_rate", scaled(row, "avgHashrate", by=Decimal(1)), day_of(present(row, "timestamp"))
                )
            return
        rewards, queue = (numbers.mapping(page.body) for page in payload.pages[1:])
        yield Reading("bitcoin", "hash_rate", scaled(rates, "currentHashrate", by=Decimal(1)))
        yield Reading("bitcoin", "difficulty", scaled(rates, "currentDifficulty", by=Decimal(1)))
        yield Reading("bitcoin", "transactions", scaled(rewards, "totalTx", by=Decimal(1)))
        yield Reading("bitcoin", "fees_native", scaled(rewards, "totalFee", by=Decimal("1e-8")))
        yield Reading("bitcoin", "pending_transactions", numbers.amount(queue, "count"))
