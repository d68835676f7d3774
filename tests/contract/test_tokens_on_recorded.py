"""The adapters of tokens and categories on real answers: each is read, or refused with the right class."""

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, KeyRejectedError, NotListedError, RateLimitedError, UpstreamError
from shared.providers.adapters.coingecko_categories import (
    CATEGORIES_FREE,
    CoinGeckoCategories,
    CoinGeckoMembers,
    CoinGeckoTrending,
)
from shared.providers.adapters.coingecko_tokens import TOKENS_FREE, CoinGeckoDetails, CoinGeckoList
from shared.providers.contract import AnyAdapter, Page, Payload, Reply
from shared.providers.numbers import JsonValue, parsed
from shared.providers.token_requests import (
    CategoriesRequest,
    DetailsRequest,
    ListRequest,
    MembersRequest,
    TrendingRequest,
)
from shared.records.tokens import TokenDetails
from tests.recordings import PAYLOADS, needs_recordings

pytestmark = needs_recordings

URL = "https://provider.example"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
LIST, DETAILS = CoinGeckoList(URL, TOKENS_FREE), CoinGeckoDetails(URL, TOKENS_FREE)
CATEGORIES = CoinGeckoCategories(URL, CATEGORIES_FREE)
MEMBERS, TRENDING = CoinGeckoMembers(URL, CATEGORIES_FREE), CoinGeckoTrending(URL, CATEGORIES_FREE)

READABLE: list[tuple[AnyAdapter, Any, str, int]] = [
    (LIST, ListRequest("coingecko"), "coins_list__01", 7248),
    (LIST, ListRequest("coingecko"), "coins_list__04", 2),
    (DETAILS, DetailsRequest("coingecko", "bitcoin"), "coins_bitcoin__01", 1),
    (DETAILS, DetailsRequest("coingecko", "bitcoin"), "coins_bitcoin__03", 1),
    # Recorded under ethereum's address, it is bitcoin's answer.
    (DETAILS, DetailsRequest("coingecko", "bitcoin"), "coins_ethereum__01", 1),
    (DETAILS, DetailsRequest("coingecko", "tether"), "coins_ethereum_contract_0xdAC17F958D2ee523a2206206994__01", 1),
    (DETAILS, DetailsRequest("coingecko", "yearn-finance"), "coins_yearn_finance__01", 1),
    (DETAILS, DetailsRequest("coingecko", "zksync"), "coins_zksync__01", 1),
    (CATEGORIES, CategoriesRequest("coingecko"), "coins_categories__01", 48),
    (CATEGORIES, CategoriesRequest("coingecko"), "coins_categories_list__01", 107),
    (MEMBERS, MembersRequest("any"), "coins_markets__06", 20),
    (MEMBERS, MembersRequest("any"), "coins_markets__07", 20),
    (TRENDING, TrendingRequest(), "search_trending__02", 15),
    (TRENDING, TrendingRequest(), "search_trending__03", 15),
    (TRENDING, TrendingRequest(), "search_trending__05", 15),
]


def body_of(name: str) -> bytes:
    return (PAYLOADS / "coingecko" / f"api_v3_{name}.json").read_bytes()


def read(adapter: AnyAdapter, request: Any, name: str) -> list[Any]:
    return adapter.normalise(Payload((Page(parsed(body_of(name)), None),)), request, fetched_at=LATER)


def details(name: str, token_id: str) -> TokenDetails:
    (found,) = read(DETAILS, DetailsRequest("coingecko", token_id), name)
    assert isinstance(found, TokenDetails)
    return found


class RecordedHttp:
    """Answers everything with one recorded body."""

    def __init__(self, status: int, body: bytes) -> None:
        self._reply = Reply(status, {}, body)

    async def get(self, provider: str, url: str, *, params: object, headers: object) -> Reply:
        return self._reply

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: object) -> Reply:
        return self._reply

    def now(self) -> datetime:
        return LATER


@pytest.mark.parametrize(("adapter", "request_", "name", "count"), READABLE, ids=lambda value: str(value)[:40])
def test_every_recorded_answer_is_read(adapter: AnyAdapter, request_: Any, name: str, count: int) -> None:
    assert len(read(adapter, request_, name)) == count


def test_a_list_keeps_every_id_and_every_collision_of_symbols() -> None:
    written = json.loads(body_of("coins_list__01"))

    found = read(LIST, ListRequest("coingecko"), "coins_list__01")

    assert [each.provider_id for each in found] == [row["id"] for row in written]
    symbols = Counter(each.symbol for each in found)
    assert symbols["UNI"] == 4
    assert symbols["GOLD"] == 7
    assert {each.provider_id for each in found if each.symbol == "UNI"} == {
        row["id"] for row in written if row["symbol"].upper() == "UNI"
    }


def test_platforms_become_our_chains_and_keep_their_addresses() -> None:
    zus, first = read(LIST, ListRequest("coingecko"), "coins_list__04")

    assert [(each.chain, each.address) for each in zus.contracts] == [
        ("ethereum", "0xb9ef770b6a5e12e45983c5d80545258aa38f3b78"),
        ("polygon", "0x8bb30e0e67b11b978a5040144c410e1ccddcba30"),
    ]
    assert first.contracts == ()


def test_details_tell_decimals_and_keep_unknown_platforms_under_their_own_names() -> None:
    found = {each.chain: each for each in details("coins_yearn_finance__01", "yearn-finance").contracts}

    assert {"ethereum", "polygon", "arbitrum", "optimism", "avalanche", "base", "near", "xdai", "sora"} <= found.keys()
    assert {each.decimals for each in found.values()} == {18}
    assert found["near"].address == "0bc529c00c6401aef6d220be8c6ea1667f6ad93e.factory.bridge.near"


def test_addresses_of_other_chains_keep_their_case() -> None:
    found = {
        each.chain: each.address
        for each in details("coins_ethereum_contract_0xdAC17F958D2ee523a2206206994__01", "tether").contracts
    }

    assert found["solana"] == "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
    assert found["ethereum"] == "0xdac17f958d2ee523a2206206994597c13d831ec7"


def test_a_coin_without_contracts_has_none_though_it_comes_with_a_blank_one() -> None:
    found = details("coins_bitcoin__03", "bitcoin")

    assert found.contracts == ()
    assert found.genesis_date == "2009-01-03"
    assert found.hashing_algorithm == "SHA-256"
    assert found.categories == (
        "GMCI 30 Index",
        "Proof of Work (PoW)",
        "FTX Holdings",
        "Layer 1 (L1)",
        "Cryptocurrency",
    )


def test_huge_details_become_a_few_plain_sentences_and_real_links() -> None:
    found = details("coins_bitcoin__01", "bitcoin")

    assert found.description is not None
    assert len(found.description) <= 600
    assert "<" not in found.description
    assert found.links["homepage"] == ("http://www.bitcoin.org",)
    assert found.links["social"] == (
        "https://www.reddit.com/r/Bitcoin/",
        "https://x.com/btc",
        "https://www.facebook.com/bitcoins",
    )
    assert "chat" not in found.links


def test_null_and_blank_links_and_a_bare_reddit_are_left_out() -> None:
    found = details("coins_zksync__01", "zksync")

    assert found.description is None
    assert len(found.links["explorers"]) == 3
    assert found.links["social"] == ("https://x.com/zksync",)


def test_trending_totals_written_for_people_are_read_to_the_dollar() -> None:
    first = read(TRENDING, TrendingRequest(), "search_trending__03")[0]

    assert (first.token_id, first.symbol, first.position) == ("zano", "ZANO", 1)
    assert first.told["market_cap_usd"] == Decimal("148289648")
    assert first.told["volume_24h_usd"] == Decimal("1959129")
    assert first.told["price_usd"] == Decimal("9.6502039360042")


def test_categories_keep_their_totals_and_their_time() -> None:
    found = {
        each.category_id: each for each in read(CATEGORIES, CategoriesRequest("coingecko"), "coins_categories__01")
    }

    assert found["stablecoins"].market_cap_usd == Decimal("97325984356.89694")
    assert found["stablecoins"].observed_at == datetime(2021, 5, 16, 8, 20, 24, 440_000, UTC)
    assert found["stablecoins"].name == "Stablecoins"


def test_an_answer_about_another_token_is_refused() -> None:
    with pytest.raises(BadPayloadError, match="it speaks of 'bitcoin'"):
        read(DETAILS, DetailsRequest("coingecko", "ethereum"), "coins_ethereum__01")


def test_an_answer_without_its_id_is_refused() -> None:
    with pytest.raises(BadPayloadError, match="'id' is no text"):
        read(DETAILS, DetailsRequest("coingecko", "dai"), "coins_dai__01")


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("coins_id_http404__01", 404, NotListedError),
        ("coins_ethereum_http429__03", 429, RateLimitedError),
        ("coins_id_market_chart_http401__01", 401, KeyRejectedError),
    ],
)
async def test_recorded_errors_are_told_apart(name: str, status: int, error: type[UpstreamError]) -> None:
    http = RecordedHttp(status, body_of(name))

    with pytest.raises(error):
        await DETAILS.fetch(http, DetailsRequest("coingecko", "no-such-coin"), None)
