import pytest

from tools.cost import prices
from tools.cost.model import Assumptions, Place, by_calls, fixed, runs_a_month
from tools.manifests import read_manifests

ASSUMED = Assumptions()
MANIFESTS = read_manifests()


def place(tier: str, *, standby: bool = False) -> Place:
    return Place("dev", tier, standby, 0)


def test_a_million_calls_beyond_the_free_tiers_cost_about_five_dollars() -> None:
    more = sum(by_calls(1e9 + 1e6, ASSUMED).values()) - sum(by_calls(1e9, ASSUMED).values())

    assert 4.5 < more < 5.5


def test_few_calls_cost_their_egress_only() -> None:
    lines = by_calls(1e6, ASSUMED)

    assert lines["API Gateway"] == 0
    assert lines["egress"] == pytest.approx(0.6)


def test_a_standby_doubles_machine_and_disk() -> None:
    alone = fixed({}, place("db-custom-2-7680"), ASSUMED)["PostgreSQL"]
    both = fixed({}, place("db-custom-2-7680", standby=True), ASSUMED)["PostgreSQL"]
    backups = prices.SQL_BACKUP.of(ASSUMED.disk_gb)

    assert both - backups == pytest.approx(2 * (alone - backups))
    assert 95 < alone - backups < 105


def test_a_warm_instance_costs_what_its_minimum_says() -> None:
    prod = fixed(MANIFESTS, Place("prod", "db-f1-micro", False, 0), ASSUMED)["warm instances"]
    warm = sum(manifest.instances["prod"].minimum for manifest in MANIFESTS.values())

    assert prod == pytest.approx(9.72 * warm, rel=0.01)
    assert fixed(MANIFESTS, place("db-f1-micro"), ASSUMED)["warm instances"] == 0


@pytest.mark.parametrize(("cron", "runs"), [("* * * * *", 43_200), ("17 3 * * *", 30), ("*/15 * * * *", 2_880)])
def test_runs_are_counted_from_the_schedule(cron: str, runs: int) -> None:
    assert runs_a_month(cron) == runs
