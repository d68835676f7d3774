"""From what everybody said to what is stored."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.domain.chains.choosing import chosen, closes, own
from shared.domain.chains.known import Known, Pair, Prices, Value
from shared.records.chains import ChainMetric, Metric, Resolution
from tests.clocks import NOON

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def said(
    value: str | int,
    source: str,
    *,
    chain: str = "bitcoin",
    metric: Metric = "transactions",
    resolution: Resolution = "now",
    at: datetime = NOON,
) -> ChainMetric:
    return ChainMetric(
        chain=chain,
        metric=metric,
        resolution=resolution,
        observed_at=at,
        known_at=NOON,
        value=Decimal(value),
        source=source,
    )


def day(value: str | int, source: str, *, ago: int, metric: Metric = "active_addresses") -> ChainMetric:
    return said(value, source, metric=metric, resolution="day", at=TODAY - ago * DAY)


def values(metrics: tuple[ChainMetric, ...]) -> list[tuple[str, Decimal]]:
    return [(each.source, each.value) for each in metrics]


def test_the_catalogues_first_choice_counts_whoever_came_first() -> None:
    found = chosen([said(3, "blockchair"), said(2, "mempool_space"), said(1, "blockchain_com")], Known())

    assert values(found.metrics) == [("blockchain_com", Decimal(1))]
    assert found.refused == ()


def test_what_is_not_in_the_catalogue_is_left_out() -> None:
    found = chosen([said(3, "defillama"), said(4, "koios", chain="nowhere")], Known())

    assert found.metrics == ()


def test_an_absurd_first_choice_gives_way_and_is_counted() -> None:
    known = Known(now={("bitcoin", "transactions"): (Value(NOON - DAY, Decimal(100), "blockchain_com"),)})

    found = chosen([said(1000, "blockchain_com"), said(110, "blockchair")], known)

    assert values(found.metrics) == [("blockchair", Decimal(110))]
    assert values(found.refused) == [("blockchain_com", Decimal(1000))]


def test_coins_become_dollars_only_by_a_known_price_and_only_where_nobody_tells_dollars() -> None:
    known = Known(prices={"bitcoin": Prices(price_usd=Decimal(50_000))})
    coins = said("0.5", "blockchain_com", metric="fees_native")
    dollars = said(24_000, "defillama", metric="fees_usd")

    without_price = chosen([coins], Known())
    derived = chosen([coins], known)
    told = chosen([coins, dollars], known)

    assert [(each.metric, each.source) for each in without_price.metrics] == [("fees_native", "blockchain_com")]
    assert ("blockchain_com+quotes", Decimal(25_000)) in values(derived.metrics)
    assert ("defillama", Decimal(24_000)) in values(told.metrics)
    assert len(told.metrics) == 2


def test_of_new_days_each_is_told_by_the_first_who_has_it() -> None:
    found = chosen(
        [day(1, "coinmetrics", ago=3), day(2, "blockchain_com", ago=3), day(4, "blockchain_com", ago=2)], Known()
    )

    assert sorted(values(found.metrics)) == [("blockchain_com", Decimal(4)), ("coinmetrics", Decimal(1))]


def test_of_known_days_only_the_first_choice_and_who_told_them_say_anything_new() -> None:
    pair = ("bitcoin", "active_addresses")
    history = tuple(Value(TODAY - ago * DAY, Decimal(100), "coinmetrics") for ago in (4, 3, 2))
    known = Known(days={pair: history})  # type: ignore[dict-item]

    fallback = chosen([day(105 + ago, "blockchain_com", ago=ago) for ago in (4, 3, 2, 1)], known)
    first = chosen([day(105 + ago, "coinmetrics", ago=ago) for ago in (4, 3, 2, 1)], known)

    assert [each.observed_at for each in fallback.metrics] == [TODAY - DAY]
    assert len(first.metrics) == 4


def test_our_own_price_and_supply_are_told_for_the_moment_and_at_the_close_for_yesterday() -> None:
    prices = Prices(Decimal(2), Decimal(1000), NOON - timedelta(minutes=1), Decimal("1.9"))
    known = Known(prices={"solana": prices})

    moments = list(own(known, now=NOON, closing=False))
    closing = list(own(known, now=NOON, closing=True))

    assert [(each.metric, each.resolution, each.value) for each in moments] == [
        ("price_usd", "now", Decimal(2)),
        ("supply", "now", Decimal(1000)),
    ]
    assert {each.observed_at for each in moments} == {NOON - timedelta(minutes=1)}
    assert [(each.metric, each.value, each.observed_at) for each in closing if each.resolution == "day"] == [
        ("price_usd", Decimal("1.9"), TODAY - DAY),
        ("supply", 1000, TODAY - DAY),
    ]


def test_without_a_fresh_quote_there_is_no_price() -> None:
    assert list(own(Known(), now=NOON, closing=True)) == []
    assert [each.metric for each in own(Known(prices={"solana": Prices()}), now=NOON, closing=True)] == []


def test_a_day_without_a_series_is_the_mean_of_its_flows_and_the_last_of_its_levels() -> None:
    yesterday = TODAY - DAY
    readings = tuple(
        Value(yesterday + timedelta(hours=hour), Decimal(value), "evm_rpc_bsc")
        for hour, value in ((0, 100), (6, 200), (18, 33))
    )
    other = (Value(yesterday - timedelta(hours=1), Decimal(7), "evm_rpc_bsc"), Value(TODAY, Decimal(9), "evm_rpc_bsc"))
    series = (other[0], *readings, other[1])
    known = Known(now={("bsc", "transactions"): series, ("bsc", "block_height"): series})

    found = {each.metric: each for each in closes(known, now=NOON)}

    assert found["transactions"].value == Decimal("111.00")
    assert found["block_height"].value == 33
    assert {each.observed_at for each in found.values()} == {yesterday}


def test_readings_of_different_sources_are_not_averaged() -> None:
    at = TODAY - timedelta(hours=6)
    known = Known(
        now={
            ("ton", "transactions"): (Value(at, Decimal(10), "another"), Value(at + DAY / 24, Decimal(30), "toncenter"))
        }
    )

    (found,) = closes(known, now=NOON)

    assert (found.value, found.source) == (Decimal(30), "toncenter")


def test_what_somebody_tells_by_days_is_not_closed_from_readings() -> None:
    known = Known(now={("ethereum", "tvl_usd"): (Value(TODAY - timedelta(hours=6), Decimal(10), "defillama"),)})

    assert list(closes(known, now=NOON)) == []


def test_what_is_told_for_a_key_alone_is_still_closed_from_readings() -> None:
    reading = Value(TODAY - DAY + timedelta(hours=6), Decimal(90), "tron_rpc")
    known = Known(now={("tron", "transactions"): (reading,)})

    (close,) = closes(known, now=TODAY + timedelta(minutes=7))

    assert (close.observed_at, close.value, close.source) == (TODAY - DAY, Decimal(90), "tron_rpc")


def test_a_day_that_ended_in_silence_is_left_to_who_tells_whole_days_if_he_was_heard() -> None:
    morning = Value(TODAY - DAY + timedelta(hours=12), Decimal(90), "tron_rpc")
    evening = Value(TODAY - DAY + timedelta(hours=18), Decimal(100), "tron_rpc")
    silent = Known(now={("tron", "transactions"): (morning,), ("tron", "block_height"): (morning,)})
    talking = Known(now={("tron", "transactions"): (morning, evening)})
    now = TODAY + timedelta(minutes=7)

    assert [each.metric for each in closes(silent, now=now, heard={"artemis"})] == ["block_height"]
    assert len(list(closes(silent, now=now, heard={"defillama"}))) == 2
    assert [each.value for each in closes(talking, now=now, heard={"artemis"})] == [Decimal(95)]


def test_who_stands_in_adds_days_and_rewrites_none() -> None:
    pair: Pair = ("tron", "transactions")
    known = Known(days={pair: (Value(TODAY - 2 * DAY, Decimal(100), "tron_rpc"),)})
    told = [said(110, "artemis", chain="tron", resolution="day", at=TODAY - ago * DAY) for ago in (1, 2, 3)]

    found = chosen(told, known)

    assert [each.observed_at for each in found.metrics] == [TODAY - DAY]


def test_the_first_choice_takes_back_what_the_stand_in_told() -> None:
    pair: Pair = ("ethereum", "tvl_usd")
    known = Known(days={pair: tuple(Value(TODAY - ago * DAY, Decimal(100), "artemis") for ago in (3, 2, 1))})
    days = [TODAY - ago * DAY for ago in (1, 2, 3)]
    told = [
        said(value, source, chain="ethereum", metric="tvl_usd", resolution="day", at=at)
        for at in days
        for value, source in ((101, "artemis"), (102, "defillama"))
    ]

    found = chosen(told, known)

    assert {(each.observed_at, each.source) for each in found.metrics} == {(at, "defillama") for at in days}
