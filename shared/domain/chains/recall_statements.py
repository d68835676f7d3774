"""Statements over what was known before a run."""

from typing import Any

from sqlalchemy import DateTime, Select, Text, any_, bindparam, cast, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from shared.db.expressions import Expression, microseconds
from shared.db.tables.chains import chain_metrics
from shared.db.tables.datasets import datasets
from shared.db.tables.market import price_points, quotes

_m = chain_metrics.c
_moment = DateTime(timezone=True)
_an_hour: Expression = literal_column("interval '1 hour'")
_one: Expression = literal_column("1")


def recent() -> Select[Any]:
    """Select the newest value of every observation since `since`, oldest observation first."""
    key = (_m.chain, _m.metric, _m.resolution, _m.observed_at)
    return (
        select(*key[:3], microseconds(_m.observed_at), _m.value, _m.source)
        .ext(distinct_on(*key))
        .where(_m.observed_at >= cast(bindparam("since"), _moment))
        .order_by(*key, _m.known_at.desc())
    )


def prices() -> Select[Any]:
    """Select (token, price, supply, when, last price before `midnight`) of `tokens`; old prices are none."""
    midnight, now = (cast(bindparam(name), _moment) for name in ("midnight", "now"))
    points = price_points.c
    closing = (
        select(points.price_usd)
        .where(
            points.resolution_s == literal_column("300"),
            points.token_id == quotes.c.token_id,
            points.bucket >= midnight - _an_hour,
            points.bucket < midnight,
        )
        .order_by(points.bucket.desc())
        .limit(_one)
        .scalar_subquery()
    )
    return select(
        quotes.c.token_id, quotes.c.price_usd, quotes.c.circulating_supply, microseconds(quotes.c.priced_at), closing
    ).where(
        quotes.c.token_id == any_(cast(bindparam("tokens"), ARRAY(Text))),
        quotes.c.priced_at > now - _an_hour,
        quotes.c.price_usd.is_not(None),
    )


def closed() -> Select[Any]:
    """Select when the days were last stored."""
    return select(microseconds(datasets.c.refreshed_at)).where(datasets.c.dataset == cast(bindparam("dataset"), Text))
