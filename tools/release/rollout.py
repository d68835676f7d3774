"""Traffic moved to the new revisions of a release, all of them together, and back if one is worse."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from tools.manifests import Manifest

from .canary import STEPS, Decision, Verdict, decide
from .cloud import TAG, Cloud, CloudError
from .metrics import MetricsError
from .record import Moved, Record

PROBES = 20
"""Requests to each new revision in each step: they show that metrics arrive, and warm it."""
POLL = timedelta(seconds=60)


class Rollout:
    """One release under way; `pause` and `now` are passed in, so that tests need no time."""

    def __init__(
        self,
        cloud: Cloud,
        manifests: Mapping[str, Manifest],
        *,
        now: Callable[[], datetime],
        pause: Callable[[timedelta], None],
        tell: Callable[[str], None],
    ) -> None:
        self._cloud = cloud
        self._manifests = manifests
        self._now = now
        self._pause = pause
        self._tell = tell

    def begin(self, record: Record) -> Record:
        """Pin the traffic of every function that exists by name, so that what is deployed next starts with none."""
        functions = {name: replace(moved, old=self._pinned(moved)) for name, moved in record.functions.items()}
        return replace(record, functions=functions, old_gateway_config=self._served_config())

    def _served_config(self) -> str | None:
        try:
            return self._cloud.gateway_config()
        except CloudError:
            # The gateway is made by this release.
            return None

    def run(self, record: Record) -> Record:
        """Smoke, canary, promote; on any failure everything goes back to the old revisions."""
        record = self._with_new_revisions(record)
        try:
            for name, moved in record.changed.items():
                self._cloud.tag(moved.service, moved.new)
                self._smoke(name, moved)
            self._move_unsplit(record)
            for percent in STEPS:
                record = self._step(record, percent)
        except (CloudError, RolloutError) as failure:
            return self.undo(record.told(str(failure)))
        finally:
            self._untag(record)
        return replace(record, outcome="released")

    def undo(self, record: Record) -> Record:
        """Give every function's traffic back to the revision that had it before; nothing is built."""
        self._tell(f"release {record.id} goes back: {record.log[-1] if record.log else 'asked for'}")
        for name, moved in record.functions.items():
            if moved.old:
                record = self._tried(record, name, partial(self._cloud.move, moved.service, {moved.old: 100}))
        record = self._tried(record, "gateway", partial(self._restore_gateway, record.old_gateway_config))
        return replace(record, outcome="rolled back")

    def _restore_gateway(self, config: str | None) -> None:
        if config and self._cloud.gateway_config() != config:
            self._cloud.serve_config(config)

    def _tried(self, record: Record, name: str, back: Callable[[], None]) -> Record:
        """One function that cannot be moved must not keep the others where they are."""
        try:
            back()
        except CloudError as error:
            self._tell(f"{name} could not be rolled back: {error}")
            return record.told(f"{name} could not be rolled back: {error}")
        return record

    def _pinned(self, moved: Moved) -> str:
        try:
            serving = self._cloud.serving(moved.service)
            if serving is not None:
                return serving
            newest = self._cloud.newest(moved.service)
        except CloudError:
            # A function that this release makes: there is nothing to go back to.
            return ""
        self._cloud.move(moved.service, {newest: 100})
        return newest

    def _with_new_revisions(self, record: Record) -> Record:
        functions = {
            name: replace(moved, new=self._cloud.newest(moved.service)) for name, moved in record.functions.items()
        }
        return replace(record, functions=functions)

    def _smoke(self, name: str, moved: Moved) -> None:
        """Ask a revision that has no traffic yet what callers ask; a refresher does one real run, which bears repeating."""
        asked = self._questions(name, moved)
        for method, path, wanted in asked:
            status = self._ask(moved, method, path)
            if status != wanted and not (wanted == 200 and 200 <= status < 300):
                raise RolloutError(f"{name}: {method} {path} at the new revision answers {status or 'nothing'}")

    def _questions(self, name: str, moved: Moved) -> list[tuple[str, str, int]]:
        """Return methods, paths and the status that shows a working revision: something private says 401."""
        if moved.kind == "refresh":
            return [("POST", "/", 200)]
        if moved.kind == "job":
            return []
        return [("GET", path, status) for path, status in self._manifests[name].asked_on_trial.items()]

    def _ask(self, moved: Moved, method: str, path: str) -> int:
        candidate = moved.url.replace("https://", f"https://{TAG}---", 1)
        account = "gateway" if moved.kind == "api" else "scheduler"
        return self._cloud.ask(f"{candidate}{path}", service_url=moved.url, account=account, method=method)

    def _move_unsplit(self, record: Record) -> None:
        """A refresher called once a minute cannot be watched by shares: its smoke run was the test."""
        for moved in record.changed.values():
            if moved.kind != "api" or not moved.old:
                self._cloud.move(moved.service, {str(moved.new): 100})

    def _step(self, record: Record, percent: int) -> Record:
        split = {name: moved for name, moved in record.changed.items() if moved.kind == "api" and moved.old}
        for moved in split.values():
            shares = {str(moved.new): percent} | ({moved.old: 100 - percent} if percent < 100 else {})
            self._cloud.move(moved.service, shares)
        if percent == 100:
            return record
        began = self._now()
        for name, moved in split.items():
            self._probe(name, moved)
        waiting = dict(split)
        while waiting:
            self._pause(POLL)
            for name, moved in list(waiting.items()):
                decision = self._decision(moved, began)
                self._tell(f"{name} at {percent} %: {decision.verdict.value}: {decision.reason}")
                if decision.verdict is Verdict.ROLL_BACK:
                    raise RolloutError(f"{name} at {percent} %: {decision.reason}")
                if decision.verdict is Verdict.PROMOTE:
                    record = record.told(f"{name} at {percent} %: {decision.reason}")
                    del waiting[name]
        return record

    def _probe(self, name: str, moved: Moved) -> None:
        method, path, _ = self._questions(name, moved)[0]
        for _ in range(PROBES):
            self._ask(moved, method, path)

    def _decision(self, moved: Moved, began: datetime) -> Decision:
        now, new = self._now(), str(moved.new)
        try:
            windows = self._cloud.windows(moved.service, (moved.old, new), began, now)
        except MetricsError:
            return decide(None, None, probes=PROBES, watched=now - began)
        return decide(windows[moved.old], windows[new], probes=PROBES, watched=now - began)

    def _untag(self, record: Record) -> None:
        """A tagged revision keeps its minimum of instances warm, and that is paid."""
        for name, moved in record.changed.items():
            try:
                self._cloud.tag(moved.service, None)
            except CloudError as error:
                self._tell(f"{name}: the tag stays: {error}")


class RolloutError(Exception):
    """A new revision is not good enough."""
