"""Statements that read the numbers that alerts watch: one for each kind, for all subjects at once.

Each selects rows `subject, measure, value, as_of_us, sources`.
"""

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    DateTime,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.expressions import Expression, microseconds, written
from shared.db.tables.datasets import datasets
from shared.db.tables.flows import exchange_flows, transfers
from shared.db.tables.market import quotes
from shared.domain.flows.datasets import chain_dataset

_subjects: Expression = cast(bindparam("subjects"), ARRAY(Text))
_now: Expression = cast(bindparam("now"), DateTime(timezone=True))
_quoted = quotes.c
_HOUR: Expression = literal_column("interval '1 hour'")
_DAY: Expression = literal_column("interval '24 hours'")
_DATASET = written(f"{chain_dataset('')}")
# `refresh_flows.ethereum`: one scan's own stamp has a third part, which no chain's name has.
_chain: Expression = func.substr(datasets.c.dataset, literal_column(str(len(chain_dataset("")) + 1)))

_QUOTED = {
    "price_usd": _quoted.price_usd,
    "change_1h_pct": _quoted.change_1h_pct,
    "change_24h_pct": _quoted.change_24h_pct,
    "change_7d_pct": _quoted.change_7d_pct,
    "change_30d_pct": _quoted.change_30d_pct,
}


def quoted() -> CompoundSelect[Any]:
    """Select prices and changes of tokens."""
    return union_all(*(_of_quotes(measure, column) for measure, column in _QUOTED.items()))


def _of_quotes(measure: str, column: Expression) -> Select[Any]:
    return select(
        _quoted.token_id,
        written(measure),
        cast(column, Text),
        microseconds(_quoted.as_of),
        _quoted.sources,
    ).where(_quoted.token_id == any_(_subjects), column.is_not(None))


def flows() -> CompoundSelect[Any]:
    """Select the largest transfer of the last hour and the exchanges' net flow of the last 24, by chain; as old as the scan.

    A scanned chain on which nothing moved has a 0: that is known, not missing.
    """
    moved, flown = transfers.c, exchange_flows.c
    largest = select(func.max(moved.usd)).where(moved.latest, moved.chain == _chain, moved.at > _now - _HOUR)
    net = select(func.sum(flown.inflow_usd - flown.outflow_usd)).where(
        flown.latest, flown.chain == _chain, flown.hour > _now - _DAY
    )
    return union_all(_scanned("largest_transfer_usd", largest), _scanned("net_exchange_flow_usd", net))


def _scanned(measure: str, value: Select[Any]) -> Select[Any]:
    known = func.coalesce(value.correlate(datasets).scalar_subquery(), literal_column("0"))
    return select(
        _chain, written(measure), cast(known, Text), microseconds(datasets.c.refreshed_at), datasets.c.sources
    ).where(datasets.c.dataset.like(_DATASET + written("%")), _chain == any_(_subjects))
