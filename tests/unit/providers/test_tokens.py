"""Adapters of tokens and categories on what the providers document, and on what should not be."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RefusedError
from shared.core.settings import Settings
from shared.providers.adapters.coingecko_categories import (
    CATEGORIES_FREE,
    CoinGeckoCategories,
    CoinGeckoMembers,
    CoinGeckoTrending,
    dollars,
)
from shared.providers.adapters.coingecko_tokens import TOKENS_FREE, TOKENS_PRO, CoinGeckoDetails, CoinGeckoList
from shared.providers.adapters.coinpaprika_tokens import CoinPaprikaDetails, CoinPaprikaList, CoinPaprikaTags
from shared.providers.adapters.token_texts import LONGEST_DESCRIPTION, links, plain
from shared.providers.contract import AnyAdapter, Page, Payload, Reply
from shared.providers.numbers import JsonValue, Unreadable, parsed
from shared.providers.token_requests import (
    MOST_MEMBERS,
    CategoriesRequest,
    DetailsRequest,
    ListRequest,
    MembersRequest,
    TrendingRequest,
)
from shared.providers.tokens import TokenSources
from shared.records.platforms import CHAINS, address_of, chain_of
from shared.records.provider import PROVIDERS
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments

URL = "https://provider.example"
GECKO = ListRequest("coingecko")
PAPRIKA = CoinPaprikaList(URL)


def read(adapter: AnyAdapter, request: Any, *bodies: str) -> list[Any]:
    pages = tuple(Page(parsed(body.encode()), None) for body in bodies)
    return adapter.normalise(Payload(pages), request, fetched_at=NOON)


class Scripted:
    """Answers by path, and remembers what was asked and with which headers."""

    def __init__(self, answers: dict[str, tuple[int, str]]) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    async def get(self, provider: str, url: str, *, params: Any, headers: Any) -> Reply:
        page = f"?page={params['page']}" if "page" in params else ""
        self.asked.append(url.removeprefix(URL) + page)
        self.headers.append(dict(headers))
        status, body = self._answers[self.asked[-1]]
        return Reply(status, {}, body.encode())

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Any) -> Reply:
        raise AssertionError("nothing is posted")

    def now(self) -> datetime:
        return NOON


def test_rows_without_id_symbol_or_name_stay_for_the_refresh_to_count() -> None:
    body = '[{"id":"a","symbol":"","name":"A"},{"id":"b","symbol":null,"name":null},{"id":"","symbol":"c","name":"C"}]'

    found = read(CoinGeckoList(URL, TOKENS_FREE), GECKO, body)

    assert [(each.provider_id, each.symbol, each.name) for each in found] == [
        ("a", "", "A"),
        ("b", "", ""),
        ("", "C", "C"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"id":"a"}',
        '[{"id":1,"symbol":"a","name":"A"}]',
        '[{"id":"a","symbol":"a","name":"A","platforms":["x"]}]',
        "[7]",
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(body: str) -> None:
    with pytest.raises(BadPayloadError):
        read(CoinGeckoList(URL, TOKENS_FREE), GECKO, body)


def test_blank_platforms_and_addresses_are_no_contracts_and_each_address_counts_once() -> None:
    platforms = '{"":"","ethereum":"","solana":null," ":"0x1","base":" 0xAB ","near-protocol":"A.near","near":"A.near"}'

    (found,) = read(
        CoinGeckoList(URL, TOKENS_FREE), GECKO, f'[{{"id":"a","symbol":"a","name":"A","platforms":{platforms}}}]'
    )

    assert [(each.chain, each.address) for each in found.contracts] == [("base", "0xAB"), ("near", "A.near")]


def test_a_coin_whose_categories_hold_nulls_and_whose_decimals_are_nonsense_is_read() -> None:
    body = (
        '{"id":"a","symbol":"a","name":"A","categories":[null,"","DeFi","DeFi"],"description":null,"links":null,"image":null,'
        '"platforms":{"base":"0x1","x":"y"},"detail_platforms":{"base":{"decimal_place":-1},"x":{"decimal_place":6}}}'
    )

    (found,) = read(CoinGeckoDetails(URL, TOKENS_FREE), DetailsRequest("coingecko", "a"), body)

    assert found.categories == ("DeFi",)
    assert [(each.chain, each.decimals) for each in found.contracts] == [("base", None), ("x", 6)]
    assert (found.description, found.image_url, dict(found.links), found.observed_at) == (None, None, {}, NOON)


async def test_the_key_goes_into_the_header_of_its_door_and_a_missing_coin_is_not_listed() -> None:
    http = Scripted({"/coins/a%2Fb": (404, '{"error":"coin not found"}')})

    for adapter in (CoinGeckoDetails(URL, TOKENS_PRO), CoinGeckoDetails(URL, TOKENS_FREE)):
        with pytest.raises(NotListedError):
            await adapter.fetch(http, DetailsRequest("coingecko", "a/b"), "a-key")

    assert http.headers == [{"x-cg-pro-api-key": "a-key"}, {"x-cg-demo-api-key": "a-key"}]


async def test_another_refusal_is_not_taken_for_an_unknown_coin() -> None:
    http = Scripted({"/coins/a": (422, '{"error":"no"}')})

    with pytest.raises(RefusedError):
        await CoinGeckoDetails(URL, TOKENS_FREE).fetch(http, DetailsRequest("coingecko", "a"), None)


async def test_a_categorys_pages_are_read_until_one_is_not_full_and_never_beyond_a_thousand() -> None:
    full = "[" + ",".join(f'{{"id":"t{number}"}}' for number in range(250)) + "]"
    pages = {f"/coins/markets?page={number}": (200, full) for number in range(1, 9)}
    short = {**pages, "/coins/markets?page=2": (200, '[{"id":"last"}]')}
    adapter = CoinGeckoMembers(URL, CATEGORIES_FREE)

    two, four = Scripted(short), Scripted(pages)
    payload = await adapter.fetch(two, MembersRequest("x"), None)
    await adapter.fetch(four, MembersRequest("x"), None)

    assert len(two.asked) == 2
    assert len(four.asked) == MOST_MEMBERS // 250
    assert len(adapter.normalise(payload, MembersRequest("x"), fetched_at=NOON)) == 251


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("$148,289,648", "148289648"),
        ("$1,234.56", "1234.56"),
        ("$0.0001", "0.0001"),
        (" $ 12 ", "12"),
        (Decimal("5.5"), "5.5"),
        (7, "7"),
        ("", None),
        (None, None),
        ("$0", None),
        (0, None),
    ],
)
def test_amounts_of_trending_are_text_or_numbers(written: JsonValue, amount: str | None) -> None:
    assert dollars({"x": written}, "x") == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("written", ["€5", "$1.2M", "$1,23", "$", "12", "$<sub>1</sub>", True, ["$1"]])
def test_amounts_that_are_none_are_refused(written: JsonValue) -> None:
    with pytest.raises(Unreadable):
        dollars({"x": written}, "x")


@pytest.mark.parametrize(
    "body", ['{"coins":null}', '{"coins":[{"item":{"id":"","symbol":"A","name":"A"}}]}', "[]", '{"coins":[{}]}']
)
def test_a_trending_list_that_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(BadPayloadError):
        read(CoinGeckoTrending(URL, CATEGORIES_FREE), TrendingRequest(), body)


def test_a_category_without_totals_keeps_its_name_and_one_without_a_name_is_dropped() -> None:
    body = '[{"id":"a","name":"A","market_cap":null,"volume_24h":0,"updated_at":"2026-03-01T11:00:00Z"},{"id":"b","name":null}]'

    (found,) = read(CoinGeckoCategories(URL, CATEGORIES_FREE), CategoriesRequest("coingecko"), body)

    assert (found.category_id, found.market_cap_usd, found.volume_24h_usd, found.observed_at) == ("a", None, None, None)


COINS = '[{"id":"usdt-tether","name":"Tether","symbol":"USDT","is_active":true},{"id":"old-old","name":"Old","symbol":"OLD","is_active":false}]'


async def test_coinpaprika_tells_contracts_by_platform() -> None:
    there = '[{"address":"0xDAC17F958D2ee523a2206206994597C13D831ec7","id":"usdt-tether","type":"ERC20","active":true},'
    gone = '{"address":"0x1","id":"usdt-tether","type":"ERC20","active":false}]'
    http = Scripted(
        {
            "/coins": (200, COINS),
            "/contracts": (200, '["btc-bitcoin","eth-ethereum","eos-eos"]'),
            "/contracts/eth-ethereum": (200, there + gone),
        }
    )

    payload = await PAPRIKA.fetch(http, ListRequest("coinpaprika"), None)
    (found,) = PAPRIKA.normalise(payload, ListRequest("coinpaprika"), fetched_at=NOON)

    assert found.provider_id == "usdt-tether"
    assert [(each.chain, each.address) for each in found.contracts] == [
        ("ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7")
    ]


def test_coinpaprikas_details_are_read_as_documented() -> None:
    body = (
        '{"id":"btc-bitcoin","name":"Bitcoin","symbol":"BTC","tags":[{"id":"mining","name":"Mining"}],"description":"Money.",'
        '"started_at":"2009-01-03T00:00:00Z","hash_algorithm":"SHA256","logo":"https://static.example/logo.png",'
        '"links":{"explorer":["https://e.example/"],"reddit":["https://www.reddit.com/r/bitcoin"],"website":["https://bitcoin.org/"],'
        '"source_code":["https://github.com/bitcoin/bitcoin"],"medium":null},"whitepaper":{"link":"https://w.example/w.pdf"},'
        '"last_data_at":"2026-03-01T11:59:00Z","contracts":null}'
    )

    (found,) = read(CoinPaprikaDetails(URL), DetailsRequest("coinpaprika", "btc-bitcoin"), body)

    assert (found.genesis_date, found.hashing_algorithm, found.categories) == ("2009-01-03", "SHA256", ("Mining",))
    assert found.observed_at == datetime(2026, 3, 1, 11, 59, tzinfo=UTC)
    assert dict(found.links) == {
        "homepage": ("https://bitcoin.org/",),
        "explorers": ("https://e.example/",),
        "source_code": ("https://github.com/bitcoin/bitcoin",),
        "whitepaper": ("https://w.example/w.pdf",),
        "social": ("https://www.reddit.com/r/bitcoin",),
    }


def test_coinpaprikas_tags_know_their_coins_when_they_are_told() -> None:
    body = '[{"id":"a","name":"A","coins":["x-x",null,"y-y"]},{"id":"b","name":"B"}]'

    first, second = read(CoinPaprikaTags(URL), CategoriesRequest("coinpaprika"), body)

    assert (first.members, second.members) == (("x-x", "y-y"), None)


def test_descriptions_are_plain_whole_sentences() -> None:
    text = plain('Money &amp; <a href="https://x.example">links</a>.\r\n\r\n' + "One more sentence. " * 60)

    assert text is not None
    assert text.startswith("Money & links . One more sentence.")
    assert text.endswith("sentence.")
    assert len(text) <= LONGEST_DESCRIPTION
    assert plain("  <p> </p> ") is None
    assert plain("x" * 700) is not None


def test_only_web_addresses_are_links_and_only_some_of_them() -> None:
    told: JsonValue = [
        "javascript:alert(1)",
        "ftp://x",
        "https://",
        "https://a.example",
        "https://a.example",
        None,
        "https://www.reddit.com",
    ]

    assert links(told) == ("https://a.example",)
    assert len(links([f"https://{number}.example" for number in range(20)])) == 5


def test_chains_have_our_names_and_unknown_ones_their_providers() -> None:
    assert chain_of("binance-smart-chain") == chain_of("bsc-binance-smart-chain") == chain_of("BSC") == "bsc"
    assert chain_of("the-open-network") == "ton"
    assert chain_of("xdai") == "xdai"
    assert all(chain_of(chain) == chain for chain in CHAINS)


def test_only_evm_addresses_lose_their_case() -> None:
    evm = "0xdAC17F958D2ee523a2206206994597C13D831ec7"

    assert address_of(f" {evm} ") == evm.lower()
    assert address_of("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t") == "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    assert address_of(f"{evm}::coin::USDT") == f"{evm}::coin::USDT"


@pytest.mark.parametrize(
    ("environment", "hourly"),
    [
        ({}, {"coingecko_pro": 104, "coingecko": 2, "coinpaprika": 4}),
        ({"COINGECKO_LIMITS": "1000/60"}, {"coingecko_pro": 104, "coingecko": 120, "coinpaprika": 4}),
        ({"COINGECKO_PRO_LIMITS": "1000/2592000"}, {"coingecko_pro": 1, "coingecko": 2, "coinpaprika": 4}),
    ],
)
def test_slices_follow_from_the_limits(environment: dict[str, str], hourly: dict[str, int]) -> None:
    settings = Settings.from_environment({"DATA_SOURCE": "sandbox", **environment})

    assert TokenSources.of(settings, MemoryDocuments(), SteppingClock()).hourly == hourly


def test_whoever_is_asked_is_known_to_the_status_page() -> None:
    sources = TokenSources.of(Settings.from_environment({}), MemoryDocuments(), SteppingClock())

    assert set(sources.hourly) == set(PROVIDERS["tokens"]) == set(PROVIDERS["categories"])
