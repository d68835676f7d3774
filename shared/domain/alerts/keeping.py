"""Where alerts and deliveries are kept."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from shared.cache.documents import Document, DocumentStore, Put, Removal, Write
from shared.cache.owned import owned
from shared.domain.last_made import LastMade, last_made
from shared.records.alerts import Alert, Delivery

from .documents import (
    ALERTS,
    DELIVERIES,
    OUTBOX,
    alert_from,
    alert_path,
    delivery_from,
    delivery_path,
    delivery_prefix,
    fields_of,
    fields_of_delivery,
    note_of,
    outbox_path,
)

KEPT = timedelta(days=90)
"""So long deliveries can be looked at."""
_PAGE = 300


class AlertKeeper:
    """Reads and writes; every method raises `DocumentsUnavailableError` when the store is away."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    async def of_owner(self, owner: str, *, limit: int) -> list[Alert]:
        """Return a person's alerts in the order of their ids, which is the order of their making."""
        found = await self._documents.list(ALERTS, prefix=owned(owner), limit=limit)
        return [alert_from(each.fields) for each in found]

    async def one(self, owner: str, alert_id: str) -> tuple[Alert, str] | None:
        """Return an alert and the version that it was read in; `None` when this person has none of the name."""
        found = await self._documents.get(alert_path(owner, alert_id))
        return None if found is None else (alert_from(found.fields), found.version)

    async def last_made(self, owner: str) -> LastMade:
        """Return which alert a person made last: read before their alerts are counted."""
        return await last_made(self._documents, owner, "alert")

    async def add(self, alert: Alert, last: LastMade) -> bool:
        """Keep a new alert; return whether its id was free, and no other was made since `last` was read."""
        made = Put(path=alert_path(alert.owner, alert.id), fields=fields_of(alert), new=True)
        return await self._documents.commit([made, last.replaced_by(alert.id)])

    async def replace(self, alert: Alert, version: str, *, telling: Delivery | None = None) -> bool:
        """Write an alert over the version that was read, and with it an event to be told: both, or neither."""
        writes: list[Write] = [
            Put(path=alert_path(alert.owner, alert.id), fields=fields_of(alert), version=version),
            *(() if telling is None else _begun(telling)),
        ]
        return await self._documents.commit(writes)

    async def remove(self, owner: str, alert_id: str) -> None:
        """Forget an alert; its deliveries stay until they expire, and what is still to be told finds nobody."""
        await self._documents.delete(alert_path(owner, alert_id))

    async def tell(self, delivery: Delivery) -> bool:
        """Keep an event to be told that belongs to no change of its alert; return whether it is new."""
        return await self._documents.commit(_begun(delivery))

    async def everybodys(self) -> AsyncIterator[tuple[Alert, str]]:
        """Return every alert of everybody with its version, read page by page."""
        async for document in self._all(ALERTS):
            yield alert_from(document.fields), document.version

    async def notes(self) -> AsyncIterator[Document]:
        """Return every note of what is still to be told."""
        async for document in self._all(OUTBOX):
            yield document

    async def deliveries(self, owner: str, alert_id: str, *, after: str, limit: int) -> Sequence[Document]:
        """Return deliveries of an alert, the newest first, behind a name."""
        prefix = delivery_prefix(owner, alert_id)
        return await self._documents.list(DELIVERIES, prefix=prefix, after=after, limit=limit)

    async def claim(self, note: Document, until: datetime) -> Delivery | None:
        """Return the delivery of a note for us alone until then; `None` when another run has it or it is made."""
        taken = {**note.fields, "claimed_until": until}
        if not await self._documents.replace(note.path, taken, version=note.version):
            return None
        found = await self._documents.get(str(note.fields["delivery"]))
        if found is None or found.fields["state"] != "pending":
            await self._documents.delete(note.path)
            return None
        return delivery_from(found.fields)

    async def attempted(self, delivery: Delivery, now: datetime) -> None:
        """Write down how an attempt went; nothing is left in the outbox of what is not tried again."""
        note = outbox_path(delivery)
        again = Put(path=note, fields=note_of(delivery)) if delivery.state == "pending" else Removal(path=note)
        await self._documents.commit([_kept(delivery, now), again])

    async def _all(self, collection: str) -> AsyncIterator[Document]:
        after = ""
        while page := await self._documents.list(collection, after=after, limit=_PAGE):
            for document in page:
                yield document
            after = page[-1].path.partition("/")[2]


def _begun(delivery: Delivery) -> list[Write]:
    kept = _kept(delivery, delivery.fired_at, new=True)
    if delivery.state != "pending":
        return [kept]
    return [kept, Put(path=outbox_path(delivery), fields=note_of(delivery), new=True)]


def _kept(delivery: Delivery, now: datetime, *, new: bool = False) -> Put:
    fields = fields_of_delivery(delivery)
    return Put(path=delivery_path(delivery), fields=fields, new=new, expires_at=now + KEPT)
