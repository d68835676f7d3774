"""What refreshers keep in documents about providers and about themselves."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from shared.cache.documents import DocumentStore
from shared.records.provider import ProviderState, state_from_fields
from shared.records.refresh import report_from_fields

from .refreshes import Runs

Record = TypeVar("Record")

log = logging.getLogger(__name__)


class StatusRepository:
    """Reads the collections `provider_state` and `refresh_status`.

    Both raise `DocumentsUnavailableError`. A document that cannot be read is logged and left out, so that it is
    told as unknown: one bad document must not hide the others.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    async def provider_states(self) -> dict[str, ProviderState]:
        """Return what is known of each provider that was ever asked, by its id."""
        kept = await self._fields("provider_state")
        # Beside the providers' states the collection holds whose turn it is.
        states = {name: _read(state_from_fields, fields, name) for name, fields in kept.items() if "provider" in fields}
        return {name: state for name, state in states.items() if state is not None}

    async def runs(self) -> dict[str, Runs]:
        """Return the latest runs of each refresh that ever ended, by its name."""
        return {
            name: Runs(
                last=_read(report_from_fields, fields.get("last"), name),
                last_success=_read(report_from_fields, fields.get("last_success"), name),
            )
            for name, fields in (await self._fields("refresh_status")).items()
        }

    async def _fields(self, collection: str) -> dict[str, Mapping[str, Any]]:
        found = await self._documents.list(collection)
        return {document.path.removeprefix(f"{collection}/"): document.fields for document in found}


def _read(reader: Callable[[Mapping[str, Any]], Record], fields: object, name: str) -> Record | None:
    if fields is None:
        return None
    try:
        return reader(cast("Mapping[str, Any]", fields))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("status.unreadable_document", extra={"document": name, "error": repr(error)})
        return None
