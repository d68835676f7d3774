"""Which token a row of a list speaks of."""

import json
from collections import defaultdict

import pytest

from shared.domain.tokens.naming import Catalogue, CatalogueToken, is_cut_off, named
from shared.providers.adapters.coingecko_tokens import TOKENS_FREE, CoinGeckoList
from shared.providers.contract import Page, Payload
from shared.providers.numbers import parsed
from shared.providers.token_requests import ListRequest
from shared.records.tokens import Contract, ListedToken
from tests.catalogues import TOKENS
from tests.clocks import NOON
from tests.recordings import PAYLOADS, needs_recordings

KNOWN = Catalogue({each.token_id: each for each in TOKENS}, {("coinpaprika", "btc-bitcoin"): "bitcoin"})


def row(name: str, symbol: str, title: str, provider: str = "coinpaprika", **contracts: str) -> ListedToken:
    places = tuple(Contract(chain=chain, address=address) for chain, address in contracts.items())
    return ListedToken(provider=provider, provider_id=name, symbol=symbol, name=title, contracts=places)


def test_coingeckos_slugs_are_our_ids_whatever_their_symbols_are() -> None:
    found = named([row("uni-1", "UNI", "One", "coingecko"), row("uni-2", "UNI", "Two", "coingecko_pro")], KNOWN)

    assert [each.token_id for each in found.tokens] == ["uni-1", "uni-2"]
    assert found.left_out == 0


def test_another_providers_name_is_what_was_learnt_else_symbol_and_name() -> None:
    found = named(
        [row("btc-bitcoin", "BTCX", "Some other spelling", ethereum="0x1"), row("eth-x", "eth".upper(), "ETHEREUM")],
        KNOWN,
    )

    assert [(each.token_id, each.name) for each in found.tokens] == [("bitcoin", "Bitcoin"), ("ethereum", "Ethereum")]
    assert found.tokens[0].contracts == (Contract(chain="ethereum", address="0x1"),)


def test_what_nobody_knows_or_has_no_name_is_left_out_and_counted() -> None:
    found = named([row("new-new", "NEW", "New"), row("", "A", "A"), row("b-b", "", "B"), row("c-c", "C", "")], KNOWN)

    assert found.tokens == ()
    assert found.left_out == 4


def test_a_name_that_two_tokens_share_is_left_out_rather_than_guessed() -> None:
    twins = {name: CatalogueToken(token_id=name, symbol="TWN", name="Twin") for name in ("twin", "twin-2")}

    assert named([row("twn-twin", "TWN", "Twin")], Catalogue(twins, {})).left_out == 1


def test_two_rows_of_one_token_count_once() -> None:
    found = named([row("btc-bitcoin", "BTC", "Bitcoin"), row("btc-again", "BTC", "bitcoin")], KNOWN)

    assert [each.token_id for each in found.tokens] == ["bitcoin"]
    assert found.left_out == 1


def test_a_provisional_token_stays_provisional() -> None:
    held = {"made-up": CatalogueToken(token_id="made-up", symbol="MDU", name="Made up", provisional=True)}

    (token,) = named([row("mdu", "MDU", "Made up")], Catalogue(held, {})).tokens

    assert token.provisional


@pytest.mark.parametrize(("found", "held", "cut"), [(49, 100, True), (51, 100, False), (1, 20, False), (5, 0, False)])
def test_a_list_with_less_than_half_of_the_last_one_is_cut_off(found: int, held: int, cut: bool) -> None:
    assert is_cut_off(found, held) is cut


@needs_recordings
def test_real_collisions_of_symbols_are_told_apart_by_name_or_left_out() -> None:
    body = (PAYLOADS / "coingecko" / "api_v3_coins_list__01.json").read_bytes()
    adapter = CoinGeckoList("https://provider.example", TOKENS_FREE)
    rows = adapter.normalise(Payload((Page(parsed(body), None),)), ListRequest("coingecko"), fetched_at=NOON)
    catalogue = Catalogue({each.token_id: each for each in named(rows, Catalogue({}, {})).tokens}, {})
    shared: defaultdict[str, list[str]] = defaultdict(list)
    for each in json.loads(body):
        shared[each["symbol"].upper()].append(each["id"])
    colliding = {token_id for ids in shared.values() if len(ids) > 1 for token_id in ids}

    asked = [
        row(f"paprika-{each.provider_id}", each.symbol, each.name) for each in rows if each.provider_id in colliding
    ]
    found = named(asked, catalogue)

    assert len(colliding) > 500
    # None becomes another token: each that was matched has the very name that was asked for.
    by_id = {each.token_id: each for each in catalogue.tokens.values()}
    names = {(each.symbol, each.name) for each in asked}
    assert all((by_id[each.token_id].symbol, by_id[each.token_id].name) in names for each in found.tokens)
    assert len(found.tokens) + found.left_out == len(asked)
    assert len(found.tokens) > 0.9 * len(asked)
