"""What the refresh of tokens stores from a sandbox, and from whom when a provider fails in each of its ways."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.serving import Served, serve
from shared.db.engine import Database
from shared.domain.tokens.discovery import DiscoveryService
from shared.domain.tokens.repository import TokenRepository
from shared.domain.tokens.service import TokenService
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.markets import Market, market_over
from tests.token_refreshes import Tokens, tokens_over

PRO = "pro-for-tests"
DOORS = ("coingecko", "coingecko_pro")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=120, pro_keys=[PRO]) as served:
        yield served


@pytest.fixture
async def market(sandbox: Served, place: Place, tmp_path: Path) -> AsyncIterator[Market]:
    """The market refresh has run: it knows what each provider calls the tokens."""
    async with market_over(sandbox, place, tmp_path, tokens=120) as made:
        await made.run()
        yield made
        for provider in (*DOORS, "coinpaprika"):
            made.mend(provider)


@pytest.fixture
async def tokens(sandbox: Served, market: Market, tmp_path: Path) -> AsyncIterator[Tokens]:
    async with tokens_over(sandbox, market.place, tmp_path, ask_within=timedelta(seconds=3)) as made:
        yield made


async def test_a_run_stores_everything_and_says_from_whom(tokens: Tokens) -> None:
    report = await tokens.run()

    assert (report.outcome, report.detail) == ("succeeded", None)
    assert tokens.count("token_catalogue", "held_until IS NULL") == 120
    assert tokens.count("token_places") == 120
    assert tokens.count("token_contracts") > 60
    assert tokens.count("token_contracts", "chain = 'bsc'") > 0
    assert tokens.count("token_contracts", "chain = 'binance-smart-chain'") == 0
    assert tokens.count("categories") >= 10
    assert tokens.count("trending") == 15
    for dataset in ("refresh_tokens", "refresh_tokens.categories", "refresh_tokens.trending"):
        assert tokens.sources(dataset) == ["coingecko"]
    # Keyless, two tokens and one category an hour are what leaves the quotes enough.
    assert tokens.count("token_details") == 2
    assert tokens.rows("token_checks", "token_id", "true ORDER BY 1") == [["bitcoin"], ["ethereum"]]
    assert tokens.count("categories", "members_whole") == 1


async def test_a_paid_plan_looks_at_more_and_sums_are_ours_where_all_members_are_known(
    sandbox: Served, market: Market, tmp_path: Path
) -> None:
    async with tokens_over(sandbox, market.place, tmp_path, COINGECKO_PRO_KEY=PRO) as tokens:
        report = await tokens.run()

        assert report.outcome == "succeeded"
        assert tokens.sources("refresh_tokens") == ["coingecko_pro"]
        assert tokens.count("token_details") == 104
        assert tokens.count("token_contracts", "held_until IS NULL AND decimals IS NOT NULL") > 50
        assert tokens.count("categories", "basis = 'computed' AND members_whole") >= 10
        [[ours, told]] = tokens.rows(
            "categories", "own_market_cap_usd, told_market_cap_usd", "category_id = 'stablecoins'"
        )
        assert float(str(ours)) == pytest.approx(float(str(told)), rel=0.02)
        [[ours, told]] = tokens.rows("categories", "own_change_24h_pct, told_change_24h_pct", "category_id = 'layer-1'")
        assert float(str(ours)) == pytest.approx(float(str(told)), abs=0.5)


async def test_a_second_run_revises_nothing_that_has_not_changed(tokens: Tokens) -> None:
    await tokens.run()
    contracts = "DISTINCT token_id, chain, address"
    listed = tokens.rows("token_catalogue", "token_id")
    before_contracts = sorted(map(str, tokens.rows("token_contracts", contracts)))

    report = await tokens.run()

    assert report.outcome == "succeeded"
    assert tokens.rows("token_catalogue", "token_id") == listed
    assert sorted(map(str, tokens.rows("token_contracts", contracts))) == before_contracts
    assert tokens.count("token_catalogue", "held_until IS NOT NULL") == 0
    # Learning the decimals of an address is the only revision.
    assert tokens.count("token_contracts", "held_until IS NOT NULL AND decimals IS NOT NULL") == 0
    assert tokens.count("token_checks") == 4


async def test_a_second_delivery_asks_nobody_and_writes_nothing(tokens: Tokens, market: Market) -> None:
    first = await tokens.run("refresh-tokens@12:07")
    market.fault("coingecko", "server_error")

    second = await tokens.run("refresh-tokens@12:07")

    assert second.sources == first.sources
    assert tokens.count("trending") == 15


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", "rate_limited"),
        ("rate_limit_silent", "rate_limited"),
        ("server_error", "server_failed"),
        ("error_body", "rate_limited"),
        ("reset", "connection_failed"),
        ("refused", "connection_failed"),
        ("stopped", "connection_failed"),
        ("truncated", "bad_payload"),
        ("html", "bad_payload"),
        ("redirect", "refused"),
        ("timeout", "deadline_exceeded"),
    ],
)
async def test_while_coingecko_fails_coinpaprika_and_our_own_list_stand_in(
    tokens: Tokens, market: Market, kind: str, code: str
) -> None:
    market.fault("coingecko", kind)

    report = await tokens.run()

    codes = {source.provider: source.error_code for source in report.sources}
    assert codes["coingecko"] == code
    assert report.outcome == "degraded"
    assert tokens.sources("refresh_tokens") == ["coinpaprika"]
    assert tokens.sources("refresh_tokens.categories") == ["coinpaprika"]
    assert tokens.sources("refresh_tokens.trending") == ["cryptoprism"]
    assert tokens.count("token_catalogue", "provider = 'coinpaprika'") > 80
    assert tokens.count("token_catalogue", "provisional") == 0
    assert tokens.count("categories", "basis = 'computed'") > 3
    assert tokens.count("trending", "provider = 'cryptoprism' AND score > 0 AND told_price_usd IS NULL") > 0


async def test_one_door_of_coingecko_stands_in_for_the_other(sandbox: Served, market: Market, tmp_path: Path) -> None:
    market.fault("coingecko_pro", "server_error")
    async with tokens_over(sandbox, market.place, tmp_path, COINGECKO_PRO_KEY=PRO) as tokens:
        report = await tokens.run()

        assert report.outcome == "succeeded"
        assert tokens.sources("refresh_tokens") == ["coingecko"]
        assert tokens.sources("refresh_tokens.trending") == ["coingecko"]
        assert {each.provider: each.error_code for each in report.sources}["coingecko_pro"] == "server_failed"


async def test_when_all_fail_nothing_is_written_and_the_last_good_data_stay(tokens: Tokens, market: Market) -> None:
    await tokens.run()
    before = tokens.rows("datasets", "*", "dataset LIKE 'refresh_tokens%' ORDER BY 1")
    for provider in ("coingecko", "coinpaprika"):
        market.fault(provider, "server_error")
    tokens.place.run("UPDATE quotes SET as_of = as_of - interval '2 hours'")

    report = await tokens.run()

    assert report.outcome == "failed"
    assert tokens.rows("datasets", "*", "dataset LIKE 'refresh_tokens%' ORDER BY 1") == before
    assert tokens.count("token_catalogue", "held_until IS NULL") == 120
    assert tokens.count("trending") == 15


async def test_the_old_data_are_stale_after_three_promises(tokens: Tokens) -> None:
    await tokens.run()
    clock = SteppingClock(datetime.now(UTC))
    reading = Database(tokens.place.reader, read_only=True)
    repository = TokenRepository(reading)

    fresh = await TokenService(repository, clock).token("bitcoin")
    clock.advance(timedelta(hours=3, minutes=1))
    old = [
        await TokenService(repository, clock).token("bitcoin"),
        await DiscoveryService(repository, clock).trending(),
        await DiscoveryService(repository, clock).categories(limit=10, offset=0),
    ]
    await reading.close()

    assert (fresh.stale, fresh.sources) == (False, ("coingecko",))
    assert [answer.stale for answer in old] == [True, True, True]


async def test_when_coingecko_is_back_its_categories_are_the_only_ones(
    sandbox: Served, tokens: Tokens, market: Market, tmp_path: Path
) -> None:
    market.fault("coingecko", "reset")
    await tokens.run()
    assert tokens.count("categories", "category_id = 'stablecoin' AND provider = 'coinpaprika'") == 1
    market.mend("coingecko")
    # With documents of its own, to which no circuit is open.
    (tmp_path / "later").mkdir()
    async with tokens_over(sandbox, tokens.place, tmp_path / "later") as again:
        report = await again.run()

    assert report.outcome == "succeeded"
    assert tokens.count("categories", "provider <> 'coingecko'") == 0
    assert tokens.count("token_catalogue", "held_until IS NULL AND provider = 'coingecko'") > 0


async def test_while_coingecko_is_away_its_categories_stay_and_others_come_beside_them(
    tokens: Tokens, market: Market
) -> None:
    await tokens.run()
    ours = tokens.count("categories")
    market.fault("coingecko", "server_error")

    await tokens.run()

    assert tokens.count("categories", "provider = 'coingecko'") == ours
    added = {str(row[0]) for row in tokens.rows("categories", "category_id", "provider = 'coinpaprika'")}
    assert "stablecoin" in added
    # The same name under another id: it stays CoinGecko's.
    assert "meme" not in added


async def test_a_list_that_is_cut_off_delists_nobody(tokens: Tokens) -> None:
    await tokens.run()
    tokens.place.run(
        "INSERT INTO token_catalogue SELECT 'more-' || n, now(), NULL, 'M', 'More', false, 'coingecko', 'm', 'm', 'm'"
        " FROM generate_series(1, 400) n"
    )

    report = await tokens.run()

    assert "cut off" in str(report.detail)
    assert tokens.count("token_catalogue", "held_until IS NULL") == 520


async def test_before_the_market_is_known_coinpaprikas_names_mean_nothing(
    sandbox: Served, place: Place, tmp_path: Path, market: Market
) -> None:
    market.fault("coingecko", "server_error")
    place.run("TRUNCATE tokens, provider_ids, quotes, source_quotes CASCADE")
    async with tokens_over(sandbox, place, tmp_path) as tokens:
        report = await tokens.run()

        assert report.unmatched > 80
        assert tokens.count("token_catalogue") == 0
        assert "no row could be matched" in str(report.detail)
