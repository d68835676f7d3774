"""Every run of a refresh, written down once, so that a second delivery finds the first.

Cloud Scheduler delivers at least once, and a run may die half-way. A run is claimed by creating its document;
whoever finds it finished takes its report, whoever finds it abandoned (its lease has run out) takes it over.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from shared.cache.documents import Document, DocumentStore, Value
from shared.core.clock import Clock
from shared.core.errors import DocumentsUnavailableError
from shared.records.refresh import RefreshReport, report_from_fields, report_to_fields

log = logging.getLogger(__name__)

_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a run, or the report of the one who has it."""

    granted: bool
    report: RefreshReport


class RunLedger:
    """The runs of one refresh, in `refresh_runs`, and its latest ones in `refresh_status`.

    The ledger is a safeguard against double work, not a condition of working: every step of a refresh may be
    done twice without harm, so when documents are away a run goes on unrecorded.
    """

    def __init__(self, documents: DocumentStore, clock: Clock, *, refresh: str, lease: timedelta) -> None:
        self._documents = documents
        self._clock = clock
        self._refresh = refresh
        self._lease = lease

    async def claim(self, key: str) -> Claim:
        """Claim the run named `key`.

        Returns:
            A granted claim with a fresh report, or a refused one with the report of the run that holds it:
            finished, or still running within its lease.
        """
        report = RefreshReport(refresh=self._refresh, key=key, started_at=self._clock.now())
        try:
            return await self._claim(report)
        except DocumentsUnavailableError as error:
            log.warning("refresh.unrecorded", extra={"refresh": self._refresh, "key": key, "error": str(error)})
            return Claim(granted=True, report=report)

    async def finish(self, report: RefreshReport) -> None:
        """Write down how a run ended."""
        try:
            await self._documents.set(self._path(report.key), self._fields(report), expires_at=self._expiry())
            await self._summarise(report)
        except DocumentsUnavailableError as error:
            log.warning("refresh.unrecorded", extra={"refresh": self._refresh, "key": report.key, "error": str(error)})

    async def _claim(self, report: RefreshReport) -> Claim:
        path, fields = self._path(report.key), self._fields(report)
        if await self._documents.create(path, fields, expires_at=self._expiry()):
            return Claim(granted=True, report=report)
        held = await self._documents.get(path)
        if held is None:
            return Claim(granted=True, report=report)
        earlier = report_from_fields(held.fields)
        if not self._abandoned(earlier, held):
            return Claim(granted=False, report=earlier)
        taken = await self._documents.replace(path, fields, version=held.version, expires_at=self._expiry())
        return Claim(granted=taken, report=report if taken else earlier)

    def _abandoned(self, earlier: RefreshReport, held: Document) -> bool:
        if earlier.outcome == "running":
            return cast("datetime", held.fields["lease_until"]) <= self._clock.now()
        # A retry is meant to mend a failed run, not to hear of it again.
        return earlier.outcome == "failed"

    async def _summarise(self, report: RefreshReport) -> None:
        path = f"refresh_status/{self._refresh}"
        before = await self._documents.get(path)
        fields = cast("dict[str, Value]", report_to_fields(report))
        succeeded = report.outcome in ("succeeded", "degraded")
        last_success = fields if succeeded else before.fields.get("last_success") if before else None
        await self._documents.set(path, {"last": fields, "last_success": last_success})

    def _fields(self, report: RefreshReport) -> dict[str, Value]:
        fields = cast("dict[str, Value]", report_to_fields(report))
        return fields | {"lease_until": self._clock.now() + self._lease}

    def _path(self, key: str) -> str:
        # Keys hold slashes and colons; Firestore's names must not.
        return f"refresh_runs/{self._refresh}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"

    def _expiry(self) -> datetime:
        return self._clock.now() + _KEPT_FOR
