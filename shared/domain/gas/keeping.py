"""The last good answer of each chain, in the documents `gas/{chain}`, which all instances share."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast

from shared.cache.documents import Value
from shared.records.gas import GasRecord, GasUnit


def path_of(chain: str) -> str:
    """Return where a chain's last answer is kept."""
    return f"gas/{chain}"


def to_fields(record: GasRecord) -> dict[str, Value]:
    """Return the record as a document's fields; numbers are text, so that they keep their digits."""
    return {
        "provider": record.provider,
        "chain": record.chain,
        "unit": record.unit,
        "slow": _text(record.slow),
        "average": _text(record.average),
        "fast": _text(record.fast),
        "base_fee": _text(record.base_fee),
        "block": record.block,
        "observed_at": record.observed_at,
    }


def from_fields(fields: Mapping[str, Value]) -> GasRecord:
    """Return the record that `to_fields` wrote.

    Raises:
        KeyError: another version wrote it, and something is missing.
    """
    return GasRecord(
        provider=str(fields["provider"]),
        chain=str(fields["chain"]),
        unit=cast("GasUnit", fields["unit"]),
        slow=_number(fields["slow"]),
        average=Decimal(str(fields["average"])),
        fast=_number(fields["fast"]),
        base_fee=_number(fields["base_fee"]),
        block=cast("int | None", fields["block"]),
        observed_at=cast("datetime", fields["observed_at"]),
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: Value) -> Decimal | None:
    return None if text is None else Decimal(str(text))
