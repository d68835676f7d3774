"""Fees while a caller waits: the first source of a chain that answers."""

from collections.abc import Sequence
from datetime import timedelta

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.gas import GasRecord

from .adapters.blockcypher_gas import BLOCKCYPHER_GAS, BlockCypherGas
from .adapters.blocknative_gas import BLOCKNATIVE, BlocknativeGas
from .adapters.blockstream_gas import BLOCKSTREAM, BlockstreamGas
from .adapters.etherscan_gas import ETHERSCAN_GAS, EtherscanGas
from .adapters.evm_rpc_gas import EVM_RPC_GAS, EvmRpcGas
from .adapters.mempool_space_gas import MEMPOOL_SPACE, MempoolSpaceGas
from .contract import Descriptor, GasRequest, Http
from .ondemand import first_answer
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Sources


def gas_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the providers of fees, first choice first.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    adapters: list[tuple[Descriptor, Makes]] = [
        (ETHERSCAN_GAS, EtherscanGas),
        *((descriptor, EvmRpcGas.of) for descriptor in EVM_RPC_GAS),
        (BLOCKNATIVE, BlocknativeGas),
        (MEMPOOL_SPACE, MempoolSpaceGas),
        (BLOCKSTREAM, BlockstreamGas),
        (BLOCKCYPHER_GAS, BlockCypherGas),
    ]
    return assembled(adapters, settings)


class GasProviders:
    """Every provider of fees; build it once for each process and call `close` at its end."""

    def __init__(
        self,
        settings: Settings,
        documents: DocumentStore,
        clock: Clock,
        *,
        http: Http | None = None,
        providers: Sequence[Provider] | None = None,
    ) -> None:
        used = gas_providers(settings) if providers is None else providers
        self._sources: Sources[GasRequest, GasRecord] = Sources("gas", used, documents, clock, http=http)

    async def ask(self, chain: str, *, within: timedelta) -> GasRecord | None:
        """Return what the first provider said that answered in time, `None` when nobody did; never raises for them."""
        found = await first_answer(self._sources, GasRequest(chain), within=within)
        return found.records[0] if found else None

    async def close(self) -> None:
        """Let go of connections."""
        await self._sources.close()
