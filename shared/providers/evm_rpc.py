"""Public nodes of the chains that run Ethereum's machine: where they are, and how a kind of facts asks them."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.core.errors import SettingsError
from shared.records.provider import Kind

from .contract import MINUTE_S, Descriptor, Limit

RPC_URLS: Mapping[str, str] = MappingProxyType(
    {
        "ethereum": "https://ethereum-rpc.publicnode.com,https://1rpc.io/eth",
        "bsc": "https://bsc-rpc.publicnode.com,https://bsc-dataseed.binance.org",
        "polygon": "https://polygon-bor-rpc.publicnode.com,https://1rpc.io/matic",
        "avalanche": "https://avalanche-c-chain-rpc.publicnode.com,https://api.avax.network/ext/bc/C/rpc",
        "arbitrum": "https://arbitrum-one-rpc.publicnode.com,https://arb1.arbitrum.io/rpc",
        "optimism": "https://optimism-rpc.publicnode.com,https://mainnet.optimism.io",
        "base": "https://base-rpc.publicnode.com,https://mainnet.base.org",
    }
)
"""Nodes that answer without a key, by chain, the first choice first; an operator with nodes of his own sets `EVM_RPC_<CHAIN>_URL`."""


def provider_name(chain: str) -> str:
    """Return the provider's id: a chain's nodes fail by themselves, so each chain is a provider with a circuit of its own."""
    return f"evm_rpc_{chain}"


def described(chain: str, kind: Kind, *, rank: int) -> Descriptor:
    """Return the descriptor of a chain's nodes at one kind of facts."""
    return Descriptor(
        id=provider_name(chain),
        family=provider_name(chain),
        kind=kind,
        rank=rank,
        default_url=RPC_URLS[chain],
        url_setting=f"EVM_RPC_{chain.upper()}_URL",
        # Nobody publishes a limit for the public nodes; they say 429 when it is too much.
        limits=(Limit(600, MINUTE_S, "courtesy"),),
        limits_setting=f"EVM_RPC_{chain.upper()}_LIMITS",
    )


def addresses(descriptor: Descriptor, listed: str) -> tuple[str, ...]:
    """Return the addresses of a comma list, the first choice first.

    Raises:
        SettingsError: one is no http address.
    """
    found = tuple(part.strip().rstrip("/") for part in listed.split(",") if part.strip())
    if not found or not all(part.startswith(("https://", "http://")) for part in found):
        raise SettingsError(descriptor.url_setting, "is no list of http addresses")
    return found
