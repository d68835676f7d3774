"""Fees now, or the last that were known."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import InvalidParameterError, NoDataError, NotFoundError
from shared.domain.gas.keeping import from_fields, to_fields
from shared.domain.gas.service import GasService
from shared.records.gas import GAS_UNITS, WITHOUT_GAS, GasRecord
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments

RECORD = GasRecord(
    provider="etherscan",
    chain="ethereum",
    unit="gwei",
    slow=Decimal("0.000000001"),
    average=Decimal("1E+1"),
    fast=None,
    base_fee=Decimal(0),
    block=12,
    observed_at=NOON,
)


class ScriptedSource:
    """Says what it is given to say, then nothing."""

    def __init__(self, *records: GasRecord) -> None:
        self._records = list(records)

    async def ask(self, chain: str, *, within: timedelta) -> GasRecord | None:
        return self._records.pop(0) if self._records else None


def service(*records: GasRecord, documents: MemoryDocuments | None = None) -> GasService:
    return GasService(ScriptedSource(*records), documents or MemoryDocuments(), SteppingClock(), data_source="live")


async def test_numbers_are_written_with_every_digit_and_without_exponents() -> None:
    answer = await service(RECORD).now("ethereum")

    assert answer.data == (
        '{"chain":"ethereum","unit":"gwei","slow":0.000000001,"average":10,"fast":null,"base_fee":0,"block":12,'
        '"source":"etherscan","as_of":"2026-03-01T12:00:00.000Z"}'
    )
    assert (answer.as_of, answer.sources, answer.stale) == (NOON, ("etherscan",), False)


async def test_what_was_kept_is_told_digit_for_digit_and_as_stale() -> None:
    fees = service(RECORD)
    first = await fees.now("ethereum")
    second = await fees.now("ethereum")

    assert second.data == first.data
    assert second.stale


async def test_a_chains_fees_never_stand_for_another() -> None:
    fees = service(RECORD)
    await fees.now("ethereum")

    with pytest.raises(NoDataError):
        await fees.now("polygon")


async def test_documents_that_are_away_cost_only_what_was_kept() -> None:
    documents = MemoryDocuments()
    documents.away = True
    fees = service(RECORD, documents=documents)

    assert json.loads((await fees.now("ethereum")).data)["chain"] == "ethereum"
    with pytest.raises(NoDataError):
        await fees.now("ethereum")


@pytest.mark.parametrize("chain", WITHOUT_GAS)
async def test_chains_of_which_nobody_tells_fees_are_refused_precisely(chain: str) -> None:
    with pytest.raises(InvalidParameterError, match="no source tells"):
        await service().now(chain)


@pytest.mark.parametrize("chain", ["", "Ethereum", "eth", "../x"])
async def test_unknown_chains_are_not_found(chain: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        await service().now(chain)

    assert caught.value.code == "chain_not_found"


def test_no_chain_both_has_fees_and_has_none() -> None:
    assert set(GAS_UNITS) & set(WITHOUT_GAS) == set()
    assert len(GAS_UNITS) + len(WITHOUT_GAS) == 16


def test_kept_fields_are_read_as_they_were_written() -> None:
    assert from_fields(to_fields(RECORD)) == RECORD
