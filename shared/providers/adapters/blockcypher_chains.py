"""BlockCypher: height and queue of four chains, seen by nodes of its own.

Source: https://www.blockcypher.com/dev/bitcoin/#chain-endpoint
"""

from collections.abc import Iterator, Sequence

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, described, named
from shared.providers.contract import Limit, Payload
from shared.providers.moments import moment

# Source: https://www.blockcypher.com/dev/bitcoin/#rate-limits-and-tokens (100 an hour without a token)
BLOCKCYPHER = described("blockcypher", "https://api.blockcypher.com/v1", Limit(100, 3600, "free"), rank=6)

NAMES = named("bitcoin:btc litecoin:ltc dogecoin:doge ethereum:eth")


class BlockCypher(ChainAdapter):
    """The present of one chain."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the present network of one of its chains."""
        return request.topic == "network" and request.resolution == "now" and request.chain in NAMES

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        return [Call(self.descriptor.id, f"{self.base_url}/{NAMES[request.chain or '']}/main")]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield height and queue."""
        row = numbers.mapping(payload.pages[0].body)
        at = moment(row, "time")
        yield Reading(request.chain or "", "block_height", numbers.amount(row, "height"), at)
        yield Reading(request.chain or "", "pending_transactions", numbers.amount(row, "unconfirmed_count"), at)
