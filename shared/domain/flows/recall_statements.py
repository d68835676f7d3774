"""Statements of the refresher: prices, when it last scanned, and which blocks."""

from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.expressions import microseconds, written
from shared.db.tables.datasets import datasets
from shared.db.tables.flows import flow_blocks
from shared.db.tables.market import quotes

from .datasets import REFRESH


def prices() -> Select[Any]:
    """Select `token_id, price_usd, priced_us` of the tokens `token_ids`."""
    wanted = func.any(cast(bindparam("token_ids"), ARRAY(Text)))
    return select(quotes.c.token_id, quotes.c.price_usd, microseconds(quotes.c.priced_at)).where(
        quotes.c.token_id == wanted
    )


def stamps() -> Select[Any]:
    """Select `dataset, refreshed_us` of every scan."""
    return select(datasets.c.dataset, microseconds(datasets.c.refreshed_at)).where(
        datasets.c.dataset.startswith(written(f"{REFRESH}."))
    )


def blocks() -> Select[Any]:
    """Select `chain, block_number, block_hash` of the blocks scanned lately."""
    return select(flow_blocks.c.chain, flow_blocks.c.block_number, flow_blocks.c.block_hash)
