"""Etherscan: how much ether there is.

The supply is the ether mined, plus what staking brought, less what was burnt; all in wei, written as texts.

Source: https://docs.etherscan.io/api-reference/endpoint/ethsupply2
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, scaled
from shared.providers.contract import Payload
from shared.providers.etherscan import call, described
from shared.providers.numbers import JsonValue, Unreadable

ETHERSCAN_CHAINS = described("chains", rank=5)
_WEI = Decimal("1e-18")
_LEAST, _MOST = 72_000_000, 1_000_000_000
"""There never was less; other answers are texts of digits, too."""


class EtherscanChains(ChainAdapter):
    """The present of ethereum."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about ethereum's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "ethereum"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        return [call(self.base_url, "ethereum", key, module="stats", action="ethsupply2")]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the supply."""
        result = numbers.mapping(payload.pages[0].body).get("result")
        yield Reading("ethereum", "supply", supply_of(result))


def supply_of(result: JsonValue) -> Decimal:
    """Return how much ether there is; the older `ethsupply` tells it in one text, before staking and burning.

    Raises:
        Unreadable: it is neither, or no supply of ether.
    """
    if isinstance(result, str):
        found = scaled({"supply": result}, "supply", by=_WEI)
    else:
        row = numbers.mapping(result)
        mined, staked, burnt = (scaled(row, name, by=_WEI) for name in ("EthSupply", "Eth2Staking", "BurntFees"))
        found = None if mined is None or staked is None or burnt is None else mined + staked - burnt
    if found is None or not _LEAST < found < _MOST:
        raise Unreadable("no supply of ether")
    return found
