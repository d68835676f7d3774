"""Every layout is recognised by its content and read by its own rules."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shared.core.errors import FileRefusedError, InvalidParameterError
from shared.domain.history.asking import Ask, read_token
from shared.domain.history.files import head_of
from shared.domain.history.formats import detected
from shared.records.candles import CandleRecord
from shared.records.chains import ChainMetric
from shared.records.points import PricePoint
from tests.clocks import NOON

from .reading import DAILY, GOOD, read, table, written

BITCOIN = Ask(known_at=NOON, token="bitcoin")
KLINE_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
MS = "1735603200000,94000.1,95000,93000,94500,12.5,1735689599999,1180000.5,10,1,1,0"
US = "1735689600000000,94500,96000,94000,95000,11,1735775999999999,1040000,10,1,1,0"


def candles(path: Path, ask: Ask = BITCOIN) -> list[CandleRecord]:
    found, _ = read(path, ask)
    return [fact for fact in found if isinstance(fact, CandleRecord)]


@pytest.mark.parametrize("header", ["", KLINE_HEADER + "\n"], ids=["headless", "with a header"])
def test_binance_klines_may_go_over_from_milliseconds_to_microseconds(header: str, tmp_path: Path) -> None:
    path = written(tmp_path, header + MS + "\n" + US + "\n")

    first, second = candles(path)

    assert detected(head_of(path), "f").name == "binance"
    assert first.opened_at == datetime(2024, 12, 31, tzinfo=UTC)
    assert second.opened_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert (first.interval, first.volume, first.turnover) == ("1d", Decimal("12.5"), Decimal("1180000.5"))
    assert (first.provider, first.quote_currency, first.closed) == ("binance", "usdt", True)


def test_binance_klines_of_a_month_are_no_interval_of_ours(tmp_path: Path) -> None:
    path = written(tmp_path, "1733011200000,9,9,9,9,1,1735689599999,1,1,1,1,0\n")

    with pytest.raises(FileRefusedError, match="no interval that we keep: 31 days"):
        candles(path)


def test_binance_answers_keep_the_newest_candle_only_when_it_is_known_to_be_over(tmp_path: Path) -> None:
    first = [1735603200000, "94000.1", "95000", "93000", "94500", "12.5", 1735689599999, "1180000.5", 10, "1", "1", "0"]
    second = [1735689600000, "94500", "96000", "94000", "95000", "11", 1735775999999, "1040000", 10, "1", "1", "0"]
    path = written(tmp_path, json.dumps([first, second]))

    found, tally = read(path, BITCOIN)

    assert (len(found), tally.unfinished) == (1, 1)
    assert len(candles(path, replace(BITCOIN, finished=True))) == 2


def test_a_long_answer_is_read_piece_by_piece_and_a_broken_one_refused(tmp_path: Path) -> None:
    day = 86_400_000
    arrays = [
        [day * at, "9", "9", "9", "9", "1", day * (at + 1) - 1, "1", 1, "1", "1", "0"] for at in range(15_000, 20_000)
    ]
    text = json.dumps(arrays)

    assert len(candles(written(tmp_path, text))) == 4_999
    with pytest.raises(FileRefusedError, match="is no JSON, or broken off"):
        candles(written(tmp_path, text[:-20]))


def test_kaggle_has_its_own_order_and_stamps_the_end_of_the_day(tmp_path: Path) -> None:
    header = "SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap"
    rows = [
        "1,Bitcoin,BTC,2013-04-29 23:59:59,147.48,134.0,134.44,144.53,0.0,1603768864.5",
        "2,Bitcoin,BTC,2013-04-30 23:59:59,146.92,134.05,144.0,139.0,15000,1542813125",
    ]

    first, second = candles(written(tmp_path, table(*rows, header=header)))

    assert first.opened_at == datetime(2013, 4, 29, tzinfo=UTC)
    assert (first.open, first.high, first.low, first.close) == tuple(
        map(Decimal, ("134.44", "147.48", "134.0", "144.53"))
    )
    assert (first.volume, first.turnover, second.turnover) == (None, None, Decimal(15000))
    assert (first.interval, first.provider, first.quote_currency) == ("1d", "coinmarketcap", "usd")


COINMARKETCAP = table(
    "bitcoin,BTC,Bitcoin,28/4/2013,1,135.3,135.98,132.1,134.21,0,1500520000,0.5438,3.88",
    "bitcoin,BTC,Bitcoin,29/4/2013,1,134.44,147.49,134,144.54,0,1491160000,0.7813,13.49",
    "ripple,XRP,XRP,4/8/2013,2,0.005,0.006,0.004,0.005,0,45000000,0.5,0.1",
    header="slug,symbol,name,date,ranknow,open,high,low,close,volume,market,close_ratio,spread",
)


def test_a_file_of_several_tokens_needs_their_names(tmp_path: Path) -> None:
    path = written(tmp_path, COINMARKETCAP)

    with pytest.raises(InvalidParameterError, match="theirs=ours"):
        candles(path, Ask(known_at=NOON))
    with pytest.raises(FileRefusedError, match="line 4: a token that was not named"):
        candles(path, BITCOIN)
    named = candles(path, Ask(known_at=NOON, names={"bitcoin": "bitcoin", "ripple": "xrp"}))
    only, tally = read(path, Ask(known_at=NOON, names={"bitcoin": "bitcoin"}))

    assert [candle.token_id for candle in named] == ["bitcoin", "bitcoin", "xrp"]
    assert named[0].opened_at == datetime(2013, 4, 28, tzinfo=UTC)
    assert (len(only), tally.passed_over) == (2, 1)


def test_cryptodatadownload_puts_an_address_first_and_names_volumes_by_currency(tmp_path: Path) -> None:
    text = (
        "https://www.CryptoDataDownload.com\n"
        "unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n"
        "1590966000.0,2020-05-31 11-PM,BTC/USDT,9461.6,9485.63,9381.41,9448.27,3408.53,32133905.25,NULL\n"
    )

    (candle,) = candles(written(tmp_path, text), replace(BITCOIN, interval="1h"))

    assert candle.opened_at == datetime(2020, 5, 31, 23, tzinfo=UTC)
    assert (candle.volume, candle.turnover) == (Decimal("3408.53"), Decimal("32133905.25"))
    assert candle.provider == "cryptodatadownload"


def test_cryptodatadownloads_seconds_among_milliseconds_are_refused_with_their_line(tmp_path: Path) -> None:
    text = (
        "unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n"
        "1590969600000,2020-06-01 00:00:00,BTC/USDT,9448,9485,9381,9450,34,321339,1000\n"
        "1590966000.0,2020-05-31 11-PM,BTC/USDT,9461.6,9485.63,9381.41,9448.27,3408.53,32133905.25,NULL\n"
    )

    with pytest.raises(FileRefusedError, match="line 3: a time written otherwise than the first one"):
        candles(written(tmp_path, text), replace(BITCOIN, interval="1h"))


@pytest.mark.parametrize(
    "times",
    [
        ("1704067200", "1704153600"),
        ("1704067200000", "1704153600000"),
        ("1704067200000000", "1704153600000000"),
        ("2024-01-01", "2024-01-02"),
        ("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"),
        ("2024-01-01 00:00:00+00:00", "2024-01-02 00:00:00+00:00"),
        ("2024-01-01 00:00:00 UTC", "2024-01-02 00:00:00 UTC"),
        ("2024-01-01T02:00:00+02:00", "2024-01-02T02:00:00+02:00"),
    ],
)
def test_times_are_read_in_every_usual_form(times: tuple[str, str], tmp_path: Path) -> None:
    path = written(tmp_path, table(*(f"{time},10,12,9,11,5" for time in times)))

    found = candles(path, DAILY)

    assert [candle.opened_at.day for candle in found] == [1, 2]


def test_semicolons_and_any_order_of_columns_will_do(tmp_path: Path) -> None:
    path = written(tmp_path, "Close;Date;Low;High;Open;Note\n11;2024-01-01;9;12;10;a, b\n")

    (candle,) = candles(path, DAILY)

    assert (candle.open, candle.high, candle.low, candle.close) == (Decimal(10), Decimal(12), Decimal(9), Decimal(11))
    assert candle.volume is None


def test_a_column_of_tokens_may_be_filtered(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "token_id,interval,time,o,h,l,c\n"
        "bitcoin,1d,2024-01-01,10,12,9,11\nethereum,1d,2024-01-01,1,1,1,1\nbitcoin,1h,2024-01-01,10,12,9,11\n",
    )

    every = candles(path, Ask(known_at=NOON))
    one, tally = read(path, BITCOIN)

    assert [(each.token_id, each.interval) for each in every] == [
        ("bitcoin", "1d"),
        ("ethereum", "1d"),
        ("bitcoin", "1h"),
    ]
    assert (len(one), tally.passed_over) == (2, 1)


def test_objects_with_short_names_are_candles(tmp_path: Path) -> None:
    hour = 3_600_000
    rows = [{"t": 1_704_067_200_000 + hour * at, "o": 10, "h": 12.5, "l": 9, "c": 11, "v": 1e-7} for at in range(3)]
    path = written(tmp_path, "\ufeff" + json.dumps(rows))

    found = candles(path, replace(BITCOIN, interval="1h"))

    assert [candle.opened_at.hour for candle in found] == [0, 1]
    assert (found[0].high, found[0].volume) == (Decimal("12.5"), Decimal("1e-07"))


def test_an_object_without_a_member_is_a_bad_row(tmp_path: Path) -> None:
    rows = [{"t": 1_704_067_200, "o": 1, "h": 1, "l": 1, "c": 1}, {"t": 1_704_153_600, "o": 1, "h": 1, "l": 1}]

    with pytest.raises(FileRefusedError) as refusal:
        candles(written(tmp_path, json.dumps(rows)), DAILY)

    assert (refusal.value.code, refusal.value.line) == ("columns", 2)


@pytest.mark.parametrize("form", ["text", "milliseconds", "timestamp", "day"])
def test_parquet_is_read_whatever_its_times_are(form: str, tmp_path: Path) -> None:
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    days = [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]
    times = {
        "text": [f"{day:%Y-%m-%d}" for day in days],
        "milliseconds": [round(day.timestamp() * 1000) for day in days],
        "timestamp": pyarrow.array(days, pyarrow.timestamp("us", "UTC")),
        "day": pyarrow.array(days, pyarrow.date32()),
    }
    columns = {"close": [11.5, 12.5], "time": times[form], "open": [10, 11], "high": [12, 13], "low": [9, 10]}
    path = tmp_path / "candles.parquet"
    parquet.write_table(pyarrow.table(columns | {"note": ["a", "b"]}), path)

    found = candles(path, DAILY)

    assert [candle.opened_at for candle in found] == days
    assert (found[0].close, found[0].volume) == (Decimal("11.5"), None)


def test_what_only_begins_like_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="is no Parquet"):
        candles(written(tmp_path, b"PAR1 and nothing more"), DAILY)


def test_coingeckos_export_holds_points_of_which_zero_and_blank_are_unknown(tmp_path: Path) -> None:
    text = (
        "snapped_at,price,market_cap,total_volume\n"
        "2017-04-01 00:00:00 UTC,50.42,4554446900.25,57319943.0\n"
        "2017-04-02 00:00:00 UTC,48.37,,0.0\n"
        "2017-04-03 00:00:00 UTC,43.57,0.0,107658222.8\n"
    )

    found, _ = read(written(tmp_path, text), BITCOIN)

    points = [fact for fact in found if isinstance(fact, PricePoint)]
    assert [point.price_usd for point in points] == [Decimal("50.42"), Decimal("48.37"), Decimal("43.57")]
    assert [point.market_cap_usd for point in points] == [Decimal("4554446900.25"), None, None]
    assert [point.volume_24h_usd for point in points] == [Decimal("57319943.0"), None, Decimal("107658222.8")]


def test_a_market_chart_is_put_in_order_because_its_last_point_may_not_be(tmp_path: Path) -> None:
    day = 86_400_000
    chart = {
        "prices": [[day * 20_000, 10.5], [day * 20_002 - 7, 12], [day * 20_001, 11]],
        "market_caps": [[day * 20_000, 100], [day * 20_001, 0]],
        "total_volumes": [[day * 20_000, None], [day * 20_001, 7]],
    }

    found, _ = read(written(tmp_path, json.dumps(chart)), BITCOIN)

    points = [fact for fact in found if isinstance(fact, PricePoint)]
    assert [point.price_usd for point in points] == [Decimal("10.5"), 11, 12]
    assert [(point.market_cap_usd, point.volume_24h_usd) for point in points] == [(100, None), (None, 7), (None, None)]


def test_a_market_chart_without_a_price_is_refused(tmp_path: Path) -> None:
    chart = {"prices": [[86_400_000 * 20_000, 0]], "market_caps": [], "total_volumes": []}

    with pytest.raises(FileRefusedError, match="a price of zero"):
        read(written(tmp_path, json.dumps(chart)), BITCOIN)


def metrics(path: Path, ask: Ask = BITCOIN) -> dict[str, list[Decimal]]:
    found, _ = read(path, ask)
    told = dict[str, list[Decimal]]()
    for fact in found:
        assert isinstance(fact, ChainMetric)
        told.setdefault(fact.metric, []).append(fact.value)
    return told


def test_coin_metrics_tells_what_the_catalogue_has_in_our_units(tmp_path: Path) -> None:
    text = "time,AdrActCnt,FeeTotNtv,HashRate,PriceUSD,TxCnt\n2020-01-01,500.0,,95.5,7000,300\n2020-01-02,510,1.5,96,,310\n"

    told = metrics(written(tmp_path, text))

    assert told["active_addresses"] == [500, 510]
    assert told["fees_native"] == [Decimal("1.5")]
    assert told["hash_rate"] == [Decimal("95.5e12"), Decimal("96e12")]
    assert "price_usd" not in told


def test_coin_metrics_old_layout_has_other_names(tmp_path: Path) -> None:
    text = "date,txVolume(USD),txCount,generatedCoins,fees,activeAddresses\n2009-01-09,,0,700.0,0.0,14\n2009-01-10,,1,1,0,61\n"

    assert metrics(written(tmp_path, text)) == {
        "transactions": [0, 1],
        "fees_native": [0, 0],
        "active_addresses": [14, 61],
    }


def test_a_chain_that_we_do_not_cover_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "time,TxCnt\n2020-01-01,500\n")

    with pytest.raises(InvalidParameterError, match="one of bitcoin, ethereum"):
        metrics(path, Ask(known_at=NOON, token="monero"))


def test_glassnode_needs_the_name_of_its_metric(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps([{"t": 1_704_067_200, "v": 12.5}, {"t": 1_704_153_600, "v": None}]))

    with pytest.raises(InvalidParameterError, match="give --metric"):
        metrics(path)

    assert metrics(path, replace(BITCOIN, metric="fees_native")) == {"fees_native": [Decimal("12.5")]}


def test_blockchain_coms_means_of_a_week_are_no_days(tmp_path: Path) -> None:
    chart = {"metric1": "n-transactions", "n-transactions": [{"x": 1_704_067_200_000, "y": 5}], "average": "1d"}

    assert metrics(written(tmp_path, json.dumps(chart))) == {"transactions": [5]}
    with pytest.raises(FileRefusedError, match="shows means of 7D"):
        metrics(written(tmp_path, json.dumps(chart | {"average": "7D"})))


def test_blockchain_coms_interface_answers_seconds(tmp_path: Path) -> None:
    answer = {"name": "Hash Rate", "unit": "TH/s", "period": "day", "values": [{"x": 1_704_067_200, "y": 2.5}]}

    assert metrics(written(tmp_path, json.dumps(answer))) == {"hash_rate": [Decimal("2.5e12")]}


def test_a_moment_that_is_no_beginning_of_a_day_is_no_daily_value(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps([{"t": 1_704_067_200 + 46_800, "v": 1}]))

    with pytest.raises(FileRefusedError, match="is not the beginning of a day"):
        metrics(path, replace(BITCOIN, metric="transactions"))


def test_a_named_format_is_taken_at_its_word(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD))

    with pytest.raises(FileRefusedError, match="no column for time"):
        read(path, BITCOIN, format_name="cryptodatadownload")


@pytest.mark.parametrize("text", ["Bitcoin", "a=b,c", "a b", "", "x=Y"])
def test_senseless_names_are_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError):
        read_token(text)


def test_names_are_one_token_or_pairs() -> None:
    assert read_token("bitcoin") == ("bitcoin", {})
    assert read_token("BTC=bitcoin,ETH=ethereum") == (None, {"BTC": "bitcoin", "ETH": "ethereum"})
