"""Statements that answer about flows."""

from typing import Any

from sqlalchemy import (
    CTE,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from shared.db.expressions import Expression, iso, json_object, microseconds, row_of, written
from shared.db.tables.datasets import datasets
from shared.db.tables.flows import exchange_flows, transfers
from shared.db.tables.market import tokens

SHOWN_FOR: Expression = literal_column("interval '7 days'")
BEFORE: Expression = literal_column("interval '30 days'")
_LEAST_HOURS: Expression = literal_column("48")
_moment = DateTime(timezone=True)
_transfers = transfers.c
_flows = exchange_flows.c
_chain: Expression = cast(bindparam("chain"), Text)
_dataset: Expression = cast(bindparam("dataset"), Text)
_now: Expression = cast(bindparam("now"), _moment)
_least: Expression = cast(bindparam("least"), Numeric)
_size: Expression = cast(bindparam("size"), Integer)
_start: Expression = cast(bindparam("start"), _moment)
_end: Expression = cast(bindparam("end"), _moment)
_one: Expression = literal_column("1")
_zero: Expression = literal_column("0")


def whales(*, after: bool) -> Select[Any]:
    """Select the first `size` large transfers of a chain, newest first, or those after a place.

    `text, first_us, last_us, last_id, more, total, refreshed_us, sources, data_source`; no row when the chain was never scanned.
    """
    stamp = _stamp()
    shown = [
        _transfers.latest,
        _transfers.chain == _chain,
        _transfers.at > _now - SHOWN_FOR,
        _transfers.usd >= _least,
    ]
    place: Expression = tuple_(cast(bindparam("place_at"), _moment), cast(bindparam("place_id"), Text))
    following = [tuple_(_transfers.at, _transfers.transfer_id) < place] if after else []
    number = func.row_number().over(order_by=(_transfers.at.desc(), _transfers.transfer_id.desc())).label("place")
    ahead = (
        select(transfers, number)
        .where(*shown, *following)
        .order_by(_transfers.at.desc(), _transfers.transfer_id.desc())
        .limit(_size + _one)
        .cte("ahead")
    )
    fits = ahead.c.place <= _size
    last = select(ahead).where(ahead.c.place == _size).cte("last")
    return select(
        _listed(ahead, fits),
        select(microseconds(func.max(ahead.c.at))).select_from(ahead).scalar_subquery(),
        select(microseconds(last.c.at)).scalar_subquery(),
        select(last.c.transfer_id).scalar_subquery(),
        select(func.count() > _size).select_from(ahead).scalar_subquery(),
        select(func.count()).select_from(transfers).where(*shown).scalar_subquery(),
        stamp.c.refreshed_us,
        stamp.c.sources,
        stamp.c.data_source,
    )


def flows(*, then: bool) -> Select[Any]:
    """Select the hours from `start` to before `end` with their z-scores, as known now, or `then`: at `as_of`.

    `text, last_us, total, refreshed_us, sources, data_source`; no row when the chain was never scanned.
    """
    stamp = _stamp()
    within = [_flows.chain == _chain, _flows.hour >= _start - BEFORE, _flows.hour < _end]
    summed = (_known_then(within) if then else _known_now(within)).cte("summed")
    net = summed.c.inflow_usd - summed.c.outflow_usd
    before: dict[str, Any] = {"order_by": summed.c.hour, "rows": (-720, -1)}
    spread = func.stddev_samp(net).over(**before)
    enough = func.count().over(**before) >= _LEAST_HOURS
    score = case(
        (enough & (spread > _zero), func.round((net - func.avg(net).over(**before)) / spread, literal_column("4")))
    )
    scored = select(summed, net.label("net_usd"), score.label("z_score")).cte("scored")
    asked = select(scored).where(scored.c.hour >= _start).cte("asked")
    shown = row_of(
        iso(asked.c.hour).label("time"),
        asked.c.inflow_usd,
        asked.c.outflow_usd,
        asked.c.net_usd,
        asked.c.z_score,
        asked.c.transfers,
        asked.c.unpriced,
        of=(asked,),
    )
    text = func.string_agg(json_object(shown), aggregate_order_by(written(","), asked.c.hour))
    return select(
        select(func.coalesce(text, written(""))).select_from(asked.join(shown, true())).scalar_subquery(),
        select(microseconds(func.max(asked.c.hour))).scalar_subquery(),
        select(func.count()).select_from(asked).scalar_subquery(),
        stamp.c.refreshed_us,
        stamp.c.sources,
        stamp.c.data_source,
    )


def _known_now(within: list[Expression]) -> Select[Any]:
    return _summed(_flows).where(_flows.latest, *within).group_by(_flows.hour)


def _known_then(within: list[Expression]) -> Select[Any]:
    known = (
        select(exchange_flows)
        .where(*within, _flows.known_at <= cast(bindparam("as_of"), _moment))
        .ext(distinct_on(_flows.token_id, _flows.hour))
        .order_by(_flows.token_id, _flows.hour, _flows.known_at.desc())
        .cte("known")
    )
    return _summed(known.c).group_by(known.c.hour)


def _summed(columns: Any) -> Select[Any]:
    return select(
        columns.hour,
        func.sum(columns.inflow_usd).label("inflow_usd"),
        func.sum(columns.outflow_usd).label("outflow_usd"),
        func.sum(columns.transfers).label("transfers"),
        func.sum(columns.unpriced).label("unpriced"),
    )


def _stamp() -> Any:
    return (
        select(microseconds(datasets.c.refreshed_at).label("refreshed_us"), datasets.c.sources, datasets.c.data_source)
        .where(datasets.c.dataset == _dataset)
        .subquery("stamp")
    )


def _listed(ahead: CTE, fits: Expression) -> Expression:
    shown = row_of(
        ahead.c.transfer_id.label("id"),
        ahead.c.chain,
        ahead.c.tx_hash,
        ahead.c.position,
        ahead.c.status,
        ahead.c.token_id,
        tokens.c.symbol,
        ahead.c.amount,
        ahead.c.usd.label("amount_usd"),
        ahead.c.from_address.label("from"),
        ahead.c.from_owner.label("from_label"),
        ahead.c.to_address.label("to"),
        ahead.c.to_owner.label("to_label"),
        _direction(ahead).label("direction"),
        iso(ahead.c.at).label("time"),
        ahead.c.block_number,
        iso(ahead.c.known_at).label("known_at"),
        ahead.c.provider.label("source"),
        of=(ahead, tokens),
    )
    joined = ahead.outerjoin(tokens, tokens.c.token_id == ahead.c.token_id).join(shown, true())
    text = func.string_agg(json_object(shown), aggregate_order_by(written(","), ahead.c.place))
    return select(func.coalesce(text, written(""))).select_from(joined).where(fits).scalar_subquery()


def _direction(ahead: CTE) -> Expression:
    from_known, to_known = ahead.c.from_owner.is_not(None), ahead.c.to_owner.is_not(None)
    return case(
        (from_known & to_known & (ahead.c.from_owner == ahead.c.to_owner), written("internal")),
        (from_known & to_known, written("between_exchanges")),
        (to_known, written("inflow")),
        (from_known, written("outflow")),
        else_=written("unknown"),
    )
