"""The tokens function over a real database."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from functions.tokens.main import build
from shared.domain.tokens.category_writing import CategoryRun
from shared.domain.tokens.models import Candidate, ListedToken, Token
from shared.http.envelope import Envelope
from shared.records.tokens import CategoryRecord, Contract
from tests.catalogues import SHARED, TOKENS, USDT, details, list_run, listed, storing
from tests.clocks import NOON, SteppingClock
from tests.databases import Place, Server, copied_for, filled_by
from tests.functions.quoting import Served, store
from tests.snapshots import snapshot

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[Place]:
    with filled_by(server, fill) as made:
        yield made


@pytest.fixture
def place(request: pytest.FixtureRequest, server: Server) -> Iterator[Place]:
    with copied_for("tokens", request, server) as made:
        yield made


async def fill(place: Place) -> None:
    await store(place, snapshot())
    async with storing(place) as writers:
        await writers.catalogue(list_run())


@pytest.fixture
async def tokens(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place, SteppingClock(NOON + timedelta(minutes=5)))
    yield served
    await served.close()


async def ids(served: Served, path: str) -> list[str]:
    return [each["id"] for each in (await served.fresh(path))["data"]]


async def code(served: Served, path: str) -> tuple[int, str]:
    answer = await served.get(path)
    return answer.status_code, answer.json()["code"]


async def test_the_catalogue_lists_the_largest_first_and_what_has_no_quote_last(tokens: Served) -> None:
    body = await tokens.fresh("/api/v1/tokens")

    assert [each["id"] for each in body["data"]] == ["bitcoin", "ripple", "ethereum", "dust-2", "dust", "tether"]
    assert body["meta"]["total"] == 6
    assert body["meta"]["stale"] is False
    assert body["meta"]["sources"] == ["coingecko"]
    assert Envelope[list[ListedToken]].model_validate(body)


async def test_pages_fit_together_and_link_to_the_next(tokens: Served) -> None:
    whole = await ids(tokens, "/api/v1/tokens")

    first = await tokens.get("/api/v1/tokens?limit=4")
    second = await ids(tokens, "/api/v1/tokens" + first.json()["meta"]["next"])

    assert [each["id"] for each in first.json()["data"]] + second == whole
    assert first.headers["link"] == '<?limit=4&offset=4>; rel="next"'
    assert await ids(tokens, "/api/v1/tokens?offset=100") == []


async def test_tokens_of_a_chain_by_our_name_or_the_providers(tokens: Served) -> None:
    assert await ids(tokens, "/api/v1/tokens?chain=bsc") == ["dust-2"]
    assert await ids(tokens, "/api/v1/tokens?chain=binance-smart-chain") == ["dust-2"]
    assert await ids(tokens, "/api/v1/tokens?chain=ethereum") == ["dust-2", "dust", "tether"]
    assert await ids(tokens, "/api/v1/tokens?chain=xdai") == ["tether"]
    assert await ids(tokens, "/api/v1/tokens?chain=solana") == []
    assert await code(tokens, "/api/v1/tokens?chain=no-such-chain") == (404, "chain_not_found")


async def test_a_filtered_page_links_to_the_next_with_its_filter(tokens: Served) -> None:
    body = await tokens.fresh("/api/v1/tokens?chain=ethereum&limit=2")

    assert body["meta"]["total"] == 3
    assert await ids(tokens, "/api/v1/tokens" + body["meta"]["next"]) == ["tether"]


async def test_tokens_of_a_category(tokens: Served, place: Place) -> None:
    async with storing(place) as writers:
        await writers.grouped.store(
            CategoryRun(
                categories=[
                    CategoryRecord(provider="coingecko", category_id=name, name=name.title())
                    for name in ("layer-1", "dusts")
                ],
                members={"layer-1": ["ethereum", "bitcoin"], "dusts": ["dust", "tether", "bitcoin"]},
                provider="coingecko",
                at=NOON,
                data_source="live",
            )
        )
        await writers.tokens.order()

    body = await tokens.fresh("/api/v1/tokens?category=layer-1")

    assert [each["id"] for each in body["data"]] == ["bitcoin", "ethereum"]
    assert body["data"][0]["categories"] == [{"id": "dusts", "name": "Dusts"}, {"id": "layer-1", "name": "Layer-1"}]
    assert await ids(tokens, "/api/v1/tokens?category=dusts&chain=ethereum") == ["dust", "tether"]
    assert await ids(tokens, "/api/v1/tokens?category=dusts&chain=ethereum&limit=1&offset=1") == ["tether"]
    assert await ids(tokens, "/api/v1/tokens?category=layer-1&chain=ethereum") == []
    assert await ids(tokens, "/api/v1/tokens?category=layer-1&chain=solana") == []
    assert await code(tokens, "/api/v1/tokens?category=none") == (404, "category_not_found")


async def test_one_token_with_all_that_is_known_of_it(tokens: Served, place: Place) -> None:
    told = details("tether", contracts=(Contract(chain="ethereum", address=USDT, decimals=6),))
    async with storing(place) as writers:
        await writers.tokens.store_details([("tether", told)], ["tether"], at=NOON + timedelta(minutes=1))

    body = await tokens.fresh("/api/v1/tokens/tether")
    token = body["data"]

    assert Envelope[Token].model_validate(body)
    assert token["contracts"] == [
        {"chain": "ethereum", "address": USDT, "decimals": 6},
        {"chain": "tron", "address": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "decimals": None},
        {"chain": "xdai", "address": "0xDAI", "decimals": None},
    ]
    assert token["links"] == {"homepage": ["https://tether.example/"]}
    assert token["genesis_date"] == "2009-01-03"
    assert (token["source"], token["details_source"]) == ("coingecko", "coingecko")
    assert token["details_checked_at"] == "2026-03-01T12:01:00.000Z"


async def test_a_token_without_details_is_told_as_far_as_it_is_known(tokens: Served) -> None:
    token = (await tokens.fresh("/api/v1/tokens/bitcoin"))["data"]

    assert (token["symbol"], token["rank"], token["links"], token["details_source"]) == ("BTC", 1, {}, None)


async def test_unknown_tokens_chains_and_contracts_are_not_found(tokens: Served) -> None:
    assert await code(tokens, "/api/v1/tokens/no-such-token") == (404, "token_not_found")
    assert await code(tokens, "/api/v1/tokens/contract/nowhere/0x1") == (404, "chain_not_found")
    assert await code(tokens, "/api/v1/tokens/contract/solana/0x1") == (404, "contract_not_found")
    assert await code(tokens, f"/api/v1/tokens/contract/bsc/{USDT}") == (404, "contract_not_found")


@pytest.mark.parametrize(
    "written", [USDT, USDT.upper().replace("0X", "0x"), "0xdAC17F958D2ee523a2206206994597C13D831ec7"]
)
async def test_an_evm_address_is_found_in_any_case(tokens: Served, written: str) -> None:
    body = await tokens.fresh(f"/api/v1/tokens/contract/ethereum/{written}")

    assert body["data"]["id"] == "tether"
    assert (body["meta"]["address"], body["meta"]["ambiguous"]) == (USDT, False)


async def test_an_address_in_base58_is_found_in_its_own_case_only(tokens: Served) -> None:
    address = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"

    assert (await tokens.get(f"/api/v1/tokens/contract/tron/{address}")).status_code == 200
    assert await code(tokens, f"/api/v1/tokens/contract/tron/{address.lower()}") == (404, "contract_not_found")


async def test_one_address_on_two_chains_is_two_tokens(tokens: Served) -> None:
    on_ethereum = await tokens.fresh(f"/api/v1/tokens/contract/ethereum/{SHARED}")
    on_bsc = await tokens.fresh(f"/api/v1/tokens/contract/binance-smart-chain/{SHARED}")

    assert (on_ethereum["data"]["id"], on_bsc["data"]["id"]) == ("dust", "dust-2")
    found = await tokens.fresh(f"/api/v1/tokens/resolve?q={SHARED}")
    assert [each["id"] for each in found["data"]] == ["dust-2", "dust"]
    assert found["meta"]["ambiguous"] is True


async def test_a_contract_that_two_tokens_claim_is_told_as_such(tokens: Served, place: Place) -> None:
    claimed = listed("tether-copy", "USDT", "Tether Copy", ethereum=USDT)
    async with storing(place) as writers:
        await writers.catalogue(list_run([*TOKENS, claimed], at=NOON + timedelta(minutes=1)))

    body = await tokens.fresh(f"/api/v1/tokens/contract/ethereum/{USDT}")

    assert body["data"]["id"] == "tether"
    assert (body["meta"]["ambiguous"], body["meta"]["others"]) == (True, "tether-copy")


async def test_an_address_with_slashes_is_found(tokens: Served, place: Place) -> None:
    address = "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2"
    async with storing(place) as writers:
        await writers.catalogue(
            list_run([*TOKENS, listed("atom-ibc", "ATOM", "Atom", osmosis=address)], at=NOON + timedelta(minutes=1))
        )

    plain = await tokens.fresh(f"/api/v1/tokens/contract/osmosis/{address}")
    encoded = await tokens.fresh(f"/api/v1/tokens/contract/osmosis/{address.replace('/', '%2F')}")

    assert plain["data"] == encoded["data"]
    assert plain["data"]["id"] == "atom-ibc"


async def test_a_symbol_that_two_tokens_share_is_ambiguous_and_the_larger_comes_first(tokens: Served) -> None:
    body = await tokens.fresh("/api/v1/tokens/resolve?q=dst")

    assert [(each["id"], each["exact"], each["matched_by"]) for each in body["data"]] == [
        ("dust-2", True, "symbol"),
        ("dust", True, "symbol"),
    ]
    assert (body["meta"]["ambiguous"], body["meta"]["total"], body["meta"]["exact"]) == (True, 2, 2)
    assert TypeAdapter(list[Candidate]).validate_python(body["data"])


@pytest.mark.parametrize(
    ("q", "first", "by"),
    [
        ("BTC", "bitcoin", "symbol"),
        ("bitcoin", "bitcoin", "id"),
        ("  Dust   Two ", "dust-2", "name"),
        ("TETH", "tether", "id_prefix"),
        (USDT.upper().replace("0X", "0x"), "tether", "contract"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tether", "contract"),
    ],
)
async def test_whatever_names_a_token_finds_it(tokens: Served, q: str, first: str, by: str) -> None:
    answer = await tokens.client.get("/api/v1/tokens/resolve", params={"q": q})
    found: list[Any] = answer.json()["data"]

    assert (found[0]["id"], found[0]["matched_by"]) == (first, by)
    assert answer.json()["meta"]["ambiguous"] is False


async def test_what_means_nothing_is_an_empty_list(tokens: Served) -> None:
    body = await tokens.fresh("/api/v1/tokens/resolve?q=zzzzzz")

    assert body["data"] == []
    assert (body["meta"]["total"], body["meta"]["ambiguous"]) == (0, False)


@pytest.mark.parametrize("q", ["", "%20%20", "x" * 301])
async def test_a_text_that_is_none_is_refused(tokens: Served, q: str) -> None:
    assert (await tokens.get(f"/api/v1/tokens/resolve?q={q}")).status_code == 422


async def test_what_was_known_then_is_still_told(tokens: Served, place: Place) -> None:
    renamed = [
        listed("tether", "USDT", "Tether USD", ethereum="0x00000000000000000000000000000000000000cc"),
        *TOKENS[:3],
    ]
    async with storing(place) as writers:
        await writers.catalogue(list_run(renamed, at=NOON + HOUR))
    tokens.clock.advance(2 * HOUR)

    now = (await tokens.fresh("/api/v1/tokens/tether"))["data"]
    then = (await tokens.fresh("/api/v1/tokens/tether?as_of=2026-03-01T12:30:00Z"))["data"]

    assert (now["name"], [each["chain"] for each in now["contracts"]]) == ("Tether USD", ["ethereum"])
    assert (then["name"], [each["chain"] for each in then["contracts"]]) == ("Tether", ["ethereum", "tron", "xdai"])
    assert (then["contracts"][0]["address"], now["contracts"][0]["address"][-2:]) == (USDT, "cc")
    assert await code(tokens, "/api/v1/tokens/dust") == (404, "token_not_found")
    assert (await tokens.get("/api/v1/tokens/dust?as_of=2026-03-01T12:30:00Z")).status_code == 200
    assert await code(tokens, "/api/v1/tokens/dust?as_of=2026-03-01T11:30:00Z") == (404, "token_not_found")
    assert await code(tokens, f"/api/v1/tokens/contract/ethereum/{USDT}") == (404, "contract_not_found")
    old = await tokens.fresh(f"/api/v1/tokens/contract/ethereum/{USDT}?as_of=2026-03-01T12:30:00Z")
    assert old["data"]["name"] == "Tether"


async def test_an_instant_that_is_yet_to_come_is_refused(tokens: Served) -> None:
    assert (await tokens.get("/api/v1/tokens/tether?as_of=2027-01-01")).status_code == 422


async def test_the_catalogue_is_stale_after_three_promises_and_not_before(tokens: Served) -> None:
    tokens.clock.advance(3 * HOUR - timedelta(minutes=6))
    assert (await tokens.fresh("/api/v1/tokens/bitcoin"))["meta"]["stale"] is False

    tokens.clock.advance(timedelta(minutes=2))
    assert (await tokens.fresh("/api/v1/tokens/bitcoin"))["meta"]["stale"] is True


async def test_before_the_first_refresh_there_is_no_data_and_no_empty_success(place: Place) -> None:
    served = Served(build, place)

    for path in ("", "/bitcoin", "/resolve?q=btc", "/contract/ethereum/0x1"):
        assert await code(served, f"/api/v1/tokens{path}") == (503, "no_data")
    await served.close()
