"""Sources of transfers: what they are asked, what is read of their answers, what is refused."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError
from shared.domain.flows.catalogue import coins, tokens
from shared.providers.adapters.etherscan_flows import EtherscanFlows
from shared.providers.adapters.mempool_space_flows import MOST_TRANSACTIONS, MempoolSpaceFlows
from shared.providers.adapters.whale_alert_flows import PAGE, WhaleAlertFlows
from shared.providers.contract import Page, Payload, Reply
from shared.records.flows import Assets, BlockSeen, FlowRecord, FlowRequest, Transfer
from tests.clocks import NOON
from tests.unit.providers.fakes import ScriptedHttp, reply

URL = "https://provider.example"
BINANCE, STRANGER = "0x28c6c06298d514db089934071355e5743bf21d60", "0x" + "ab" * 20
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
ETHERSCAN, MEMPOOL, WHALE = EtherscanFlows(URL), MempoolSpaceFlows(URL), WhaleAlertFlows(URL)


def request(*chains: str, assets: Assets = "all", scanned: Mapping[int, str] | None = None, **more: Any) -> FlowRequest:
    values: dict[str, Any] = {
        "chains": chains,
        "assets": assets,
        "coins": coins(),
        "tokens": tokens(),
        "watched": (BINANCE,),
        "least": {"bitcoin": Decimal(2), "ethereum": Decimal(50), "tether": Decimal(100_000), "tron": Decimal(1)},
        "since": NOON - timedelta(hours=1),
        "until": NOON,
        "scanned": scanned or {},
    }
    return FlowRequest(**values | more)


def stamp(minutes_ago: float = 5) -> int:
    return int((NOON - timedelta(minutes=minutes_ago)).timestamp())


def transfers(records: list[FlowRecord]) -> list[Transfer]:
    return [each for each in records if isinstance(each, Transfer)]


# Etherscan


def token_row(**more: Any) -> dict[str, Any]:
    return {
        "blockNumber": "24500000",
        "timeStamp": str(stamp()),
        "hash": "0x" + "CD" * 32,
        "blockHash": "0x" + "11" * 32,
        "from": BINANCE,
        "to": STRANGER,
        "contractAddress": USDT,
        "value": "250000000000",
        "tokenDecimal": "6",
    } | more


def coin_row(**more: Any) -> dict[str, Any]:
    row = token_row(contractAddress="", value="75" + "0" * 18, isError="0")
    del row["tokenDecimal"]
    return row | more


def listed(*rows: Any, asked: FlowRequest | None = None) -> list[FlowRecord]:
    body: Any = {"status": "1", "message": "OK", "result": list(rows)}
    return ETHERSCAN.normalise(Payload((Page(body, None),)), asked or request("ethereum"), fetched_at=NOON)


def test_tokens_and_coins_are_counted_in_their_own_units() -> None:
    found = transfers(listed(token_row(), coin_row(hash="0x" + "ef" * 32)))

    assert [(each.token_id, each.amount) for each in found] == [("tether", Decimal(250_000)), ("ethereum", Decimal(75))]
    assert found[0].tx_hash == "0x" + "cd" * 32
    assert (found[0].block_number, found[0].at) == (24_500_000, NOON - timedelta(minutes=5))


def test_blocks_come_along_once() -> None:
    found = [each for each in listed(token_row(), token_row(to=BINANCE)) if isinstance(each, BlockSeen)]

    assert [(each.number, each.hash, each.scanned) for each in found] == [(24_500_000, "0x" + "11" * 32, False)]


@pytest.mark.parametrize(
    "row",
    [
        token_row(value="99999000000"),
        token_row(contractAddress=STRANGER),
        token_row(timeStamp=str(stamp(61))),
        coin_row(isError="1"),
        coin_row(to=""),
        coin_row(value="0"),
    ],
    ids=["small", "unwatched", "old", "failed", "creation", "nothing"],
)
def test_what_does_not_matter_is_dropped(row: dict[str, Any]) -> None:
    assert transfers(listed(row)) == []


@pytest.mark.parametrize(
    "row",
    [
        token_row(value=None),
        token_row(value="-5"),
        token_row(timeStamp="soon"),
        token_row(timeStamp=str(stamp(-60))),
        "x",
    ],
)
def test_an_unreadable_row_refuses_the_whole_list(row: Any) -> None:
    with pytest.raises(BadPayloadError):
        listed(token_row(), row)


def test_what_stands_in_two_lists_counts_once_and_twice_in_one_counts_twice() -> None:
    twice = token_row(to=BINANCE), token_row(to=BINANCE)
    body: Any = {"status": "1", "message": "OK", "result": list(twice)}

    both = ETHERSCAN.normalise(Payload((Page(body, None),) * 2), request("ethereum"), fetched_at=NOON)

    assert [each.position for each in transfers(both)] == [0, 1]


async def test_each_address_is_asked_about_with_the_chain_and_the_key() -> None:
    http = ScriptedHttp(
        lambda url, params, headers: reply({"status": "0", "message": "No transactions found", "result": []})
    )

    payload = await ETHERSCAN.fetch(http, request("arbitrum", watched=("0xa", "0xb")), "sandbox-primary")

    asked = [(params["action"], params["address"], params["chainid"]) for _, params, _ in http.asked]
    assert asked == [
        ("txlist", "0xa", "42161"),
        ("txlist", "0xb", "42161"),
        ("tokentx", "0xa", "42161"),
        ("tokentx", "0xb", "42161"),
    ]
    assert ETHERSCAN.normalise(payload, request("arbitrum"), fetched_at=NOON) == []
    assert ETHERSCAN.cost(request("arbitrum", watched=("0xa", "0xb"))) == 4


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ("Max calls per sec rate limit reached (3/sec)", RateLimitedError),
        ("Free API access is not supported for this chain.", NotListedError),
        (None, BadPayloadError),
    ],
)
async def test_errors_with_status_200_are_errors(result: str | None, error: type[Exception]) -> None:
    http = ScriptedHttp(lambda url, params, headers: reply({"status": "0", "message": "NOTOK", "result": result}))

    with pytest.raises(error):
        await ETHERSCAN.fetch(http, request("ethereum"), "sandbox-primary")


def test_etherscan_serves_one_chain_of_its_own_with_addresses() -> None:
    served = [request("ethereum"), request("polygon"), request("bitcoin"), request("ethereum", watched=())]

    assert [ETHERSCAN.serves(each) for each in served] == [True, True, False, False]


# mempool.space


def name(number: int) -> str:
    return f"{number:064x}"


def block_row(height: int, minutes_ago: float = 5, **more: Any) -> dict[str, Any]:
    return {"id": name(height), "height": height, "timestamp": stamp(minutes_ago)} | more


def output(address: str | None, coins_: float) -> dict[str, Any]:
    place = {} if address is None else {"scriptpubkey_address": address}
    return place | {"value": int(coins_ * 10**8)}


def transaction(ins: list[dict[str, Any]], outs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    status = {"confirmed": True, "block_height": 5, "block_hash": name(5), "block_time": stamp()}
    return {"txid": name(99), "vin": [{"prevout": each} for each in ins], "vout": outs, "status": status} | more


def read(*bodies: Any, blocks: Any = ()) -> list[FlowRecord]:
    pages = (Page(list(blocks), None), *(Page(body, None) for body in bodies))
    return MEMPOOL.normalise(Payload(pages), request("bitcoin", watched=("bc1known",)), fetched_at=NOON)


def test_each_receiver_gets_what_it_got_and_change_is_left_out() -> None:
    found = transfers(
        read(
            transaction(
                [output("bc1giver", 30), output("bc1other", 1)],
                [output("bc1a", 3), output("bc1a", 4), output("bc1b", 1), output("bc1giver", 20), output(None, 9)],
            )
        )
    )

    assert [(each.from_address, each.to_address, each.amount) for each in found] == [("bc1giver", "bc1a", Decimal(7))]
    assert (found[0].block_number, found[0].block_hash, found[0].token_id) == (5, name(5), "bitcoin")


def test_a_known_address_among_the_inputs_is_the_sender() -> None:
    found = transfers(read(transaction([output("bc1giver", 30), output("bc1known", 1)], [output("bc1a", 3)])))

    assert [each.from_address for each in found] == ["bc1known"]


def test_the_newest_blocks_that_were_not_scanned_yet_are_to_be_scanned() -> None:
    rows: Any = [block_row(10), block_row(9, 15), block_row(8, 25), block_row(7, 181)]
    payload = Payload((Page(rows, None),))
    known = {9: name(9), 8: name(888)}

    found = MEMPOOL.normalise(payload, request("bitcoin", scanned=known), fetched_at=NOON)

    assert [(each.number, each.scanned) for each in found if isinstance(each, BlockSeen)] == [
        (10, True),
        (9, False),
        (8, True),
        (7, False),
    ]


def answers(summary: list[dict[str, Any]]) -> ScriptedHttp:
    def answer(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        if url.endswith("/v1/blocks"):
            return reply([block_row(10), block_row(9, 15)])
        if url.endswith("/summary"):
            return reply(summary)
        return reply(transaction([output("bc1giver", 30)], [output("bc1a", 3)], txid=url.rpartition("/")[2]))

    return ScriptedHttp(answer)


async def test_only_the_largest_transactions_of_a_block_are_asked_for() -> None:
    rows = [{"txid": name(number), "value": (number + 1) * 10**8} for number in range(100)]
    http = answers([{"txid": name(1000), "value": 10**12}, *rows])

    payload = await MEMPOOL.fetch(http, request("bitcoin", scanned={9: name(9)}), None)

    asked = [url.rpartition("/tx/")[2] for url, _, _ in http.asked if "/tx/" in url]
    assert len(asked) == MOST_TRANSACTIONS
    assert set(asked) == {name(number) for number in range(60, 100)}
    assert len(transfers(MEMPOOL.normalise(payload, request("bitcoin"), fetched_at=NOON))) == MOST_TRANSACTIONS


@pytest.mark.parametrize(
    "body",
    [
        transaction([], [output("bc1a", 3)], status={"confirmed": False}),
        transaction([], [{"scriptpubkey_address": "bc1a", "value": None}]),
        transaction([], [{"scriptpubkey_address": "bc1a", "value": -1}]),
        transaction([], [output("bc1a", 3)], txid="short"),
        {"error": "x"},
        [],
    ],
)
def test_an_unreadable_transaction_refuses_the_whole_answer(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(body)


@pytest.mark.parametrize("row", [block_row(1, -130), block_row(1, id="x"), {"height": 1}, block_row(-1)])
def test_an_unreadable_block_refuses_the_whole_answer(row: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(blocks=[row])


# Whale Alert


def whale(**more: Any) -> dict[str, Any]:
    return {
        "blockchain": "ethereum",
        "symbol": "usdt",
        "transaction_type": "transfer",
        "hash": "CD" * 32,
        "from": {"address": BINANCE[2:], "owner": "binance", "owner_type": "exchange"},
        "to": {"address": STRANGER[2:], "owner_type": "unknown"},
        "timestamp": stamp(),
        "amount": Decimal("2500000.5"),
        "amount_usd": 2_500_000,
    } | more


def told(*rows: Any, asked: FlowRequest | None = None, **more: Any) -> list[Transfer]:
    body: Any = {"result": "success", "count": len(rows), "transactions": list(rows)} | more
    pages = Payload((Page(body, None),))
    return transfers(WHALE.normalise(pages, asked or request("ethereum"), fetched_at=NOON))


def test_owners_and_addresses_are_written_as_the_chain_writes_them() -> None:
    (found,) = told(whale(amount=Decimal("2500000.5")))

    assert (found.tx_hash, found.from_address, found.to_address) == ("0x" + "cd" * 32, BINANCE, STRANGER)
    assert (found.from_owner, found.to_owner, found.amount) == ("binance", None, Decimal("2500000.5"))
    assert (found.block_number, found.block_hash) == (None, None)


def test_several_senders_are_nobody_in_particular() -> None:
    (found,) = told(
        whale(amount=Decimal(900_000), **{"from": {"address": "Multiple Addresses", "owner_type": "unknown"}})
    )

    assert found.from_address is None


@pytest.mark.parametrize(
    "row",
    [
        whale(transaction_type="mint", amount=9_000_000),
        whale(blockchain="ripple", symbol="xrp"),
        whale(symbol="floki"),
        whale(amount=10),
        whale(blockchain="bitcoin", symbol="btc", amount=500),
    ],
    ids=["mint", "other chain", "unwatched", "small", "not asked for"],
)
def test_what_is_no_transfer_of_what_was_asked_for_is_dropped(row: dict[str, Any]) -> None:
    assert told(row) == []


def test_coins_and_tokens_are_told_apart() -> None:
    rows = [whale(amount=900_000), whale(symbol="ETH", amount=500, hash="ef" * 32)]

    assert [each.token_id for each in told(*rows, asked=request("ethereum", assets="native"))] == ["ethereum"]
    assert [each.token_id for each in told(*rows, asked=request("ethereum", assets="tokens"))] == ["tether"]


def test_without_transfers_the_list_is_missing() -> None:
    body: Any = {"result": "success", "cursor": "1-1-1", "count": 0}

    assert WHALE.normalise(Payload((Page(body, None),)), request("ethereum"), fetched_at=NOON) == []


@pytest.mark.parametrize("row", [whale(amount=None), whale(amount=-1), whale(timestamp="soon"), whale(hash=None), "x"])
def test_an_unreadable_whale_refuses_the_whole_answer(row: Any) -> None:
    with pytest.raises(BadPayloadError):
        told(whale(), row)


def test_no_success_is_none() -> None:
    with pytest.raises(BadPayloadError):
        told(result="error")


async def test_pages_are_followed_as_long_as_they_are_full_and_a_few_at_most() -> None:
    http = ScriptedHttp(
        lambda url, params, headers: reply(
            {"result": "success", "cursor": "a-b-c", "count": PAGE, "transactions": [whale(amount=1)] * 2}
        )
    )

    payload = await WHALE.fetch(http, request("tron", "solana"), "sandbox-primary")

    assert len(payload.pages) == 3
    assert [params.get("cursor") for _, params, _ in http.asked] == [None, "a-b-c", "a-b-c"]
    assert {headers.get("x-wa-api-key") for _, _, headers in http.asked} == {"sandbox-primary"}
    assert all("sandbox-primary" not in str(params) for _, params, _ in http.asked)


def test_whale_alert_serves_several_chains_if_it_knows_all() -> None:
    assert [WHALE.serves(request(*chains)) for chains in (("tron", "solana"), ("tron", "arbitrum"))] == [True, False]
