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
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array

from shared.db.expressions import Expression, microseconds, written
from shared.db.tables.datasets import datasets
from shared.db.tables.flows import exchange_flows, transfers
from shared.db.tables.market import quotes
from shared.db.tables.regime import regime_days
from shared.db.tables.scores import token_scores
from shared.db.tables.signals import token_signals
from shared.domain.datasets.statements import stamp_of
from shared.domain.flows.datasets import chain_dataset
from shared.domain.regime.catalogue import GAUGES
from shared.domain.signals.rules import STRENGTHS

from .measures import MARKET

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


def scores() -> CompoundSelect[Any]:
    """Select the scores of tokens, as old as their refresh."""
    stamp = stamp_of("refresh_scores")
    scored = token_scores.c
    columns = {name: scored[name] for name in ("crypto_score", "durability", "momentum", "valuation")}
    return union_all(
        *(
            select(scored.token_id, written(name), cast(column, Text), stamp.c.refreshed_us, stamp.c.sources)
            .select_from(token_scores.join(stamp, true()))
            .where(scored.token_id == any_(_subjects), column.is_not(None))
            for name, column in columns.items()
        )
    )


def signals() -> CompoundSelect[Any]:
    """Select what the data points of tokens say together, and their signals as -5 to 5, 0 where none is given."""
    stamp = stamp_of("refresh_signals")
    told = cast(token_signals.c.written_verdict, JSONB)
    side = case((told["direction"].astext == written("bearish"), literal_column("-1")), else_=literal_column("1"))
    strengths: Expression = array([written(each) for each in STRENGTHS])
    strength = func.coalesce(func.array_position(strengths, told["strength"].astext), literal_column("0")) * side
    values = {"composite": told["composite"].astext, "signal_strength": cast(strength, Text)}
    return union_all(
        *(
            select(token_signals.c.token_id, written(name), value, stamp.c.refreshed_us, stamp.c.sources)
            .select_from(token_signals.join(stamp, true()))
            .where(token_signals.c.token_id == any_(_subjects), value.is_not(None))
            for name, value in values.items()
        )
    )


def regime() -> Select[Any]:
    """Select the gauge of the newest day that has one, as -2 to 2."""
    stamp = stamp_of("refresh_regime")
    steps: Expression = array([written(each) for each in GAUGES])
    judged = regime_days.c
    newest = (
        select(judged.gauge)
        .where(judged.gauge.is_not(None))
        .order_by(judged.day.desc(), judged.known_at.desc())
        .limit(literal_column("1"))
        .subquery("newest")
    )
    step = func.array_position(steps, newest.c.gauge) - literal_column("3")
    return select(
        written(MARKET), written("gauge"), cast(step, Text), stamp.c.refreshed_us, stamp.c.sources
    ).select_from(newest.join(stamp, true()))


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
