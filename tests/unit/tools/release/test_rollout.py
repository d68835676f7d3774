from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.manifests import read_manifests
from tools.release.canary import Window
from tools.release.cloud import CloudError
from tools.release.metrics import MetricsError
from tools.release.notes import release_notes
from tools.release.prune import outdated
from tools.release.record import Moved, Record
from tools.release.rollout import Rollout

GOOD = Window(500, 0, 20.0)
BAD = Window(500, 100, 20.0)


class FakeCloud:
    """Services with an old and a new revision; remembers who had the traffic."""

    def __init__(self) -> None:
        self.traffic: dict[str, dict[str, int]] = {}
        self.tags: dict[str, str | None] = {}
        self.unpinned: set[str] = set()
        self.deployed = False
        self.unmade: set[str] = set()
        self.unmovable: set[str] = set()
        self.status = 200
        self.asked: list[tuple[str, str, str]] = []
        self.at_new: dict[str, Window | None] = {}
        self.config = "config-1"
        self.history: list[tuple[str, dict[str, int]]] = []

    def serving(self, service: str) -> str | None:
        if service in self.unmade:
            raise CloudError(f"{service} is not found")
        return None if service in self.unpinned else f"{service}-1"

    def newest(self, service: str) -> str:
        if service in self.unmade and not self.deployed:
            raise CloudError(f"{service} is not found")
        return f"{service}-2" if self.deployed else f"{service}-1"

    def move(self, service: str, shares: Mapping[str, int]) -> None:
        if service in self.unmovable:
            raise CloudError(f"{service} cannot be moved")
        self.traffic[service] = dict(shares)
        self.history.append((service, dict(shares)))

    def tag(self, service: str, revision: str | None) -> None:
        self.tags[service] = revision

    def ask(self, url: str, *, service_url: str, account: str, method: str) -> int:
        self.asked.append((method, url, account))
        return self.status

    def windows(self, service: str, revisions: Sequence[str], since: datetime, until: datetime) -> Mapping[str, Window]:
        new = self.at_new.get(service, GOOD)
        if new is None:
            raise MetricsError("away")
        return {revisions[0]: GOOD, revisions[1]: new}

    def gateway_config(self) -> str | None:
        return self.config

    def serve_config(self, config: str) -> None:
        self.config = config

    def configs(self) -> Sequence[tuple[str, str]]:
        return []

    def delete_config(self, config: str) -> None:
        raise AssertionError(config)


class Clock:
    """Time that passes only while the release waits."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pause(self, span: timedelta) -> None:
        self.time += span


API = Moved("prices", "https://prices-1.us-central1.run.app", "api", "")
REFRESH = Moved("refresh-market", "https://refresh-market-1.us-central1.run.app", "refresh", "")
RECORD = Record("r1", "demo", "us-central1", {"prices": API, "refresh_market": REFRESH}, None)


def begun(cloud: FakeCloud, clock: Clock | None = None) -> tuple[Rollout, Record]:
    clock = clock or Clock()
    rollout = Rollout(cloud, read_manifests(), now=clock.now, pause=clock.pause, tell=lambda line: None)
    record = rollout.begin(RECORD)
    cloud.deployed = True
    return rollout, record


def test_a_good_release_goes_by_10_and_50_percent_to_all() -> None:
    cloud = FakeCloud()
    rollout, record = begun(cloud)

    finished = rollout.run(record)

    assert finished.outcome == "released"
    assert [shares for service, shares in cloud.history if service == "prices"] == [
        {"prices-2": 10, "prices-1": 90},
        {"prices-2": 50, "prices-1": 50},
        {"prices-2": 100},
    ]
    assert cloud.traffic["refresh-market"] == {"refresh-market-2": 100}


def test_tags_are_taken_back_because_tagged_revisions_stay_warm() -> None:
    cloud = FakeCloud()
    rollout, record = begun(cloud)

    rollout.run(record)

    assert cloud.tags == {"prices": None, "refresh-market": None}


def test_the_new_revision_is_asked_at_its_own_address_before_it_has_traffic() -> None:
    cloud = FakeCloud()
    rollout, record = begun(cloud)

    rollout.run(record)

    assert cloud.asked[0] == ("GET", "https://candidate---prices-1.us-central1.run.app/api/v1/prices/live", "gateway")
    assert ("POST", "https://candidate---refresh-market-1.us-central1.run.app/", "scheduler") in cloud.asked


def test_a_revision_that_fails_its_smoke_test_never_gets_traffic() -> None:
    cloud = FakeCloud()
    cloud.status = 503
    rollout, record = begun(cloud)

    finished = rollout.run(record)

    assert finished.outcome == "rolled back"
    assert cloud.traffic == {"prices": {"prices-1": 100}, "refresh-market": {"refresh-market-1": 100}}
    assert "answers 503" in finished.log[-1]


def test_one_bad_function_takes_the_whole_release_back() -> None:
    cloud = FakeCloud()
    cloud.at_new["prices"] = BAD
    rollout, record = begun(cloud)

    finished = rollout.run(record)

    assert finished.outcome == "rolled back"
    assert cloud.traffic == {"prices": {"prices-1": 100}, "refresh-market": {"refresh-market-1": 100}}


def test_a_release_nobody_can_watch_goes_back_when_patience_ends() -> None:
    cloud, clock = FakeCloud(), Clock()
    cloud.at_new["prices"] = None
    rollout, record = begun(cloud, clock)
    began = clock.now()

    finished = rollout.run(record)

    assert finished.outcome == "rolled back"
    assert clock.now() - began == timedelta(minutes=20)


def test_traffic_that_follows_the_latest_revision_is_pinned_before_anything_is_deployed() -> None:
    cloud = FakeCloud()
    cloud.unpinned = {"prices"}

    _, record = begun(cloud)

    assert cloud.traffic == {"prices": {"prices-1": 100}}
    assert record.functions["prices"].old == "prices-1"


def test_a_new_function_gets_all_traffic_and_has_nothing_to_go_back_to() -> None:
    cloud = FakeCloud()
    cloud.unmade = {"prices"}
    rollout, record = begun(cloud)

    finished = rollout.run(record)

    assert [shares for service, shares in cloud.history if service == "prices"] == [{"prices-2": 100}]
    assert rollout.undo(finished).functions["prices"].old == ""


def test_what_did_not_change_is_neither_asked_nor_moved() -> None:
    cloud = FakeCloud()
    rollout, record = begun(cloud)
    cloud.deployed = False

    finished = rollout.run(record)

    assert (finished.outcome, cloud.asked, cloud.traffic) == ("released", [], {})


def test_a_function_that_cannot_be_moved_keeps_no_other_from_going_back() -> None:
    cloud = FakeCloud()
    rollout, record = begun(cloud)
    finished = rollout.run(record)
    cloud.unmovable, cloud.config = {"prices"}, "config-2"

    undone = rollout.undo(finished)

    assert cloud.traffic["refresh-market"] == {"refresh-market-1": 100}
    assert cloud.config == "config-1"
    assert "prices could not be rolled back" in undone.log[-1]


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    record = replace(RECORD, old_gateway_config="c", log=("one",))

    record.write(tmp_path / "release.json")

    assert Record.read(tmp_path / "release.json") == record


def test_old_configs_go_but_never_the_one_that_is_served() -> None:
    configs = [(f"c{number:02}", f"2026-11-{number:02}T00:00:00Z") for number in range(1, 15)]

    assert outdated(configs, serving="c02") == ["c01", "c03", "c04"]
    assert outdated(configs[:5], serving="c05") == []
    assert outdated(configs, serving=None) == []


def test_notes_say_what_callers_notice_and_what_was_deployed() -> None:
    moved = replace(API, old="prices-1", new="prices-2")
    record = Record("r1", "demo", "x", {"prices": moved}, "c1", "c2", "released", ("prices at 10 %: fine",))

    notes = release_notes(record, "# Changelog\n\n## Unreleased\n\n- Prices are served.\n\n## 0.0.1\n\n- Old.\n")

    assert "- Prices are served." in notes
    assert "Old" not in notes
    assert "- prices: prices-1 → prices-2\n- gateway: c1 → c2" in notes
    assert "- prices at 10 %: fine" in notes
