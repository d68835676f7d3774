"""The lists of addresses and coins: well-formed, sourced, and the same that the sandbox moves between."""

import csv
import re
from pathlib import Path

from sandbox.transfers import COINS, EXCHANGES
from shared.domain.chains.catalogue import CHAINS as KNOWN_CHAINS
from shared.domain.flows import catalogue
from shared.domain.flows.catalogue import CHAINS, coins, owners, tokens, watched_addresses

FOLDER = Path(catalogue.__file__).parent
SHAPES = {
    "bitcoin": r"(bc1[02-9ac-hj-np-z]{39,59}|[13][1-9A-HJ-NP-Za-km-z]{25,34})",
    "tron": r"T[1-9A-HJ-NP-Za-km-z]{33}",
    "solana": r"[1-9A-HJ-NP-Za-km-z]{32,44}",
}
EVM = r"0x[0-9a-f]{40}"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_address_has_the_shape_of_its_chain_a_role_and_a_source() -> None:
    for row in rows("exchange_addresses.csv"):
        assert re.fullmatch(SHAPES.get(row["chain"], EVM), row["address"]), row
        assert row["role"] in ("hot", "cold", "unknown")
        assert row["source"].startswith("https://")
        assert re.fullmatch(r"[a-z]+", row["exchange"])


def test_no_address_is_listed_twice() -> None:
    assert len(owners()) == len(rows("exchange_addresses.csv"))


def test_hot_wallets_are_asked_about_first() -> None:
    roles = {row["address"]: row["role"] for row in rows("exchange_addresses.csv") if row["chain"] == "ethereum"}

    order = [roles[address] == "hot" for address in watched_addresses("ethereum")]

    assert order == sorted(order, reverse=True)


def test_every_chain_has_its_coin_and_contracts_have_their_shape() -> None:
    assert set(coins()) == set(CHAINS)
    assert all(re.fullmatch(SHAPES.get(chain, EVM), contract) for chain, contract in tokens())


def test_the_sandbox_moves_what_is_watched_between_addresses_that_are_known() -> None:
    known = {(chain, address): owner for chain, each in EXCHANGES.items() for owner, address in each}

    assert {place: owners()[place] for place in known} == known
    for chain, moved in COINS.items():
        for token_id, symbol, contract, decimals in moved:
            token = coins()[chain] if contract is None else tokens()[chain, contract]
            assert (token.token_id, token.symbol, token.decimals) == (token_id, symbol, decimals)


def test_every_chain_is_one_that_is_known() -> None:
    assert set(CHAINS) <= set(KNOWN_CHAINS)
