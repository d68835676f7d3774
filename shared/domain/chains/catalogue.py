"""Which chains there are, which metrics each has, and who tells them, first choice first.

A metric that nobody tells is absent here, and nowhere else is it a zero. The adapters in `shared.providers.adapters` are
held to these lists by a test.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import cast

from shared.records.chains import Metric, Resolution

QUOTES = "quotes"
"""Our own quotes: the price and, where no chain tells it, the supply."""
KEYED = frozenset({"artemis"})
"""Who stands in wherever the operator has a key: never the only reason why a metric is here, and the last to be chosen."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who tells one metric of one chain."""

    now: tuple[str, ...] = ()
    day: tuple[str, ...] = ()

    def at(self, resolution: Resolution) -> tuple[str, ...]:
        """Return who tells it at a resolution, first choice first."""
        return self.now if resolution == "now" else self.day

    @property
    def sources(self) -> tuple[str, ...]:
        """Return everyone who tells it."""
        return tuple(dict.fromkeys((*self.now, *self.day)))

    @property
    def closed(self) -> bool:
        """Whether its days are made of its readings: nobody tells them without a key."""
        return bool(self.now) and KEYED.issuperset(self.day)

    @property
    def days(self) -> tuple[str, ...]:
        """Return whose days there may be, first choice first: those told, and before them those made of readings."""
        return (*self.now, *self.day) if self.closed else self.day


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain."""

    id: str
    name: str
    coin_id: str
    """The token its fees are paid in."""
    token_id: str | None
    """Its own token, of which price and supply are told; `None` where it has none."""
    evm_chain_id: int | None
    metrics: Mapping[Metric, Coverage]


# id | name | token that fees are paid in | its own token | EVM chain id
_CHAINS = """
bitcoin|Bitcoin|bitcoin|bitcoin|-
ethereum|Ethereum|ethereum|ethereum|1
bsc|BNB Smart Chain|binancecoin|binancecoin|56
polygon|Polygon|polygon-ecosystem-token|polygon-ecosystem-token|137
solana|Solana|solana|solana|-
avalanche|Avalanche|avalanche-2|avalanche-2|43114
arbitrum|Arbitrum One|ethereum|arbitrum|42161
optimism|OP Mainnet|ethereum|optimism|10
base|Base|ethereum|-|8453
tron|TRON|tron|tron|-
cardano|Cardano|cardano|cardano|-
litecoin|Litecoin|litecoin|litecoin|-
dogecoin|Dogecoin|dogecoin|dogecoin|-
polkadot|Polkadot|polkadot|polkadot|-
near|NEAR|near|near|-
ton|TON|the-open-network|the-open-network|-
bitcoin-cash|Bitcoin Cash|bitcoin-cash|bitcoin-cash|-
sui|Sui|sui|sui|-
aptos|Aptos|aptos|aptos|-
"""

_CONTRACTS = "ethereum bsc polygon solana avalanche arbitrum optimism base tron cardano near ton sui aptos"
_MINED = "bitcoin litecoin dogecoin bitcoin-cash"
_SAMPLED = "ethereum bsc polygon avalanche arbitrum optimism base tron"
_INDEXED = "ethereum bsc polygon solana avalanche arbitrum optimism base tron"

# metric | resolution | source | chains; earlier lines are preferred. Who tells the moment comes first for the days, too, where he can:
# then the change within a week is told from the first day on.
_RULES = f"""
tvl_usd|now day|defillama|{_MINED} {_CONTRACTS} polkadot
stablecoin_supply_usd|now day|defillama|{_CONTRACTS} polkadot
stablecoin_supply_usd|day|growthepie|arbitrum optimism base
fees_usd|now day|defillama|{_MINED} {_CONTRACTS}
revenue_usd|now day|defillama|ethereum bsc polygon solana avalanche arbitrum optimism base tron
dex_volume_usd|now day|defillama|{_CONTRACTS}
active_addresses|day|coinmetrics|bitcoin ethereum litecoin dogecoin cardano bitcoin-cash
active_addresses|day|blockchain_com|bitcoin
active_addresses|day|growthepie|ethereum arbitrum optimism base
transactions|now|blockchain_com|bitcoin
transactions|now|mempool_space|bitcoin
transactions|now|blockchair|{_MINED} ethereum
transactions|now|node|{_SAMPLED}
transactions|now|solana_rpc|solana
transactions|now|koios|cardano
transactions|now|toncenter|ton
transactions|day|blockchain_com|bitcoin
transactions|day|coinmetrics|bitcoin ethereum litecoin dogecoin cardano bitcoin-cash
transactions|day|growthepie|ethereum arbitrum optimism base
fees_native|now|blockchain_com|bitcoin
fees_native|now|mempool_space|bitcoin
fees_native|now|blockchair|{_MINED} ethereum
fees_native|now|koios|cardano
fees_native|day|blockchain_com|bitcoin
fees_native|day|coinmetrics|bitcoin ethereum litecoin dogecoin cardano bitcoin-cash
fees_usd|now|blockchair|{_MINED} ethereum
fees_usd|now|blockchain_com+quotes|bitcoin
fees_usd|now|mempool_space+quotes|bitcoin
fees_usd|now|koios+quotes|cardano
fees_usd|day|blockchain_com|bitcoin
fees_usd|day|growthepie|ethereum arbitrum optimism base
supply|now|blockchain_com|bitcoin
supply|now|blockchair|{_MINED}
supply|now|etherscan|ethereum
supply|now|solana_rpc|solana
supply|now|koios|cardano
supply|now|near_rpc|near
supply|now|polkadot_rpc|polkadot
supply|day|coinmetrics|bitcoin ethereum litecoin dogecoin cardano bitcoin-cash
hash_rate|now day|mempool_space|bitcoin
hash_rate|now day|blockchain_com|bitcoin
hash_rate|now|blockchair|{_MINED}
hash_rate|day|coinmetrics|litecoin dogecoin bitcoin-cash
difficulty|now|mempool_space|bitcoin
difficulty|now|blockchain_com|bitcoin
difficulty|now|blockchair|{_MINED}
block_time_s|now|blockchain_com|bitcoin
block_time_s|now|blockchair|{_MINED} ethereum
block_time_s|now|node|{_SAMPLED}
block_time_s|now|solana_rpc|solana
block_time_s|now|koios|cardano
block_time_s|now|near_rpc|near
block_time_s|now|polkadot_rpc|polkadot
block_height|now|blockchain_com|bitcoin
block_height|now|blockchair|{_MINED}
block_height|now|node|{_SAMPLED}
block_height|now|blockcypher|bitcoin litecoin dogecoin ethereum
block_height|now|koios|cardano
block_height|now|near_rpc|near
block_height|now|polkadot_rpc|polkadot
block_height|now|toncenter|ton
pending_transactions|now|mempool_space|bitcoin
pending_transactions|now|blockchair|{_MINED} ethereum
pending_transactions|now|blockcypher|bitcoin litecoin dogecoin ethereum
tvl_usd|day|artemis|bitcoin {_INDEXED} cardano polkadot near ton sui aptos
stablecoin_supply_usd|day|artemis|{_INDEXED} ton
fees_usd|day|artemis|bitcoin {_INDEXED} cardano litecoin near sui aptos
revenue_usd|day|artemis|{_INDEXED}
dex_volume_usd|day|artemis|{_INDEXED} cardano near sui aptos
active_addresses|day|artemis|arbitrum optimism base
transactions|day|artemis|bsc polygon avalanche tron
"""


def _rules() -> Iterable[tuple[str, Metric, str, str]]:
    """Yield (chain, metric, resolution, source)."""
    for line in filter(None, _RULES.split("\n")):
        metric, resolutions, source, chains = line.split("|")
        for chain in chains.split():
            for resolution in resolutions.split():
                yield chain, cast("Metric", metric), resolution, _at(chain) if source == "node" else source


def _at(chain: str) -> str:
    """Return who asks a chain's nodes: each chain is a provider of its own there."""
    return "tron_rpc" if chain == "tron" else f"evm_rpc_{chain}"


def _coverage() -> Mapping[str, Mapping[Metric, Coverage]]:
    found: defaultdict[str, defaultdict[Metric, dict[str, list[str]]]]
    found = defaultdict(lambda: defaultdict(lambda: {"now": [], "day": []}))
    for chain, metric, resolution, source in _rules():
        found[chain][metric][resolution].append(source)
    return {
        chain: {metric: Coverage(tuple(told["now"]), tuple(told["day"])) for metric, told in metrics.items()}
        for chain, metrics in found.items()
    }


def _with_quotes(metrics: Mapping[Metric, Coverage], token_id: str | None) -> Mapping[Metric, Coverage]:
    if token_id is None:
        return MappingProxyType(dict(metrics))
    supply = metrics.get("supply", Coverage())
    return MappingProxyType(
        {
            **metrics,
            "supply": Coverage((*supply.now, QUOTES), (*supply.day, QUOTES)),
            "price_usd": Coverage((QUOTES,), (QUOTES,)),
        }
    )


def _chains() -> Iterable[Chain]:
    coverage = _coverage()
    for line in filter(None, _CHAINS.split("\n")):
        chain_id, name, coin, token, evm = line.split("|")
        own = None if token == "-" else token  # noqa: S105  # a coin
        evm_id = None if evm == "-" else int(evm)
        yield Chain(chain_id, name, coin, own, evm_id, _with_quotes(coverage.get(chain_id, {}), own))


CHAINS: Mapping[str, Chain] = MappingProxyType({chain.id: chain for chain in _chains()})
"""Every chain by its id, the best known first."""


def chains_with(metric: Metric) -> tuple[str, ...]:
    """Return the chains of which somebody tells the metric."""
    return tuple(chain.id for chain in CHAINS.values() if metric in chain.metrics)


@cache
def places() -> tuple[tuple[str, str, str, int], ...]:
    """Return (chain, metric, source, place) of everybody whose days there may be, the first choice at place 0."""
    return tuple(
        (chain.id, metric, source, place)
        for chain in CHAINS.values()
        for metric, coverage in chain.metrics.items()
        for place, source in enumerate(coverage.days)
    )


def sources_of(chain: str, metric: Metric, resolution: Resolution) -> tuple[str, ...]:
    """Return who tells a metric of a chain, first choice first; nobody when it is not in the catalogue."""
    return coverage_of(chain, metric).at(resolution)


def coverage_of(chain: str, metric: Metric) -> Coverage:
    """Return who tells a metric of a chain at each resolution; nobody when it is not in the catalogue."""
    known = CHAINS.get(chain)
    return known.metrics.get(metric, _NOBODY) if known else _NOBODY


_NOBODY = Coverage()
