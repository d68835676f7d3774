"""Fees right now: asked for while the caller waits, else the last that were known, said to be stale."""

import logging
from datetime import timedelta
from decimal import Decimal

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import DocumentsUnavailableError, InvalidParameterError, NoDataError, NotFoundError
from shared.core.settings import DataSource
from shared.records.answer import Answer
from shared.records.gas import GAS_UNITS, WITHOUT_GAS, GasRecord

from .asking import GasSource
from .keeping import from_fields, path_of, to_fields

log = logging.getLogger(__name__)

ASK_WITHIN = timedelta(seconds=1.3)
"""Of the two seconds that a caller waits at most; the rest is for what is kept in documents."""


class GasService:
    """Answers with fees; `documents` keep the last good answer of each chain for all instances."""

    def __init__(self, source: GasSource, documents: DocumentStore, clock: Clock, *, data_source: DataSource) -> None:
        self._source = source
        self._documents = documents
        self._clock = clock
        self._data_source = data_source

    async def now(self, chain: str) -> Answer:
        """Return what a transaction costs on a chain.

        Raises:
            NotFoundError: there is no such chain.
            InvalidParameterError: nobody tells the fees of the chain.
            NoDataError: nobody answers, and nobody ever did.
        """
        _check(chain)
        record = await self._source.ask(chain, within=ASK_WITHIN)
        if record is not None:
            await self._keep(record)
            return self._answer(record, stale=False)
        kept = await self._kept(chain)
        if kept is None:
            raise NoDataError(f"No gas price of {chain} yet")
        return self._answer(kept, stale=True)

    async def _keep(self, record: GasRecord) -> None:
        try:
            await self._documents.set(path_of(record.chain), to_fields(record))
        except DocumentsUnavailableError as error:
            log.warning("gas.unkept", extra={"chain": record.chain, "reason": str(error)})

    async def _kept(self, chain: str) -> GasRecord | None:
        try:
            document = await self._documents.get(path_of(chain))
        except DocumentsUnavailableError as error:
            log.warning("gas.unread", extra={"chain": chain, "reason": str(error)})
            return None
        return from_fields(document.fields) if document else None

    def _answer(self, record: GasRecord, *, stale: bool) -> Answer:
        return Answer(
            data=_written(record),
            as_of=record.observed_at,
            source=self._data_source,
            sources=(record.provider,),
            stale=stale,
        )


def _check(chain: str) -> None:
    if chain in WITHOUT_GAS:
        raise InvalidParameterError("chain", f"no source tells the fees of it; there are {', '.join(GAS_UNITS)}", chain)
    if chain not in GAS_UNITS:
        raise NotFoundError("chain", chain)


def _written(record: GasRecord) -> str:
    """Return the record as JSON, its numbers with every digit."""
    block = "null" if record.block is None else str(record.block)
    at = record.observed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f'{{"chain":"{record.chain}","unit":"{record.unit}","slow":{_number(record.slow)},"average":{_number(record.average)},'
        f'"fast":{_number(record.fast)},"base_fee":{_number(record.base_fee)},"block":{block},"source":"{record.provider}",'
        f'"as_of":"{at}"}}'
    )


def _number(value: Decimal | None) -> str:
    return "null" if value is None else f"{value:f}"
