"""Reading: what callers name comes back in their order, whatever they name; plans use the indexes."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.base import PGDialect

from shared.core.errors import InvalidParameterError
from shared.db.engine import Database
from shared.domain.market.history import HistoryService, Wanted
from shared.domain.market.history_statements import series
from shared.domain.market.repository import MarketRepository
from shared.domain.market.service import PriceService
from shared.domain.market.writing import MarketWriter
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.snapshots import MARKET, snapshot

IDS = [row[0] for row in MARKET]
SYMBOLS = {"btc": ["bitcoin"], "ETH": ["ethereum"], "dst": ["dust-2", "dust"], "Xrp": ["ripple"]}
OTHERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def repository(shared_place: Place) -> Iterator[MarketRepository]:
    async def fill() -> None:
        database = Database(shared_place.writer, read_only=False)
        await MarketWriter(database).store(snapshot())
        await database.close()

    asyncio.run(fill())
    database = Database(shared_place.reader, read_only=True)
    yield MarketRepository(database)
    asyncio.run(database.close())


def entries(data: str) -> list[dict[str, Any]]:
    return json.loads(data, parse_float=Decimal)  # type: ignore[no-any-return]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.sampled_from(IDS) | OTHERS, min_size=1, max_size=30))
async def test_one_entry_for_each_id_in_their_order(repository: MarketRepository, asked: list[str]) -> None:
    answer = await PriceService(repository, SteppingClock()).named("ids", asked, currency="usd")

    found = entries(answer.data)
    assert [entry["input"] for entry in found] == [text.replace("\x00", "\ufffd") for text in asked]
    assert [entry["quote"] and entry["quote"]["id"] for entry in found] == [
        text if text in IDS else None for text in asked
    ]
    assert answer.meta["total"] == len(asked)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.sampled_from(list(SYMBOLS)), min_size=1, max_size=30))
async def test_one_entry_for_each_symbol_and_no_silent_choice(repository: MarketRepository, asked: list[str]) -> None:
    answer = await PriceService(repository, SteppingClock()).named("symbols", asked, currency="usd")

    for text, entry in zip(asked, entries(answer.data), strict=True):
        meant = [quote["id"] for quote in entry["candidates"] or [entry["quote"]]]
        assert (entry["input"], meant) == (text, SYMBOLS[text])
        assert entry["status"] == ("ambiguous" if len(meant) > 1 else "ok")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 7), offset=st.integers(0, 7))
async def test_pages_are_parts_of_the_whole(repository: MarketRepository, limit: int, offset: int) -> None:
    service = PriceService(repository, SteppingClock())
    whole = await service.live(limit=250, offset=0, snapshot=None, currency="usd")

    pages = [
        await service.live(limit=limit, offset=offset, snapshot=name, currency="usd")
        for name in (None, str(whole.meta["snapshot"]))
    ]

    for page in pages:
        assert entries(page.data) == entries(whole.data)[offset : offset + limit]
        assert ("next" in page.meta) == (offset + limit < len(MARKET))


@given(cursor=st.text(max_size=20))
async def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    class Nothing(MarketRepository):
        async def series(self, *_: Any, start: Any, **__: Any) -> Any:
            assert wanted.start <= start < wanted.end
            raise KeyError

    wanted = Wanted("bitcoin", "5m", NOON - timedelta(days=1), NOON)
    service = HistoryService(Nothing(None), SteppingClock())  # type: ignore[arg-type]

    with pytest.raises((InvalidParameterError, KeyError)):
        await service.series(wanted, cursor=cursor)


async def test_month_partitions_outside_the_range_are_not_read(place: Place) -> None:
    for month in range(1, 13):
        place.run(f"SELECT ensure_month_partition('2026-{month:02}-01+0')")
    database = Database(place.owner, read_only=True)
    repository = MarketRepository(database)
    place.run("INSERT INTO rankings VALUES (now(), '{}', 0, 'live')")
    range_ = {"first": NOON, "start": NOON, "end": NOON + timedelta(days=1), "size": 10}
    await repository.series("json", 300, "bitcoin", **range_)  # type: ignore[arg-type]

    def explain() -> Any:
        statement = series("csv", 300).compile(dialect=PGDialect(paramstyle="named"))  # type: ignore[no-untyped-call]
        return sa.text(f"EXPLAIN (ANALYZE, COSTS OFF) {statement}")

    plan = "\n".join(row[0] for row in await database.fetch("plan", explain, {"token_id": "bitcoin", **range_}))

    assert "price_points_300_2026_03" in plan
    assert "price_points_300_2026_05" not in plan.replace("never executed", "")
    await database.close()
