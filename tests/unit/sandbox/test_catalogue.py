"""The sandbox's tokens beside their prices: contracts, categories, details, searches, at both providers."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from sandbox.categories import categories_of
from sandbox.contracts import contracts_of
from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Answer, Asked
from tests.unit.sandbox.calls import NOON, Caller
from tests.unit.sandbox.recorded import needs_recorded
from tests.unit.sandbox.test_recorded_shapes import assert_same_shape, recorded, shape

GECKO, PAPRIKA = "/api/v3", "/v1"


def asked(desk: Desk, provider: str, path: str, query: str = "") -> Answer:
    return desk.answer(Asked(provider, path, query))


def told(desk: Desk, provider: str, path: str, query: str = "") -> Any:
    answer = asked(desk, provider, path, query)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


@pytest.fixture(scope="module")
def large() -> Market:
    return Market(3, 2000)


def test_contracts_are_the_same_in_any_process_and_another_seed_has_others() -> None:
    first, again, other = (contracts_of(Market(seed, 200)) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert first["tether"][0].address == "0x" + first["tether"][0].address[2:].lower()
    assert first["bitcoin"] == ()


def test_some_tokens_have_one_address_on_two_chains_and_some_share_one_with_another_token(large: Market) -> None:
    held = contracts_of(large)
    places = Counter(contract.address for contracts in held.values() for contract in contracts)
    owners: dict[str, set[str]] = {}
    for token_id, contracts in held.items():
        for contract in contracts:
            owners.setdefault(contract.address, set()).add(token_id)

    assert sum(count > 1 for count in places.values()) > 20
    assert sum(len(ids) > 1 for ids in owners.values()) > 3
    pairs = [(contract.platform, contract.address) for contracts in held.values() for contract in contracts]
    assert len(set(pairs)) == len(pairs)


def test_every_token_that_has_a_chain_of_its_own_or_none_is_in_a_category(large: Market) -> None:
    members = {position for category in categories_of(large) for position in category.positions}

    assert members == set(range(len(large.tokens)))


def test_the_list_has_platforms_only_when_they_are_asked_for(desk: Desk) -> None:
    bare = told(desk, "coingecko", f"{GECKO}/coins/list")
    whole = told(desk, "coingecko", f"{GECKO}/coins/list", "include_platform=true")

    assert {tuple(row) for row in bare} == {("id", "symbol", "name")}
    assert [row["id"] for row in whole] == [row["id"] for row in bare]
    assert next(row for row in whole if row["id"] == "bitcoin")["platforms"] == {}
    assert "ethereum" in next(row for row in whole if row["id"] == "tether")["platforms"]


def test_details_agree_with_the_list_and_a_contract_leads_to_the_same_coin(desk: Desk) -> None:
    rows = {row["id"]: row for row in told(desk, "coingecko", f"{GECKO}/coins/list", "include_platform=true")}

    coin = told(desk, "coingecko", f"{GECKO}/coins/tether")
    address = coin["platforms"]["ethereum"]

    assert coin["platforms"] == rows["tether"]["platforms"]
    assert told(desk, "coingecko", f"{GECKO}/coins/ethereum/contract/{address.upper()}") == coin
    assert asked(desk, "coingecko", f"{GECKO}/coins/ethereum/contract/0x0").status == 404
    assert json.loads(asked(desk, "coingecko", f"{GECKO}/coins/no-such-coin").body) == {"error": "coin not found"}


def test_a_categorys_ranking_holds_its_tokens_only(desk: Desk, market: Market) -> None:
    stable = told(desk, "coingecko", f"{GECKO}/coins/markets", "vs_currency=usd&category=stablecoins&per_page=250")

    assert {row["id"] for row in stable} == {token.id for token in market.tokens if token.stable}
    assert asked(desk, "coingecko", f"{GECKO}/coins/markets", "vs_currency=usd&category=none").status == 404


def test_a_categorys_total_is_the_sum_of_its_tokens(desk: Desk) -> None:
    rows = told(desk, "coingecko", f"{GECKO}/coins/markets", "vs_currency=usd&category=stablecoins&per_page=250")
    found = {row["id"]: row for row in told(desk, "coingecko", f"{GECKO}/coins/categories")}

    assert found["stablecoins"]["market_cap"] == pytest.approx(sum(row["market_cap"] for row in rows), rel=1e-6)
    assert [row["category_id"] for row in told(desk, "coingecko", f"{GECKO}/coins/categories/list")]


def test_what_is_searched_for_changes_with_the_hour_and_not_within_a_step(market: Market) -> None:
    def at(minutes: int) -> list[str]:
        desk = Desk(market, lambda: NOON + timedelta(minutes=minutes), pro_keys=[], coincap_keys=[])
        coins = told(desk, "coingecko", f"{GECKO}/search/trending")["coins"]
        return [each["item"]["id"] for each in coins]

    assert at(0) == at(0)
    assert len(set(at(0))) == 15
    assert at(0) != at(61)


def test_coinpaprika_tells_the_same_contracts_under_its_own_names(desk: Desk, market: Market) -> None:
    platforms = told(desk, "coinpaprika", f"{PAPRIKA}/contracts")
    rows = told(desk, "coinpaprika", f"{PAPRIKA}/contracts/eth-ethereum")
    coin = told(desk, "coinpaprika", f"{PAPRIKA}/coins/usdt-tether")

    assert "eth-ethereum" in platforms
    here = {row["id"]: row["address"] for row in rows}
    assert here["usdt-tether"] == contracts_of(market)["tether"][0].address == coin["contracts"][0]["contract"]
    assert asked(desk, "coinpaprika", f"{PAPRIKA}/contracts/no-such").status == 404
    assert asked(desk, "coinpaprika", f"{PAPRIKA}/coins/no-such").status == 404


def test_coinpaprikas_tags_have_their_coins_only_when_they_are_asked_for(desk: Desk) -> None:
    whole = {row["id"]: row for row in told(desk, "coinpaprika", f"{PAPRIKA}/tags", "additional_fields=coins")}
    one = told(desk, "coinpaprika", f"{PAPRIKA}/tags/stablecoin")

    assert "usdt-tether" in whole["stablecoin"]["coins"]
    assert "coins" not in one
    assert one["coin_counter"] == len(whole["stablecoin"]["coins"])


def test_coinpaprika_lists_what_is_listed_as_active(desk: Desk) -> None:
    rows = told(desk, "coinpaprika", f"{PAPRIKA}/coins")
    active = {row["id"] for row in rows if row["is_active"]}

    assert active == {row["id"] for row in told(desk, "coinpaprika", f"{PAPRIKA}/tickers")}


def test_faults_meet_these_routes_like_all_others(call: Caller) -> None:
    call.fault("coingecko", "error_body", options={"match": "/search/trending"})

    assert call.get("/coingecko/api/v3/search/trending").json()["status"]["error_code"] == 429
    assert call.get("/coingecko/api/v3/coins/categories").status == 200


@needs_recorded
@pytest.mark.parametrize(("file", "coin"), [("coins_bitcoin__03", "bitcoin"), ("coins_yearn_finance__01", "tether")])
def test_details_have_the_shape_of_real_ones(desk: Desk, file: str, coin: str) -> None:
    real = recorded(f"coingecko/api_v3_{file}.json")
    ours = told(desk, "coingecko", f"{GECKO}/coins/{coin}", "localization=false&market_data=false")

    assert list(ours) == list(real)
    for part in ("links", "description", "image"):
        assert list(ours[part]) == list(real[part])
    assert_same_shape(shape([ours]), shape([real]))


@needs_recorded
def test_searches_lists_and_categories_have_the_shape_of_real_ones(desk: Desk) -> None:
    real = recorded("coingecko/api_v3_search_trending__05.json")
    ours = told(desk, "coingecko", f"{GECKO}/search/trending")
    assert list(ours) == list(real)
    items = [[each["item"] for each in answer["coins"]] for answer in (ours, real)]
    assert_same_shape(shape(items[0]), shape(items[1]))
    data = [[each["data"] for each in each_items] for each_items in items]
    assert_same_shape(shape(data[0]), shape(data[1]))
    assert all(each["market_cap"].startswith("$") for each in data[0])

    listed = told(desk, "coingecko", f"{GECKO}/coins/list", "include_platform=true")
    assert_same_shape(shape(listed), shape(recorded("coingecko/api_v3_coins_list__04.json")))
    groups = told(desk, "coingecko", f"{GECKO}/coins/categories")
    # Recorded in 2021; content and the three largest coins have been told since.
    known = shape(recorded("coingecko/api_v3_coins_categories__01.json"))
    assert_same_shape({name: kinds for name, kinds in shape(groups).items() if name in known}, known)
    names = told(desk, "coingecko", f"{GECKO}/coins/categories/list")
    assert_same_shape(shape(names), shape(recorded("coingecko/api_v3_coins_categories_list__01.json")))
