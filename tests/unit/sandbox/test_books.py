"""The sandbox's books: around the true price, tighter for the large, shaped like the real ones."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.books import book_at, tick_of
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.limits import weight
from sandbox.market import Market
from sandbox.stand import Scene
from sandbox.timeline import floor_seconds
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON
from tests.unit.sandbox.recorded import RECORDED, needs_recorded


def scene_at(market: Market, minutes: int = 0, fault: Fault | None = None) -> Scene:
    return Scene(market, floor_seconds(NOON + timedelta(minutes=minutes)), fault)


def get(desk: Desk, provider: str, path: str, query: str = "") -> Any:
    return json.loads(desk.answer(Asked(provider, path, query)).body)


def test_books_are_a_function_of_seed_and_time() -> None:
    found = [book_at(scene_at(Market(7, 100), minutes), "kraken", 3, tick=1e-4) for minutes in (3, 0, 3)]

    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize("venue", ["binance", "coinbase", "kraken"])
def test_no_book_is_crossed_or_out_of_order_and_all_lie_around_the_truth(market: Market, venue: str) -> None:
    scene = scene_at(market)
    for position in range(0, 250, 7):
        price = float(scene.snapshot.price[position])
        found = book_at(scene, venue, position, tick=tick_of(price))
        bids, asks = ([level[0] for level in side] for side in (found.bids, found.asks))

        assert bids == sorted(set(bids), reverse=True)
        assert asks == sorted(set(asks))
        assert 0 < bids[0] < asks[0]
        assert (bids[0] + asks[0]) / 2 == pytest.approx(price, rel=0.02)
        assert all(amount > 0 for _, amount in (*found.bids, *found.asks))


def spread(market: Market, position: int, minutes: int = 0) -> float:
    found = book_at(scene_at(market, minutes), "coinbase", position, tick=1e-12)
    return (found.asks[0][0] - found.bids[0][0]) / found.bids[0][0]


def test_spreads_are_wider_for_the_small() -> None:
    market = Market(7, 2000)

    assert spread(market, 0) < spread(market, 500) < spread(market, 1900)


def test_spreads_are_wider_in_turmoil(market: Market) -> None:
    by_kind: dict[str, list[float]] = {}
    for day in range(0, 900, 30):
        by_kind.setdefault(market.phase_at(NOON + timedelta(days=day)).kind, []).append(spread(market, 0, 1440 * day))

    mean = {kind: sum(found) / len(found) for kind, found in by_kind.items()}
    assert mean["neutral"] < mean["bear"]


@needs_recorded
@pytest.mark.parametrize(
    ("provider", "path", "query", "file"),
    [
        ("binance", "/api/v3/depth", "symbol=BTCUSDT&limit=5", "binance/api_v3_depth__03.json"),
        ("coinbase", "/products/BTC-USD/book", "level=2", "coinbase/products_BTC_USD_book__01.json"),
        ("kraken", "/0/public/Depth", "pair=XBTUSD&count=5", "kraken/0_public_Depth__01.json"),
    ],
)
def test_books_have_the_recorded_form(desk: Desk, provider: str, path: str, query: str, file: str) -> None:
    real, ours = json.loads((RECORDED / file).read_text()), get(desk, provider, path, query)
    if provider == "kraken":
        assert list(ours["result"]) == ["XXBTZUSD"]
        real, ours = (next(iter(each["result"].values())) for each in (real, ours))

    assert real.keys() <= ours.keys()
    for side in ("bids", "asks"):
        assert [type(cell) for cell in ours[side][0]] == [type(cell) for cell in real[side][0]]


@pytest.mark.parametrize(
    ("provider", "path", "query", "said"),
    [
        ("binance", "/api/v3/depth", "symbol=NOUSDT", {"code": -1121, "msg": "Invalid symbol."}),
        ("coinbase", "/products/NO-USD/book", "level=2", {"message": "NotFound"}),
        ("kraken", "/0/public/Depth", "pair=NOUSD", {"error": ["EQuery:Unknown asset pair"]}),
    ],
)
def test_unknown_pairs_are_refused_in_the_exchanges_words(
    desk: Desk, provider: str, path: str, query: str, said: dict[str, Any]
) -> None:
    assert get(desk, provider, path, query) == said


def test_as_many_levels_are_told_as_are_asked_for(desk: Desk) -> None:
    assert len(get(desk, "binance", "/api/v3/depth", "symbol=BTCUSDT&limit=5")["bids"]) == 5
    assert len(get(desk, "coinbase", "/products/BTC-USD/book")["bids"]) == 1
    assert len(get(desk, "kraken", "/0/public/Depth", "pair=XBTUSD&count=7")["result"]["XXBTZUSD"]["asks"]) == 7


def test_binance_counts_weight_by_levels() -> None:
    asked = [Asked("binance", "/api/v3/depth", f"symbol=BTCUSDT&limit={limit}") for limit in (5, 500, 1000, 5000)]

    assert [weight(each) for each in asked] == [5, 25, 50, 250]


@pytest.mark.parametrize(
    ("kind", "options", "factor"), [("times_ten", {}, 10.0), ("times_ten", {"factor": 3}, 3.0), ("swapped", {}, None)]
)
def test_faults_move_the_price(market: Market, kind: str, options: dict[str, Any], factor: float | None) -> None:
    scene = scene_at(market, fault=Fault(kind, 1, 0, options=options))
    best = book_at(scene, "coinbase", 0, tick=1e-6).bids[0][0]
    truth = scene.snapshot.price

    expected = float(truth[market.index["ethereum"]]) if factor is None else float(truth[0]) * factor
    assert best == pytest.approx(expected, rel=0.01)


def test_nulls_empty_the_books_of_the_named(market: Market) -> None:
    scene = scene_at(market, fault=Fault("nulls", 1, 0, options={"tokens": ["bitcoin"], "share": 0.0001}))

    assert book_at(scene, "coinbase", market.index["bitcoin"], tick=1e-2).bids == []
    assert book_at(scene, "coinbase", market.index["ethereum"], tick=1e-2).bids != []
