"""Metrics of chains from whoever tells them: every source of a request is heard, and the catalogue says who is preferred."""

from collections.abc import Sequence

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.chains import ChainMetric

from .adapters.artemis_chains import ARTEMIS, Artemis
from .adapters.blockchain_com_chains import BLOCKCHAIN_COM, BlockchainCom
from .adapters.blockchair_chains import BLOCKCHAIR, Blockchair
from .adapters.blockcypher_chains import BLOCKCYPHER, BlockCypher
from .adapters.coinmetrics_chains import COINMETRICS, CoinMetrics
from .adapters.defillama_chains import DEFILLAMA, DefiLlama
from .adapters.etherscan_chains import ETHERSCAN_CHAINS, EtherscanChains
from .adapters.evm_rpc_chains import EVM_RPC_CHAINS, EvmRpcChains
from .adapters.growthepie_chains import GROWTHEPIE, GrowThePie
from .adapters.koios_chains import KOIOS, Koios
from .adapters.mempool_space_chains import MEMPOOL_SPACE, MempoolSpace
from .adapters.near_rpc_chains import NEAR_RPC, NearRpc
from .adapters.polkadot_rpc_chains import POLKADOT_RPC, PolkadotRpc
from .adapters.solana_rpc_chains import SOLANA_RPC, SolanaRpc
from .adapters.toncenter_chains import TONCENTER, TonCenter
from .chain_frame import ChainRequest
from .contract import Descriptor, Http
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Sources


def chain_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the providers of chains.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    adapters: list[tuple[Descriptor, Makes]] = [
        (DEFILLAMA, DefiLlama),
        (COINMETRICS, CoinMetrics),
        (BLOCKCHAIN_COM, BlockchainCom),
        (MEMPOOL_SPACE, MempoolSpace),
        (BLOCKCHAIR, Blockchair),
        (GROWTHEPIE, GrowThePie),
        (ETHERSCAN_CHAINS, EtherscanChains),
        (BLOCKCYPHER, BlockCypher),
        *((descriptor, EvmRpcChains.of) for descriptor in EVM_RPC_CHAINS),
        (SOLANA_RPC, SolanaRpc),
        (KOIOS, Koios),
        (NEAR_RPC, NearRpc),
        (TONCENTER, TonCenter),
        (POLKADOT_RPC, PolkadotRpc),
        (ARTEMIS, Artemis),
    ]
    return assembled(adapters, settings)


def chain_sources(
    settings: Settings,
    documents: DocumentStore,
    clock: Clock,
    *,
    http: Http | None = None,
    providers: Sequence[Provider] | None = None,
) -> Sources[ChainRequest, ChainMetric]:
    """Return every provider of chains, to be built once for each process."""
    used = chain_providers(settings) if providers is None else providers
    return Sources("chains", used, documents, clock, http=http)
