"""Transfers in the sandbox: where they stand, what they foretell, which blocks are replaced."""

import json
from statistics import fmean
from typing import Any

import pytest

from sandbox import transfers
from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.stand import Scene
from sandbox.stands import etherscan_transfers, mempool_blocks, whale_alert
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

NOW = int(NOON.timestamp())
DAY = 86_400
KEY = {"x-wa-api-key": "sandbox-primary"}
BINANCE = "0x28c6c06298d514db089934071355e5743bf21d60"


def recorded(file: str) -> Any:
    return json.loads((RECORDED / file).read_text(encoding="utf-8"))


def whales(market: Market, query: str = "", at: int = NOW, headers: dict[str, str] | None = None) -> Any:
    asked = Asked("whale_alert", "/v1/transactions", query, KEY if headers is None else headers)
    return json.loads(whale_alert.transactions(Scene(market, at), asked).body)


def of_address(market: Market, action: str, query: str = "") -> Any:
    asked = Asked("etherscan", "/v2/api", f"address={BINANCE}&chainid=1&action={action}&sort=desc&{query}")
    return json.loads(etherscan_transfers.ROUTES["account", action](Scene(market, NOW), asked).body)


@needs_recorded
def test_whales_have_the_shape_of_the_real_ones(market: Market) -> None:
    real, ours = recorded("whale-alert/v1_transactions__01.json"), whales(market)

    assert list(ours) == list(real)
    assert {tuple(row) for row in ours["transactions"]} == {tuple(row) for row in real["transactions"]}
    parties = {frozenset(row[side]) for row in ours["transactions"] for side in ("from", "to")}
    assert parties == {frozenset(row[side]) for row in real["transactions"] for side in ("from", "to")}


@needs_recorded
@pytest.mark.parametrize(
    ("action", "file"),
    [
        ("tokentx", "etherscan/v2_api_module_account_action_tokentx__01.json"),
        ("txlist", "etherscan/api_module_account_action_txlist__01.json"),
    ],
)
def test_lists_of_an_address_have_the_shape_of_the_real_ones(market: Market, action: str, file: str) -> None:
    real, ours = recorded(file), of_address(market, action)

    assert list(ours) == list(real)
    # The second version added the function's name.
    assert set(ours["result"][0]) <= set(real["result"][0])
    needed = {"blockNumber", "timeStamp", "hash", "from", "to", "value", "contractAddress", "confirmations"}
    assert needed <= set(ours["result"][0])
    assert {type(value) for value in ours["result"][0].values()} == {str}


def test_no_transactions_found_has_status_0(market: Market) -> None:
    asked = Asked("etherscan", "/v2/api", f"address=0x{'ab' * 20}&chainid=1&action=txlist")

    body = json.loads(etherscan_transfers.coins(Scene(market, NOW), asked).body)

    assert body == {"status": "0", "message": "No transactions found", "result": []}


def test_the_same_moment_gives_the_same_bytes() -> None:
    asked = Asked("whale_alert", "/v1/transactions", "", KEY)

    one, other = (whale_alert.transactions(Scene(Market(7, 60), NOW), asked).body for _ in range(2))

    assert one == other


def test_pages_lead_through_all_whales(market: Market) -> None:
    whole = whales(market)["transactions"]
    first = whales(market, "limit=5")
    second = whales(market, f"limit=5&cursor={first['cursor']}")

    assert [row["hash"] for row in (*first["transactions"], *second["transactions"])] == [
        row["hash"] for row in whole[:10]
    ]


def test_whales_want_a_key_and_are_large(market: Market) -> None:
    assert whales(market, headers={}) == {"result": "error", "message": "missing api_key"}
    assert min(row["amount_usd"] for row in whales(market)["transactions"]) >= 500_000


def test_a_block_its_summary_and_its_transactions_fit_together(desk: Desk) -> None:
    def ask(path: str) -> Any:
        return json.loads(desk.answer(Asked("mempool_space", path)).body)

    newest = ask("/api/v1/blocks")[0]
    summary = ask(f"/api/v1/block/{newest['id']}/summary")
    transaction = ask(f"/api/tx/{summary[1]['txid']}")

    assert transaction["status"]["block_hash"] == newest["id"]
    assert sum(each["value"] for each in transaction["vout"]) == summary[1]["value"]
    assert transaction["vin"][0]["prevout"]["value"] == summary[1]["value"] + transaction["fee"]
    assert desk.answer(Asked("mempool_space", f"/api/tx/{'0' * 64}")).status == 404


def test_some_blocks_are_replaced_and_lose_a_transaction(market: Market) -> None:
    numbers = range(transfers.number_at("bitcoin", NOW) - 200, transfers.number_at("bitcoin", NOW))
    made = {number: transfers.time_of("bitcoin", number) for number in numbers}
    replaced = [number for number, at in made.items() if transfers.is_orphan(market, "bitcoin", number, at)]
    number = replaced[0]
    young, old = made[number] + 60, made[number] + 1_200

    assert 10 < len(replaced) < 60
    assert transfers.hash_of(market, "bitcoin", number, young) != transfers.hash_of(market, "bitcoin", number, old)
    before = [each.hash for each in transfers.transfers_of(market, "bitcoin", number, young)]
    after = [each.hash for each in transfers.transfers_of(market, "bitcoin", number, old)]
    assert after == before[1:]


def test_blocks_follow_one_another(market: Market) -> None:
    rows = json.loads(mempool_blocks.blocks(Scene(market, NOW), Asked("mempool_space", "/api/v1/blocks")).body)

    assert [row["previousblockhash"] for row in rows[:-1]] == [row["id"] for row in rows[1:]]
    assert [row["height"] for row in rows] == list(range(rows[0]["height"], rows[0]["height"] - 15, -1))


def test_coins_flow_to_exchanges_before_prices_fall(market: Market) -> None:
    falls: list[float] = []
    rises: list[float] = []
    for hours_ago in range(0, 24 * 20, 6):
        end = NOW - hours_ago * 3_600
        moved = transfers.transfers_since(market, "bitcoin", end - 21_600, end)
        net = sum(
            each.usd if each.receiver_owner else -each.usd for each in moved if each.receiver_owner or each.sender_owner
        )
        (falls if market.level_at(end + 10_800) < market.level_at(end - 10_800) else rises).append(net)

    assert fmean(falls) > 0 > fmean(rises)


def test_some_transfers_have_labels_and_some_have_none(market: Market) -> None:
    moved = list(transfers.transfers_since(market, "ethereum", NOW - DAY // 4, NOW))

    unlabelled = [each for each in moved if each.sender_owner is None and each.receiver_owner is None]
    assert 0.1 < len(unlabelled) / len(moved) < 0.4
