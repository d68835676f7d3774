"""The adapters of chains on real answers: each is read digit for digit, or refused with the right class."""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError, ServerFailedError, UpstreamError
from shared.providers import numbers
from shared.providers.adapters.blockchain_com_chains import BLOCKCHAIN_COM, BlockchainCom
from shared.providers.adapters.blockcypher_chains import BLOCKCYPHER, BlockCypher
from shared.providers.adapters.defillama_chains import DEFILLAMA, NAMES, OURS, DefiLlama
from shared.providers.adapters.etherscan_chains import ETHERSCAN_CHAINS, EtherscanChains, supply_of
from shared.providers.adapters.evm_rpc_chains import EVM_RPC_CHAINS, EvmRpcChains, between
from shared.providers.adapters.mempool_space_chains import MEMPOOL_SPACE, MempoolSpace
from shared.providers.asking import Call, ask
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Topic
from shared.providers.contract import Page, Payload, Reply
from shared.providers.json_rpc import quantity
from shared.providers.numbers import JsonValue, Unreadable, parsed
from shared.records.chains import ChainMetric
from tests.recordings import PAYLOADS, needs_recordings

pytestmark = needs_recordings

LATER = datetime(2027, 1, 1, tzinfo=UTC)
URL = "https://provider.example"
LLAMA = DefiLlama(URL, DEFILLAMA)
SOURCES = {
    "defillama",
    "blockchain-info",
    "mempool-space",
    "blockcypher",
    "ethereum-rpc",
    "etherscan",
    "etherscan-compatible",
}


def body_of(name: str) -> bytes:
    raw = (PAYLOADS / name).read_bytes()
    return gzip.decompress(raw) if name.endswith(".gz") else raw


def recordings(provider: str) -> list[str]:
    """Return the names of a provider's recordings; none where there are none, and then nothing of this is tested."""
    if not PAYLOADS.is_dir():
        return []
    entries = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))
    return [entry["file"] for entry in entries if entry["provider"] == provider]


def read(adapter: ChainAdapter, request: ChainRequest, *names: str) -> list[ChainMetric]:
    pages = tuple(Page(parsed(body_of(name)), None) for name in names)
    return adapter.normalise(Payload(pages), request, fetched_at=LATER)


def values(metrics: list[ChainMetric]) -> dict[str, str]:
    return {metric.chain: str(metric.value) for metric in metrics}


def as_written(name: str) -> Any:
    """Return a body whose numbers stay the text that they are in the file."""
    return json.loads(body_of(name), parse_float=str, parse_int=str)


def test_value_locked_is_read_digit_for_digit_whatever_its_chain_id_is() -> None:
    found = values(read(LLAMA, ChainRequest("tvl", "now"), "defillama/v2_chains__01.json"))

    rows = {row["name"]: row for row in as_written("defillama/v2_chains__01.json")}
    assert found == {OURS[name]: row["tvl"] for name, row in rows.items() if name in OURS}
    assert found["optimism"] == "941069852.3971969"
    assert {"bitcoin", "ethereum", "solana", "arbitrum", "near"} <= set(found)
    assert "base" not in found


def test_stablecoins_are_summed_over_what_they_are_pegged_to() -> None:
    found = values(read(LLAMA, ChainRequest("stablecoins", "now"), "defillama/stablecoins__01.json"))

    rows = {row["name"]: row["totalCirculatingUSD"] for row in as_written("defillama/stablecoins__01.json")["chains"]}
    expected = {OURS[name]: sum(map(Decimal, pegs.values())) for name, pegs in rows.items() if name in OURS}
    assert {chain: Decimal(value) for chain, value in found.items()} == {
        chain: value for chain, value in expected.items() if value
    }
    assert {"ethereum", "tron", "bsc", "optimism", "ton", "sui"} <= set(found)
    assert "bitcoin" not in found


def test_fees_are_those_of_the_chains_among_the_protocols() -> None:
    found = values(read(LLAMA, ChainRequest("fees", "now"), "defillama/overview_fees__01.json.gz"))

    rows = as_written("defillama/overview_fees__01.json.gz")["protocols"]
    chains = {
        row["name"]: row["total24h"]
        for row in rows
        if row["category"] == "Chain" and row.get("protocolType") == "chain"
    }
    assert found == {
        chain: chains[name]
        for chain, name in NAMES.items()
        if chain != "polkadot" and chains.get(name) not in (None, "0")
    }
    assert found["optimism"] == "1137"
    assert len(found) >= 16


def test_the_volume_of_a_chains_exchanges_is_its_total() -> None:
    # Recorded of all chains; that of one chain has the same layout.
    found = values(read(LLAMA, ChainRequest("dex_volume", "now", "ethereum"), "defillama/overview_dexs__01.json.gz"))

    assert found == {"ethereum": as_written("defillama/overview_dexs__01.json.gz")["total24h"]}


@pytest.mark.parametrize("name", [name for name in recordings("defillama") if "prices_" in name])
@pytest.mark.parametrize("topic", ["tvl", "stablecoins", "fees", "revenue"])
def test_prices_are_no_answer_about_chains(name: str, topic: Topic) -> None:
    with pytest.raises(BadPayloadError):
        read(LLAMA, ChainRequest(topic, "now"), name)


@pytest.mark.parametrize("name", recordings("blockcypher"))
def test_the_head_of_a_chain_is_read(name: str) -> None:
    found = read(BlockCypher(URL, BLOCKCYPHER), ChainRequest("network", "now", "ethereum"), name)

    written = as_written(name)
    assert {metric.metric: str(metric.value) for metric in found} == {
        "block_height": written["height"],
        "pending_transactions": written["unconfirmed_count"],
    }
    assert {f"{metric.observed_at:%Y-%m-%dT%H:%M:%S}" for metric in found} == {written["time"][:19]}


@pytest.mark.parametrize("name", [*recordings("blockchain-info"), *recordings("mempool-space")])
def test_other_endpoints_of_explorers_are_refused(name: str) -> None:
    request = ChainRequest("network", "now", "bitcoin")

    with pytest.raises(BadPayloadError):
        read(BlockchainCom(URL, BLOCKCHAIN_COM), request, name)
    with pytest.raises(BadPayloadError):
        read(MempoolSpace(URL, MEMPOOL_SPACE), ChainRequest("network", "day", "bitcoin"), name)


BLOCKS = ("ethereum-rpc/eth_getBlockByNumber__02.json", "ethereum-rpc/eth_getBlockByNumber__03.json")
QUANTITIES = ("eth_blockNumber", "eth_getBalance")


def result_of(name: str) -> JsonValue:
    return numbers.mapping(parsed(body_of(name))).get("result")


def test_recorded_blocks_are_read() -> None:
    older, newer = sorted(map(result_of, BLOCKS), key=lambda block: quantity(numbers.mapping(block).get("number")))

    height, at, passed = between(newer, older)

    assert hex(height) == numbers.mapping(newer).get("number")
    assert hex(round(at.timestamp())) == numbers.mapping(newer).get("timestamp")
    assert passed > 0


@pytest.mark.parametrize("name", recordings("ethereum-rpc"))
def test_every_answer_of_a_node_is_a_quantity_a_block_or_refused(name: str) -> None:
    if any(method in name for method in QUANTITIES):
        assert quantity(result_of(name)) > 0
    elif name not in BLOCKS:
        with pytest.raises(Unreadable):
            between(result_of(name), result_of(name))


@pytest.mark.parametrize("name", recordings("ethereum-rpc"))
def test_one_answer_is_not_the_batch_that_was_asked_for(name: str) -> None:
    adapter = EvmRpcChains.of(URL, EVM_RPC_CHAINS[0])
    page = Page(parsed(body_of(name)), None)

    with pytest.raises(BadPayloadError):
        adapter.normalise(Payload((page, page)), ChainRequest("network", "now", "ethereum"), fetched_at=LATER)


SUPPLY = [name for name in recordings("etherscan") if "total_eth_supply" in name]


@pytest.mark.parametrize("name", SUPPLY)
def test_the_supply_of_ether_is_read(name: str) -> None:
    written = as_written(name)["res"]

    found = supply_of(written)

    assert found == Decimal(written) / 10**18
    assert found is not None
    assert 112_000_000 < found < 114_000_000


class RecordedHttp:
    """Answers everything with one recorded body."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        raise NotImplementedError

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._reply

    def now(self) -> datetime:
        return LATER


ERRORS: dict[str, type[UpstreamError]] = {
    "etherscan/api_any__01.json": RateLimitedError,
    "etherscan/api_any__02.json": RateLimitedError,
    "etherscan/v2_api_module_account_action_txlist__02.json": NotListedError,
    "etherscan/v2_api_module_proxy_action_eth_getBlockByNumber__03.json": RateLimitedError,
    "etherscan/v2_api_module_proxy_action_eth_getCode__01.json": NotListedError,
    "etherscan-compatible/v2_api_module_proxy_action_eth_call_http500__01.json": ServerFailedError,
}


def others() -> Iterator[str]:
    for provider in ("etherscan", "etherscan-compatible"):
        yield from (name for name in recordings(provider) if name not in SUPPLY)


@pytest.mark.parametrize("name", list(others()))
async def test_every_other_answer_of_etherscan_is_refused(name: str) -> None:
    adapter, request = EtherscanChains(URL, ETHERSCAN_CHAINS), ChainRequest("network", "now", "ethereum")
    http = RecordedHttp(Reply(500 if "http500" in name else 200, {}, body_of(name)))

    with pytest.raises(UpstreamError) as caught:
        await said(adapter, request, http)

    assert type(caught.value) is ERRORS.get(name, BadPayloadError)


async def said(adapter: ChainAdapter, request: ChainRequest, http: RecordedHttp) -> list[ChainMetric]:
    payload = Payload((await ask(http, Call("etherscan", URL)),))
    return adapter.normalise(payload, request, fetched_at=LATER)


def test_nothing_recorded_of_these_providers_is_left_out() -> None:
    entries = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))
    counted = {source: sum(entry["provider"] == source for entry in entries) for source in SOURCES}

    assert counted["defillama"] == 12
    assert counted["blockcypher"] == 4
    assert counted["ethereum-rpc"] == 9
    assert counted["etherscan-compatible"] == 9
    assert len(list(others())) + len(SUPPLY) == counted["etherscan"] + counted["etherscan-compatible"]
