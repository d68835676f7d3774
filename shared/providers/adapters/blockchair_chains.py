"""Blockchair: one page of statistics for each mined chain and for ethereum, over the last 24 hours.

Numbers are numbers or texts, by their size; `best_block_time` is UTC without saying so. A refusal comes with its status
inside `context.code` too.

Source: https://blockchair.com/api/docs (stats)
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import DAY_S, ChainAdapter, ChainRequest, Reading, described, scaled
from shared.providers.contract import DAY_S as A_DAY
from shared.providers.contract import Limit, Payload
from shared.providers.moments import moment
from shared.records.chains import Metric

# Source: https://blockchair.com/api/docs (1,440 requests a day without a key)
BLOCKCHAIR = described("blockchair", "https://api.blockchair.com", Limit(1440, A_DAY, "free"), rank=3)

MINED = ("bitcoin", "litecoin", "dogecoin", "bitcoin-cash")
CHAINS = (*MINED, "ethereum")
_ONE = Decimal(1)


class Blockchair(ChainAdapter):
    """The present of one chain."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the present network of one of its chains."""
        return request.topic == "network" and request.resolution == "now" and request.chain in CHAINS

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        return [Call(self.descriptor.id, f"{self.base_url}/{request.chain}/stats")]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield what the chain's statistics tell."""
        chain = request.chain or ""
        row = numbers.mapping(numbers.mapping(payload.pages[0].body).get("data"))
        at = moment(row, "best_block_time")
        for metric, value in _found(row, mined=chain in MINED):
            yield Reading(chain, metric, value, at)


def _found(row: numbers.Row, *, mined: bool) -> Iterator[tuple[Metric, Decimal | None]]:
    count = numbers.amount(row, "transactions_24h")
    blocks = numbers.known_amount(row, "blocks_24h")
    fee = scaled(row, "average_transaction_fee_24h", by=Decimal("1e-8") if mined else Decimal("1e-18"))
    fee_usd = numbers.amount(row, "average_transaction_fee_usd_24h")
    yield "transactions", count
    yield "fees_native", None if count is None or fee is None else fee * count
    yield "fees_usd", None if count is None or fee_usd is None else fee_usd * count
    yield "block_time_s", None if blocks is None else (DAY_S / blocks).quantize(Decimal("0.001"))
    yield "pending_transactions", numbers.amount(row, "mempool_transactions")
    if mined:
        yield "supply", scaled(row, "circulation", by=Decimal("1e-8"))
        yield "hash_rate", scaled(row, "hashrate_24h", by=_ONE)
        yield "difficulty", scaled(row, "difficulty", by=_ONE)
        yield "block_height", numbers.amount(row, "best_block_height")
