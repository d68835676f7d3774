"""The providers of transfers, set up as the environment says."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.flows import FlowRecord, FlowRequest

from .adapters.etherscan_flows import ETHERSCAN_FLOWS, EtherscanFlows
from .adapters.mempool_space_flows import MEMPOOL_SPACE_FLOWS, MempoolSpaceFlows
from .adapters.whale_alert_flows import WHALE_ALERT, WhaleAlertFlows
from .contract import Http
from .registry import assembled
from .sources import Sources

FlowSources = Sources[FlowRequest, FlowRecord]


def flow_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> FlowSources:
    """Return the providers of transfers, the first choice first; hours without a large one are not rare.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    providers = assembled(
        ((MEMPOOL_SPACE_FLOWS, MempoolSpaceFlows), (ETHERSCAN_FLOWS, EtherscanFlows), (WHALE_ALERT, WhaleAlertFlows)),
        settings,
    )
    return Sources("flows", providers, documents, clock, http=http, empty=True)
