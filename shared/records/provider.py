"""How a provider has been doing: shared by refreshers, which write it, and the status page, which reads it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from dataclasses import fields as fields_of
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

CircuitState = Literal["closed", "open", "half_open"]

Kind = Literal["quotes", "candles", "depth", "tokens", "categories", "news", "sentiment", "chains", "flows", "gas"]
"""What a provider is asked for; each kind has its own adapters, circuit and turn."""

QUOTE_PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "coingecko_pro": "coingecko",
        "coingecko": "coingecko",
        "binance": "binance",
        "coinpaprika": "coinpaprika",
        "coincap": "coincap",
        "coinmarketcap": "coinmarketcap",
        "okx": "okx",
        "kucoin": "kucoin",
        "kraken": "kraken",
        "bitfinex": "bitfinex",
    }
)
"""Every provider of quotes and its family: two of one family are one source and never agree with each other."""

PROVIDERS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {
        "quotes": QUOTE_PROVIDERS,
        "candles": {
            "binance": "binance",
            "coinbase": "coinbase",
            "kraken": "kraken",
            "cryptocompare": "cryptocompare",
            "coingecko_pro": "coingecko",
            "coingecko": "coingecko",
        },
        "sentiment": {"alternative_me": "alternative_me"},
        "depth": {
            "binance": "binance",
            "coinbase": "coinbase",
            "kraken": "kraken",
            "bitstamp": "bitstamp",
            "gemini": "gemini",
            "kucoin": "kucoin",
            "okx": "okx",
            "bitfinex": "bitfinex",
        },
        "gas": {
            "etherscan": "etherscan",
            "evm_rpc_ethereum": "evm_rpc_ethereum",
            "evm_rpc_bsc": "evm_rpc_bsc",
            "evm_rpc_polygon": "evm_rpc_polygon",
            "evm_rpc_avalanche": "evm_rpc_avalanche",
            "evm_rpc_arbitrum": "evm_rpc_arbitrum",
            "evm_rpc_optimism": "evm_rpc_optimism",
            "evm_rpc_base": "evm_rpc_base",
            "blocknative": "blocknative",
            "mempool_space": "mempool_space",
            "blockstream": "blockstream",
            "blockcypher": "blockcypher",
        },
        "flows": {
            "mempool_space": "mempool_space",
            "evm_rpc_ethereum": "evm_rpc_ethereum",
            "etherscan": "etherscan",
            "whale_alert": "whale_alert",
        },
        "chains": {
            "defillama": "defillama",
            "coinmetrics": "coinmetrics",
            "blockchain_com": "blockchain_com",
            "mempool_space": "mempool_space",
            "blockchair": "blockchair",
            "growthepie": "growthepie",
            "etherscan": "etherscan",
            "blockcypher": "blockcypher",
            "evm_rpc_ethereum": "evm_rpc_ethereum",
            "evm_rpc_bsc": "evm_rpc_bsc",
            "evm_rpc_polygon": "evm_rpc_polygon",
            "evm_rpc_avalanche": "evm_rpc_avalanche",
            "evm_rpc_arbitrum": "evm_rpc_arbitrum",
            "evm_rpc_optimism": "evm_rpc_optimism",
            "evm_rpc_base": "evm_rpc_base",
            "tron_rpc": "tron_rpc",
            "solana_rpc": "solana_rpc",
            "koios": "koios",
            "near_rpc": "near_rpc",
            "toncenter": "toncenter",
            "polkadot_rpc": "polkadot_rpc",
            "artemis": "artemis",
        },
        "tokens": {"coingecko_pro": "coingecko", "coingecko": "coingecko", "coinpaprika": "coinpaprika"},
        "categories": {"coingecko_pro": "coingecko", "coingecko": "coingecko", "coinpaprika": "coinpaprika"},
        "news": {
            "cryptopanic": "cryptopanic",
            "newsapi": "newsapi",
            "rss_coindesk": "coindesk.com",
            "rss_cointelegraph": "cointelegraph.com",
            "rss_decrypt": "decrypt.co",
            "rss_theblock": "theblock.co",
            "rss_bitcoinmagazine": "bitcoinmagazine.com",
            "rss_cryptoslate": "cryptoslate.com",
            "rss_thedefiant": "thedefiant.io",
            "rss_blockworks": "blockworks.co",
        },
    }
)
"""Every provider by kind, first choice first, and its family."""


def state_name(provider: str, kind: Kind) -> str:
    """Return the name of the document in `provider_state` that says how a provider is doing at a kind.

    The document of its first kind carries the provider's bare name, and with it what belongs to the account as a whole:
    quotas and keys.
    """
    first = next((each for each, providers in PROVIDERS.items() if provider in providers), kind)
    return provider if kind == first else f"{provider}.{kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaState:
    """One published limit and how much of its present window is used."""

    calls: int
    per_s: int
    used: int
    window_started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """One provider's circuit, quota and record at one kind of facts, as kept in `provider_state/{state_name}`."""

    provider: str
    circuit: CircuitState = "closed"
    open_until: datetime | None = None
    """Until then nothing is asked of it: a cooldown, or the patience that it demanded."""
    successes: int = 0
    failures: int = 0
    consecutive_failures: int = 0
    success_rate: float | None = None
    """Exponentially weighted over the latest requests, 0 to 1; `None` before the first."""
    latency_ms: float | None = None
    """Exponentially weighted mean of the successful answers."""
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_error: str | None = None
    last_error_code: str | None = None
    quotas: tuple[QuotaState, ...] = ()
    key_in_use: int | None = None
    """Index of the API key in use, 0 for the primary; `None` when asked without a key."""
    rejected_keys: tuple[str, ...] = ()
    """Digests of the keys that were refused, with no way back to the keys."""
    keys_rejected_at: datetime | None = None
    """When the first of them was; a day later all are tried again."""
    disabled_reason: str | None = None
    fingerprint: str | None = None
    """Digest of the latest answer's prices, to notice an answer that never moves."""
    fingerprint_repeats: int = 0
    """How many answers in a row had these prices although their time moved on."""
    fingerprint_observed_at: datetime | None = None
    """The median of the times in the latest answer."""


ACCOUNT = ("quotas", "key_in_use", "rejected_keys", "keys_rejected_at", "disabled_reason")
"""The fields that are the account's, whatever it is asked for."""


def with_account(state: ProviderState, account: ProviderState) -> ProviderState:
    """Return a state at one kind with what is known of the account as a whole."""
    return replace(state, **{name: getattr(account, name) for name in ACCOUNT})


def state_to_fields(state: ProviderState) -> dict[str, Any]:
    """Return the state as a document's fields."""
    fields = asdict(state)
    fields["quotas"] = [asdict(quota) for quota in state.quotas]
    fields["rejected_keys"] = list(state.rejected_keys)
    return fields


def state_from_fields(fields: Mapping[str, Any]) -> ProviderState:
    """Return the state that `state_to_fields` wrote; fields unknown to this version are passed over.

    Raises:
        TypeError: a field without a default is missing.
    """
    known = _known(ProviderState, fields)
    known["quotas"] = tuple(QuotaState(**_known(QuotaState, quota)) for quota in fields.get("quotas") or ())
    known["rejected_keys"] = tuple(fields.get("rejected_keys") or ())
    return ProviderState(**known)


def _known(record: type[ProviderState] | type[QuotaState], written: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields_of(record)}
    return {name: value for name, value in written.items() if name in names}
