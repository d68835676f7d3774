"""Koios: Cardano's epochs, of five days each: transactions and fees of the present one by its length so far, and supply.

Amounts are lovelaces, a millionth of an ada, written as texts. An epoch younger than a day says too little: the one before it is taken.

Source: https://api.koios.rest/ (epoch_info, totals, tip)
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import DAY_S, ChainAdapter, ChainRequest, Reading, described, per_day, scaled
from shared.providers.contract import DAY_S as A_DAY
from shared.providers.contract import Limit, Payload
from shared.providers.moments import moment
from shared.providers.numbers import Row, Unreadable

# Source: https://koios.rest/pricing/Pricing.html (5,000 requests a day without registration)
KOIOS = described("koios", "https://api.koios.rest/api/v1", Limit(5000, A_DAY, "public"), rank=20)
_ADA = Decimal("1e-6")
_NEWEST_FIRST = {"order": "epoch_no.desc", "limit": "2"}


class Koios(ChainAdapter):
    """Cardano's present."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about Cardano's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "cardano"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the newest epochs, the newest totals and the newest block."""
        places: tuple[tuple[str, dict[str, str]], ...] = (
            ("epoch_info", _NEWEST_FIRST),
            ("totals", {**_NEWEST_FIRST, "limit": "1"}),
            ("tip", {}),
        )
        return [Call(self.descriptor.id, f"{self.base_url}/{place}", params) for place, params in places]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield rates a day, supply and height."""
        epochs, totals, tips = (numbers.rows_of(page.body) for page in payload.pages)
        if not epochs or not totals or not tips:
            raise Unreadable("an epoch, the totals or the tip is missing")
        at = moment(tips[0], "block_time")
        epoch, seconds = _chosen(epochs)
        count, fees, blocks = (
            numbers.amount(epoch, "tx_count"),
            scaled(epoch, "fees", by=_ADA),
            _known(epoch, "blk_count"),
        )
        if count is not None:
            yield Reading("cardano", "transactions", per_day(count, seconds), at)
        if fees is not None:
            yield Reading("cardano", "fees_native", (fees * DAY_S / seconds).quantize(_ADA), at)
        if blocks is not None:
            yield Reading("cardano", "block_time_s", (seconds / blocks).quantize(Decimal("0.001")), at)
        yield Reading("cardano", "supply", scaled(totals[0], "supply", by=_ADA), at)
        yield Reading("cardano", "block_height", _known(tips[0], "block_no") or _known(tips[0], "block_height"), at)


def _known(row: Row, name: str) -> Decimal | None:
    return numbers.known_amount(row, name)


def _chosen(epochs: Sequence[Row]) -> tuple[Row, Decimal]:
    """Return the newest epoch that is a day old, and its seconds so far."""
    ages = [(epoch, _age(epoch)) for epoch in epochs]
    old = [(epoch, age) for epoch, age in ages if age >= timedelta(days=1)]
    if not old:
        raise Unreadable("no epoch of a day and more")
    epoch, age = old[0]
    return epoch, Decimal(round(age.total_seconds()))


def _age(epoch: Row) -> timedelta:
    began, last = moment(epoch, "start_time"), moment(epoch, "last_block_time")
    if began is None or last is None or last < began:
        raise Unreadable("an epoch without its times")
    return last - began
