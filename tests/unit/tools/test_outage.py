"""What the outage tool says of answers, and that it always puts back what it took away."""

from collections.abc import Iterator

import pytest

from sandbox.admin import NAMES
from sandbox.serving import Served, serve
from shared.records.provider import PROVIDERS
from tests.clocks import NOON
from tests.unit.sandbox.calls import Caller
from tools.outage.__main__ import main
from tools.outage.answers import Seen, by_group, group_of, seen, verdict, verdicts
from tools.outage.sources import by_stand, refreshes_asking, stand_of
from tools.outage.upstream import UnreachableError, Upstream
from tools.tour.itinerary import Stop
from tools.tour.visiting import Visit

GONE = frozenset({"defillama"})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


def answer(*sources: str, status: int = 200, stale: bool = False) -> Seen:
    return Seen(status, frozenset(sources), stale)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (answer("binance"), answer("binance"), "answered"),
        (answer(), answer(), "answered"),
        (answer("defillama"), answer("artemis"), "another source"),
        (answer("defillama", "koios"), answer("koios"), "another source"),
        (answer("defillama"), answer("defillama"), "kept"),
        (answer("defillama"), answer("artemis", "defillama"), "kept"),
        (answer("defillama"), answer("defillama", stale=True), "stale"),
        (answer("defillama", stale=True), answer("defillama", stale=True), "kept"),
        (answer("binance"), answer(status=503), "failed"),
        (answer("defillama"), answer("artemis", status=404), "failed"),
    ],
)
def test_what_becomes_of_an_answer_has_one_name(before: Seen, now: Seen, expected: str) -> None:
    assert verdict(before, now, GONE) == expected


def test_operations_are_counted_by_group_and_what_failed_before_does_not_count() -> None:
    before = {
        "/api/v1/on-chain/tvl": answer("defillama"),
        "/api/v1/on-chain/gas": answer("etherscan"),
        "/api/v1/ml/models": answer(status=503),
        "/api/market": answer("binance"),
    }
    now = {path: answer("etherscan", status=was.status) for path, was in before.items()}

    found = verdicts(before, now, GONE)

    assert found["/api/v1/on-chain/tvl"] == "another source"
    assert by_group(found) == {"on-chain": {"another source": 1, "answered": 1}, "market": {"answered": 1}}
    assert group_of("/api/v1/health/live") == "health"


def test_sources_that_told_a_number_together_are_two() -> None:
    visit = Visit(
        stop=Stop(method="GET", path="/x"), status=200, took_ms=1.0, complaints=(), source="koios+quotes, etherscan"
    )

    assert seen(visit) == answer("koios", "quotes", "etherscan")


def test_every_source_falls_silent_with_some_stand_in() -> None:
    stands = by_stand()

    assert set(stands) <= set(NAMES)
    assert frozenset().union(*stands.values()) == {name for named in PROVIDERS.values() for name in named}
    assert stands["evm_rpc"] == {name for name in PROVIDERS["chains"] if name.startswith("evm_rpc_")}
    assert stand_of("rss_decrypt") == ("news_feeds", "/decrypt")


def test_a_source_is_asked_by_the_refreshes_of_all_its_kinds() -> None:
    assert refreshes_asking(["etherscan"]) == {"refresh_flows", "refresh_onchain"}
    assert refreshes_asking(["blocknative"]) == frozenset()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_whatever_happens_meanwhile_the_sources_come_back(sandbox: Served, error: type[BaseException]) -> None:
    caller = Caller(sandbox.port)
    meanwhile = []

    def interrupted() -> None:
        with Upstream(sandbox.url).without(["alternative_me"]):
            meanwhile.append(caller.get("/alternative-me/fng/").status)
            raise error

    with pytest.raises(error):
        interrupted()

    assert meanwhile == [500]
    assert caller.get("/alternative-me/fng/").status == 200
    assert caller.get("/admin/faults").json() == {}


def test_a_stand_in_that_there_is_not_is_refused_and_nothing_stays_stopped(sandbox: Served) -> None:
    with pytest.raises(UnreachableError), Upstream(sandbox.url).without(["alternative_me", "nobody"]):
        pass

    assert Caller(sandbox.port).get("/admin/faults").json() == {}


@pytest.mark.parametrize("url", ["https://api.example.org", "http://10.0.0.1:8080"])
def test_only_a_platform_on_this_machine_is_put_out_of_order(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--url", url])

    assert "on this machine" in capsys.readouterr().err
