"""What only follows another price is told apart from what has one of its own."""

import pytest

from sandbox.known import KNOWN
from shared.domain.datapoints.kinds import Kind, follows_another, kind_of


@pytest.mark.parametrize(
    ("symbol", "name", "kind"),
    [
        ("BTC", "Bitcoin", "plain"),
        ("eth", "Ethereum", "plain"),
        ("LDO", "Lido DAO", "plain"),
        ("MKR", "Maker", "plain"),
        ("RPL", "Rocket Pool", "plain"),
        ("ENA", "Ethena", "plain"),
        ("JUP", "Jupiter", "plain"),
        ("SUP", "Superfluid", "plain"),
        ("BULL", "Bull Coin", "plain"),
        ("USDT", "Tether", "stablecoin"),
        ("usdc", "USDC", "stablecoin"),
        ("usdx9", "Some Dollar Coin", "stablecoin"),
        ("EURC", "EURC", "stablecoin"),
        ("WBTC", "Wrapped Bitcoin", "wrapped"),
        ("USDC.E", "Bridged USDC (Polygon)", "wrapped"),
        ("stETH", "Lido Staked Ether", "staked"),
        ("rETH", "Rocket Pool ETH", "staked"),
        ("ETH3L", "ETH 3x Long", "leveraged"),
        ("BTCUP", "BTCUP", "leveraged"),
    ],
)
def test_name_and_symbol_tell_where_no_category_does(symbol: str, name: str, kind: Kind) -> None:
    assert kind_of(symbol, name) == kind


@pytest.mark.parametrize(
    ("categories", "kind"),
    [
        (["usd-stablecoin", "ethereum-ecosystem"], "stablecoin"),
        (["stablecoins"], "stablecoin"),
        (["tokenized-gold"], "stablecoin"),
        (["wrapped-tokens"], "wrapped"),
        (["tokenized-btc"], "wrapped"),
        (["liquid-staking-tokens", "wrapped-tokens"], "staked"),
        (["leveraged-token"], "leveraged"),
        (["stablecoin-issuer"], "plain"),
        (["liquid-staking", "decentralized-finance-defi"], "plain"),
        (["layer-1"], "plain"),
    ],
)
def test_a_category_tells_first_and_issuers_are_no_stablecoins(categories: list[str], kind: Kind) -> None:
    assert kind_of("XYZ", "Something", categories) == kind


def test_every_known_token_of_the_sandbox_is_told_by_its_name() -> None:
    told = {known.id: kind_of(known.symbol, known.name) for known in KNOWN}

    assert {name for name, kind in told.items() if follows_another(kind)} == {
        known.id for known in KNOWN if known.kind != "coin"
    }
    assert {name for name, kind in told.items() if kind == "stablecoin"} == {
        known.id for known in KNOWN if known.kind == "stable"
    }
