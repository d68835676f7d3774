"""TON Center: the newest blocks of TON's base workchain, whose transactions over their time make those of a day.

Times are texts of seconds. A minute of blocks is a small sample: the estimate follows the minute, not the day.

Source: https://toncenter.com/api/v3/ (blocks)
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, described, per_day, present
from shared.providers.contract import MINUTE_S, Limit, Payload
from shared.providers.moments import moment_of
from shared.providers.numbers import Row

# Source: https://docs.ton.org/ecosystem/api/toncenter/rate-limit (one request a second without a key)
TONCENTER = described("toncenter", "https://toncenter.com/api/v3", Limit(60, MINUTE_S, "public"), rank=20)
BLOCKS = 500
FEWEST_SECONDS = 20


class TonCenter(ChainAdapter):
    """TON's present."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about TON's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "ton"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the newest blocks of the base workchain, and the newest of the masterchain."""
        newest = {"limit": str(BLOCKS), "sort": "desc"}
        wanted = ({"workchain": "0", **newest}, {"workchain": "-1", **newest, "limit": "1"})
        return [Call(self.descriptor.id, f"{self.base_url}/blocks", params) for params in wanted]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield transactions a day and the height of the masterchain."""
        blocks, masters = (numbers.rows_of(numbers.mapping(page.body).get("blocks")) for page in payload.pages)
        if masters:
            at = moment_of(present(masters[0], "gen_utime"))
            yield Reading("ton", "block_height", numbers.known_amount(masters[0], "seqno"), at)
        estimate = _a_day(blocks)
        if estimate is not None:
            yield Reading("ton", "transactions", estimate, moment_of(present(blocks[0], "gen_utime")))


def _a_day(blocks: Sequence[Row]) -> Decimal | None:
    """Return transactions a day; the oldest second is left out, for it may be cut."""
    stamped = [
        (int(moment_of(present(row, "gen_utime")).timestamp()), numbers.amount(row, "tx_count")) for row in blocks
    ]
    if not stamped:
        return None
    last, first = max(stamped)[0], min(stamped)[0]
    counts = [count for second, count in stamped if second > first and count is not None]
    return per_day(sum(counts, Decimal(0)), Decimal(last - first)) if last - first >= FEWEST_SECONDS else None
