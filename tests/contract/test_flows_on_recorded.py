"""Sources of transfers on real answers: each is read digit for digit, or refused with the right class."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, UpstreamError
from shared.domain.flows.catalogue import coins, tokens
from shared.providers.adapters.etherscan_flows import EtherscanFlows
from shared.providers.adapters.mempool_space_flows import MempoolSpaceFlows
from shared.providers.adapters.whale_alert_flows import WhaleAlertFlows
from shared.providers.asking import Call, ask
from shared.providers.contract import Adapter, Page, Payload, Reply
from shared.providers.numbers import JsonValue, parsed
from shared.records.flows import FlowRecord, FlowRequest, Transfer, WatchedToken
from tests.recordings import PAYLOADS, needs_recordings

pytestmark = needs_recordings

URL = "https://provider.example"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
ETHERSCAN, MEMPOOL, WHALE = EtherscanFlows(URL), MempoolSpaceFlows(URL), WhaleAlertFlows(URL)
READ_LISTS = {
    "etherscan/api_module_account_action_tokentx__02.json",
    "etherscan/v2_api_module_account_action_tokentx__01.json",
    "etherscan/api_module_account_action_txlist__01.json",
    "etherscan/v2_api_module_account_action_txlist__03.json",
}
EMPTY_LISTS = {
    "etherscan-compatible/api_module_account_action_tokentx__01.json",
    "etherscan-compatible/api_module_account_action_txlist__01.json",
}
REFUSED_LISTS: Mapping[str, type[UpstreamError]] = {
    "etherscan/v2_api_module_account_action_txlist__02.json": NotListedError,
    "etherscan/v2_api_module_account_action_txlist__05.json": BadPayloadError,
    "etherscan-compatible/v2_api_module_account_action_txlist__01.json": BadPayloadError,
}


def body_of(file: str) -> bytes:
    return (PAYLOADS / file).read_bytes()


def request(chain: str, **more: Any) -> FlowRequest:
    everything = {each.token_id: Decimal(0) for each in (*coins().values(), *tokens().values())}
    whole = FlowRequest(
        chains=(chain,),
        assets="all",
        coins=coins(),
        tokens=tokens(),
        watched=(),
        least=everything,
        since=datetime(2015, 1, 1, tzinfo=UTC),
        until=LATER,
        scanned={},
    )
    return replace(whole, **more)


def read(adapter: Adapter[FlowRequest, FlowRecord], file: str, asked: FlowRequest) -> list[Transfer]:
    payload = Payload((Page(parsed(body_of(file)), None),))
    return [each for each in adapter.normalise(payload, asked, fetched_at=LATER) if isinstance(each, Transfer)]


class RecordedHttp:
    """Answers everything with one recorded body and HTTP 200."""

    def __init__(self, file: str) -> None:
        self._reply = Reply(200, {}, body_of(file))

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._reply

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        raise NotImplementedError

    def now(self) -> datetime:
        return LATER


@pytest.mark.parametrize("file", sorted(READ_LISTS))
async def test_every_recorded_list_is_read_digit_for_digit(file: str) -> None:
    rows = json.loads(body_of(file))["result"]
    contracts = {row["contractAddress"]: int(row["tokenDecimal"]) for row in rows if row.get("tokenDecimal")}
    watched = {("ethereum", contract): WatchedToken(contract, "any", digits) for contract, digits in contracts.items()}
    asked = request("ethereum", tokens=watched, least=dict.fromkeys(["ethereum", *contracts], Decimal(0)))

    await ask(RecordedHttp(file), Call("etherscan", URL))
    found = read(ETHERSCAN, file, asked)

    assert len(found) == len(rows)
    for record, row in zip(found, rows, strict=True):
        decimals = int(row.get("tokenDecimal", 18))
        assert int(record.amount.scaleb(decimals)) == int(row["value"])
        assert (record.tx_hash, record.from_address, record.to_address) == (row["hash"], row["from"], row["to"])
        assert (record.block_number, record.block_hash) == (int(row["blockNumber"]), row["blockHash"])
        assert record.at == datetime.fromtimestamp(int(row["timeStamp"]), UTC)


@pytest.mark.parametrize("file", sorted(EMPTY_LISTS))
async def test_no_transactions_found_is_an_answer(file: str) -> None:
    await ask(RecordedHttp(file), Call("etherscan", URL))

    assert read(ETHERSCAN, file, request("ethereum")) == []


@pytest.mark.parametrize("file", sorted(REFUSED_LISTS))
async def test_errors_with_status_200_are_errors(file: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await ask(RecordedHttp(file), Call("etherscan", URL))

    assert type(caught.value) is REFUSED_LISTS[file]


def test_every_recording_of_the_lists_is_here() -> None:
    entries = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))

    files = {
        entry["file"]
        for entry in entries
        if entry["provider"].startswith("etherscan") and entry["endpoint"].endswith(("=tokentx", "=txlist"))
    }

    assert files == READ_LISTS | EMPTY_LISTS | set(REFUSED_LISTS)


def test_recorded_whales_are_read_digit_for_digit() -> None:
    file = "whale-alert/v1_transactions__01.json"
    rows = json.loads(body_of(file), parse_float=str, parse_int=str)["transactions"]

    found = {
        each.tx_hash.removeprefix("0x"): each
        for chain in ("bitcoin", "ethereum")
        for each in read(WHALE, file, request(chain))
    }

    assert len(found) == len({row["hash"] for row in rows}) == len(rows)
    for row in rows:
        record = found[row["hash"]]
        assert str(record.amount) == row["amount"]
        # Several senders are told as "Multiple Addresses", which is nobody's.
        sender = row["from"]["address"]
        assert (record.from_address or "").removeprefix("0x") == ("" if " " in sender else sender)
        exchanges = [
            side.get("owner") if side["owner_type"] == "exchange" else None for side in (row["from"], row["to"])
        ]
        assert [record.from_owner, record.to_owner] == exchanges
        assert record.at == datetime.fromtimestamp(int(row["timestamp"]), UTC)


OTHER = [
    (WHALE, "whale-alert/v1_status__01.json", "ethereum"),
    (MEMPOOL, "mempool-space/api_v1_fees_mempool_blocks__01.json", "bitcoin"),
    (MEMPOOL, "mempool-space/api_v1_mining_pools_1w__01.json", "bitcoin"),
    (MEMPOOL, "mempool-space/websocket_init_message_fees_mempool_blocks_conversions_da__01.json", "bitcoin"),
    (MEMPOOL, "mempool-space/websocket_live_2h_chart__01.json", "bitcoin"),
    (MEMPOOL, "blockstream/api_address_addr__02.json", "bitcoin"),
    (MEMPOOL, "blockstream/api_address_addr__03.json", "bitcoin"),
    (ETHERSCAN, "etherscan/api_module_account_action_balance__02.json", "ethereum"),
    (ETHERSCAN, "etherscan/v2_api_module_proxy_action_eth_blockNumber__02.json", "ethereum"),
]


@pytest.mark.parametrize(("adapter", "file", "chain"), OTHER, ids=[file for _, file, _ in OTHER])
def test_the_body_of_another_endpoint_is_no_list_of_transfers(
    adapter: Adapter[FlowRequest, FlowRecord], file: str, chain: str
) -> None:
    try:
        found = read(adapter, file, request(chain))
    except BadPayloadError:
        return
    assert (file, found) == ("whale-alert/v1_status__01.json", [])
