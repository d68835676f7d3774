"""Storing transfers: each once, in its block, valued by the price of its minutes; blocks that are replaced."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from tests.clocks import NOON
from tests.databases import Place
from tests.flows import block, hash_of, price, store, transfer

MINUTE = timedelta(minutes=1)
STATES = "SELECT status, latest, block_hash FROM transfers ORDER BY known_at, status"


async def test_a_second_delivery_stores_nothing(place: Place) -> None:
    price(place)

    rows = [await store(place, [transfer()], blocks=[block()]) for _ in range(2)]

    assert rows[0] > 0
    assert rows[1] == 0
    assert place.run("SELECT count(*) FROM transfers") == [[1]]


async def test_what_is_found_again_later_is_stored_once(place: Place) -> None:
    await store(place, [transfer()])
    await store(place, [transfer(), transfer(2)], at=NOON + 5 * MINUTE)

    assert place.run("SELECT count(*) FROM transfers") == [[2]]


async def test_a_transfer_is_worth_what_its_coin_cost_in_those_minutes(place: Place) -> None:
    price(place, usd=20_000)
    place.run(
        f"UPDATE price_points SET price_usd = 10000 WHERE observed_at < '{(NOON - timedelta(hours=1)).isoformat()}'"  # noqa: S608
    )

    await store(
        place, [transfer(1), transfer(2, at=NOON - timedelta(hours=2)), transfer(3, at=NOON - timedelta(days=9))]
    )

    assert place.run("SELECT usd FROM transfers ORDER BY at DESC") == [
        [Decimal("2000000.00")],
        [Decimal("1000000.00")],
        [None],
    ]


async def test_a_replaced_block_takes_its_transfers_with_it_and_says_so(place: Place) -> None:
    await store(place, [transfer()], blocks=[block(name=7)])
    await store(place, [], at=NOON + 5 * MINUTE, blocks=[block(name=8)])

    assert place.run(STATES) == [["confirmed", False, hash_of(7)], ["reorged", True, hash_of(7)]]
    assert place.run("SELECT count(*) FROM exchange_flows WHERE latest AND transfers > 0") == [[0]]


async def test_what_is_in_both_blocks_moved_to_the_one_that_stays(place: Place) -> None:
    await store(place, [transfer()], blocks=[block(name=7)])
    moved = transfer(block_hash=hash_of(8))
    await store(place, [moved], at=NOON + 5 * MINUTE, blocks=[block(name=8)])

    assert place.run(STATES) == [["confirmed", False, hash_of(7)], ["confirmed", True, hash_of(8)]]


async def test_what_was_reorganised_away_may_come_back(place: Place) -> None:
    await store(place, [transfer()], blocks=[block(name=7)])
    await store(place, [], at=NOON + 5 * MINUTE, blocks=[block(name=8)])
    back = transfer(block_number=900_001, block_hash=hash_of(9))
    await store(place, [back], at=NOON + 10 * MINUTE, blocks=[block(900_001, 9)])

    assert place.run(STATES)[-1] == ["confirmed", True, hash_of(9)]
    assert place.run("SELECT count(*) FROM transfers WHERE latest") == [[1]]


async def test_a_source_that_tells_no_block_contradicts_none_that_does(place: Place) -> None:
    await store(place, [transfer()], blocks=[block()])
    rows = await store(place, [transfer(block_hash=None, block_number=None)], at=NOON + 5 * MINUTE)

    assert rows == 0
    assert place.run(STATES) == [["confirmed", True, hash_of(7)]]


async def test_kinds_of_data_never_mix(place: Place) -> None:
    await store(place, [transfer()], data_source="sandbox")

    with pytest.raises(SettingsError):
        await store(place, [transfer(2)], data_source="live")

    assert place.run("SELECT count(*) FROM transfers") == [[1]]


async def test_scanned_blocks_are_remembered_for_a_day(place: Place) -> None:
    await store(place, [], blocks=[block(1, 1), block(2, 2, scanned=False)])
    remembered = place.run("SELECT block_number FROM flow_blocks")
    await store(place, [], at=NOON + timedelta(days=2), blocks=[])

    assert remembered == [[1]]
    assert place.run("SELECT count(*) FROM flow_blocks") == [[0]]
