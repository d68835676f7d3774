"""Etherscan's second version: one address and one key for many chains, told apart by `chainid`.

Source: https://docs.etherscan.io/etherscan-v2
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.records.provider import Kind

from .asking import Call
from .contract import DAY_S, MINUTE_S, Descriptor, Limit

ETHERSCAN = "etherscan"
CHAIN_IDS: Mapping[str, int] = MappingProxyType(
    {
        "ethereum": 1,
        "bsc": 56,
        "polygon": 137,
        "avalanche": 43114,
        "arbitrum": 42161,
        "optimism": 10,
        "base": 8453,
    }
)
"""Source: https://docs.etherscan.io/supported-chains"""


def described(kind: Kind, *, rank: int) -> Descriptor:
    """Return the descriptor of one kind of facts; `base_url` is the whole address, to which only a query is added."""
    return Descriptor(
        id=ETHERSCAN,
        family=ETHERSCAN,
        kind=kind,
        rank=rank,
        default_url="https://api.etherscan.io/v2/api",
        url_setting="ETHERSCAN_URL",
        key_need="at_default_url",
        key_setting="ETHERSCAN_KEYS",
        # The free plan; it also allows three calls a second, and says so itself when they are more.
        # Source: https://docs.etherscan.io/resources/rate-limits
        limits=(Limit(180, MINUTE_S, "free"), Limit(100_000, DAY_S, "free")),
        limits_setting="ETHERSCAN_LIMITS",
    )


def call(url: str, chain: str, key: str | None, **asked: str) -> Call:
    """Return the request for `module=…, action=…` and their parameters; the key has no other place than the query."""
    params = {"chainid": str(CHAIN_IDS[chain]), **asked} | ({"apikey": key} if key else {})
    return Call(ETHERSCAN, url, params, key=key)
