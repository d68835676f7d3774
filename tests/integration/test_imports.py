"""Files into a real database: whole or not at all, the same again without effect, and known numbers found again."""

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shared.core.errors import FileRefusedError, SettingsError
from shared.db.engine import Database
from shared.domain.history.asking import Ask
from shared.domain.history.importing import STATEMENT_WITHIN, FileImport
from shared.records.candles import Interval
from tests.clocks import NOON
from tests.databases import Place
from tests.recordings import RECORDED

BITCOIN = Ask(known_at=NOON, token="bitcoin", interval="1d")
HEADER = "time,open,high,low,close,volume\n"
GOOD = HEADER + "".join(f"2024-01-{day:02},10,12,9,11,{day}\n" for day in range(1, 21))
BAD = GOOD + "2024-01-21,10,8,9,11,5\n" + "2024-01-22,10,12,9,11,5\n"


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    made = Database(place.writer, read_only=False, statement_within=STATEMENT_WITHIN)
    yield made
    await made.close()


@pytest.fixture
def importer(database: Database) -> FileImport:
    return FileImport(database, data_source="live")


def written(folder: Path, text: str, name: str = "file.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


def count(place: Place, table: str) -> int:
    return int(str(place.run(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608 the test's own names


def stored(place: Place, token_id: str) -> list[list[object]]:
    """Return all that is stored of a token, each number digit for digit."""
    columns = "opened_at, known_at, closed, source_id, open::text, high::text, low::text, close::text, volume::text, turnover::text"
    tables = " UNION ALL ".join(
        f"SELECT {columns}, newest_at, refreshed_at FROM {table} JOIN candle_series USING (series_id) WHERE token_id = '{token_id}'"  # noqa: S608
        for table in ("candles", "intraday_candles")
    )
    return place.run(f"{tables} ORDER BY opened_at")


async def test_nothing_of_a_file_with_a_bad_row_is_kept(importer: FileImport, place: Place, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="line 22: the highest price is below the lowest"):
        await importer.run(written(tmp_path, BAD), BITCOIN)

    assert [count(place, table) for table in ("candles", "candle_series", "candle_sources", "datasets")] == [0, 0, 0, 0]


async def test_nothing_is_kept_when_the_bad_row_comes_after_many_batches(
    importer: FileImport, place: Place, tmp_path: Path
) -> None:
    days = [f"{NOON - timedelta(days=day):%Y-%m-%d}" for day in range(6_000, 1, -1)]
    rows = "".join(f"{token},{day},10,12,9,11,5\n" for token in "abcdefghi" for day in days)
    path = written(tmp_path, f"token_id,{HEADER}{rows}i,2024-01-01,1,1,1,1,1\n")

    with pytest.raises(FileRefusedError, match="neither in ascending nor in descending order"):
        await importer.run(path, replace(BITCOIN, token=None))

    assert len(days) * 9 > 50_000, "more than the writer takes at a time"
    assert count(place, "candles") == 0


async def test_good_rows_are_kept_when_bad_ones_are_skipped(importer: FileImport, place: Place, tmp_path: Path) -> None:
    imported = await importer.run(written(tmp_path, BAD), BITCOIN, skip_bad=True)

    assert (imported.stored, imported.tally.bad["high_below_low"], count(place, "candles")) == (21, 1, 21)


@pytest.mark.parametrize(("interval", "step"), [("1d", timedelta(days=1)), ("1h", timedelta(hours=1))])
async def test_columns_and_rows_store_the_same(
    importer: FileImport, place: Place, tmp_path: Path, interval: Interval, step: timedelta
) -> None:
    start = datetime(2021, 1, 1, tzinfo=UTC)
    told = [f"{start + step * place:%Y-%m-%d %H:%M:%S},10.50,12,9.000,11.1,{place % 3}" for place in range(1_000)]
    # A field in quotation marks says the same, and is no matter for columns.
    quoted = f'{told[0].removesuffix("0")}"0"'
    by_columns = written(tmp_path, HEADER + "\n".join(told))
    by_rows = written(tmp_path, HEADER + "\n".join([quoted, *told[1:]]), "rows.csv")

    first = await importer.run(by_columns, replace(BITCOIN, interval=interval))
    second = await importer.run(by_rows, replace(BITCOIN, token="ether", interval=interval))

    assert (
        (first.stored, first.facts, first.tally.read)
        == (second.stored, second.facts, second.tally.read)
        == (1_000,) * 3
    )
    assert stored(place, "bitcoin") == stored(place, "ether")
    again = await importer.run(by_columns, replace(BITCOIN, token="ether", interval=interval))
    assert (again.stored, again.kept, count(place, "candle_revisions")) == (0, 0, 0)


async def test_parquet_is_kept_whole_or_refused_with_line_and_reason(
    importer: FileImport, place: Place, tmp_path: Path
) -> None:
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(100)]
    good = {"time": days, "open": [10.5] * 100, "high": [12.0] * 100, "low": [9.0] * 100, "close": [11.0] * 100}
    path = tmp_path / "file.parquet"
    parquet.write_table(pyarrow.table({**good, "low": [9.0] * 99 + [13.0]}), path)

    with pytest.raises(FileRefusedError, match="line 100: the highest price is below the lowest"):
        await importer.run(path, BITCOIN)
    assert count(place, "candles") == 0

    parquet.write_table(pyarrow.table(good), path)
    imported = await importer.run(path, BITCOIN)

    assert (imported.format, imported.stored, imported.tally.read) == ("parquet", 100, 100)
    assert place.run("SELECT DISTINCT open, high, low, close FROM candles") == [[Decimal("10.5"), 12, 9, 11]]


async def test_columns_revise_what_rows_stored(importer: FileImport, place: Place, tmp_path: Path) -> None:
    await importer.run(written(tmp_path, GOOD), replace(BITCOIN, known_at=NOON - timedelta(days=1)))
    changed = GOOD.replace("2024-01-07,10,12,9,11,7", "2024-01-07,10,12,9,11.5,7") + "2024-01-21,10,12,9,11,21\n"

    imported = await importer.run(written(tmp_path, changed), BITCOIN)

    assert (imported.stored, count(place, "candles"), count(place, "candle_revisions")) == (2, 21, 1)


async def test_the_same_file_again_changes_nothing(importer: FileImport, place: Place, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)

    first = await importer.run(path, BITCOIN)
    again = await importer.run(path, replace(BITCOIN, known_at=NOON + timedelta(days=1)))

    assert (first.stored, again.stored, count(place, "candles"), count(place, "candle_revisions")) == (20, 0, 20, 0)


async def test_what_a_later_file_corrects_stays_known_as_it_was(
    importer: FileImport, place: Place, tmp_path: Path
) -> None:
    await importer.run(written(tmp_path, GOOD), BITCOIN)

    corrected = GOOD.replace("2024-01-05,10,12,9,11", "2024-01-05,10,12,9,10.5")
    imported = await importer.run(written(tmp_path, corrected), replace(BITCOIN, known_at=NOON + timedelta(days=1)))

    assert imported.stored == 1
    assert place.run("SELECT close, known_at, superseded_at FROM candle_revisions") == [
        [11, NOON, NOON + timedelta(days=1)]
    ]


async def test_candles_shorter_than_a_day_get_their_months(importer: FileImport, place: Place, tmp_path: Path) -> None:
    hours = [datetime(2024, 1, 31, tzinfo=UTC) + timedelta(hours=hour) for hour in range(48)]
    text = HEADER + "".join(f"{hour.isoformat()},10,12,9,11,5\n" for hour in hours)

    imported = await importer.run(written(tmp_path, text), replace(BITCOIN, interval="1h"))

    parts = place.run("SELECT tableoid::regclass::text, count(*) FROM intraday_candles GROUP BY 1 ORDER BY 1")
    assert imported.stored == 48
    assert [(str(name)[-7:], number) for name, number in parts] == [("2024_01", 24), ("2024_02", 24)]


async def test_prices_fill_what_is_missing_and_nothing_else(importer: FileImport, place: Place, tmp_path: Path) -> None:
    place.run(
        "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd) "
        "VALUES (86400, 'bitcoin', '2024-01-02', '2024-01-02 00:05', 7)"
    )
    rows = "".join(f"2024-01-{day:02} 00:00:00 UTC,{day},0.0,\n" for day in range(1, 11))

    imported = await importer.run(written(tmp_path, "snapped_at,price,market_cap,total_volume\n" + rows), BITCOIN)

    prices = place.run("SELECT resolution_s, price_usd FROM price_points ORDER BY bucket")
    assert imported.stored == 9
    assert prices == [[86_400, day if day != 2 else 7] for day in range(1, 11)]


async def test_metrics_of_chains_are_told_with_their_source(importer: FileImport, place: Place, tmp_path: Path) -> None:
    text = "time,AdrActCnt,TxCnt\n2020-01-01,500,300\n2020-01-02,510,\n"

    first = await importer.run(written(tmp_path, text), BITCOIN)
    again = await importer.run(written(tmp_path, text), replace(BITCOIN, known_at=NOON + timedelta(days=1)))

    assert (first.stored, again.stored) == (3, 0)
    assert place.run("SELECT DISTINCT chain, resolution, source FROM chain_metrics") == [
        ["bitcoin", "day", "coinmetrics"]
    ]


@pytest.mark.parametrize("table", ["candles", "points", "metrics"])
async def test_kinds_of_data_never_mix(importer: FileImport, place: Place, tmp_path: Path, table: str) -> None:
    place.run("INSERT INTO datasets VALUES ('refresh_market', now(), '{}', 'sandbox')")
    place.run("INSERT INTO rankings VALUES (now(), '{}', 0, 'sandbox')")
    texts = {
        "candles": GOOD,
        "points": "snapped_at,price,market_cap,total_volume\n2024-01-01 00:00:00 UTC,1,1,1\n",
        "metrics": "time,TxCnt\n2020-01-01,500\n",
    }

    with pytest.raises(SettingsError, match="sandbox data"):
        await importer.run(written(tmp_path, texts[table]), BITCOIN)

    assert count(place, "candles") + count(place, "price_points") + count(place, "chain_metrics") == 0


async def test_an_empty_table_is_refused(importer: FileImport, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="holds no rows"):
        await importer.run(written(tmp_path, HEADER), BITCOIN)


async def test_a_reader_that_stops_early_leaves_no_thread_behind(importer: FileImport, tmp_path: Path) -> None:
    import threading

    with pytest.raises(FileRefusedError):
        await importer.run(written(tmp_path, BAD), BITCOIN)

    assert [thread.name for thread in threading.enumerate() if thread.name == "reading-ahead"] == []


def test_a_long_file_needs_little_memory(tmp_path: Path) -> None:
    rows = "".join(
        f"token-{token},{datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=day):%Y-%m-%d},10.25,12.5,9.125,11.0625,{day}.5\n"
        for token in range(100)
        for day in range(1_000)
    )
    path = written(tmp_path, "token_id," + HEADER + rows)
    script = (
        "import resource, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from shared.domain.history.asking import Ask\n"
        "from shared.domain.history.csv_candles import read\n"
        "from shared.domain.history.files import opened\n"
        "from shared.domain.history.refusals import Tally\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with opened(Path(sys.argv[1])) as (stream, _):\n"
        "    ask = Ask(known_at=datetime(2026, 1, 1, tzinfo=UTC), interval='1d')\n"
        "    count = sum(1 for _ in read(stream, ask, Tally('x'), name='ohlcv'))\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )

    said = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True).stdout
    number, kilobytes = map(int, said.split())

    assert number == 100_000
    assert kilobytes < 20_000, "read as it comes, not as a whole"


def test_a_long_file_needs_no_more_memory_by_columns_than_a_short_one(tmp_path: Path) -> None:
    days = [f"{datetime(2022, 1, 1, tzinfo=UTC) + timedelta(days=day):%Y-%m-%d}" for day in range(1_000)]
    with (tmp_path / "file.csv").open("w") as target:
        target.write("token_id," + HEADER)
        for token in range(500):
            target.write("".join(f"token-{token},{day},10.25,12.5,9.125,11.0625,70000000.5\n" for day in days))
    script = (
        "import resource, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from shared.domain.history.asking import Ask\n"
        "from shared.domain.history.formats import FORMATS\n"
        "from shared.domain.history.reading import Reading\n"
        "from shared.domain.history.refusals import Tally\n"
        "ask = Ask(known_at=datetime(2026, 1, 1, tzinfo=UTC), interval='1d')\n"
        "reading = Reading(Path(sys.argv[1]), FORMATS['ohlcv'], ask, False, lambda _: None)\n"
        "peaks = []\n"
        "with reading.columns(Tally('x')) as (_, blocks):\n"
        "    for block in blocks:\n"
        "        block.written(dict.fromkeys(block.token_ids, 1))\n"
        "        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "print(reading.progress.facts, len(peaks), peaks[-1] - peaks[1])\n"
    )

    path = str(tmp_path / "file.csv")
    said = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True).stdout
    number, blocks, kilobytes = map(int, said.split())

    assert (number, blocks) == (500_000, 7)
    assert kilobytes < 30_000, "what is written is not kept"


KAGGLE = RECORDED / "kaggle_cryptocurrencypricehistory"
NAMES = {
    "BinanceCoin": "binancecoin",
    "Bitcoin": "bitcoin",
    "Cardano": "cardano",
    "ChainLink": "chainlink",
    "Cosmos": "cosmos",
    "CryptocomCoin": "crypto-com-chain",
    "Dogecoin": "dogecoin",
    "EOS": "eos",
    "Ethereum": "ethereum",
    "Iota": "iota",
    "Polkadot": "polkadot",
    "Stellar": "stellar",
    "Tether": "tether",
    "Uniswap": "uniswap",
    "WrappedBitcoin": "wrapped-bitcoin",
    "XRP": "ripple",
}
KLINES = RECORDED / "binance_spot_1d_klines"
METRICS = RECORDED / "coinmetrics_community_2020"
needs_history = pytest.mark.skipif(
    not (KAGGLE.is_dir() and KLINES.is_dir() and METRICS.is_dir()),
    reason="no recorded history: set CRYPTOPRISM_RECORDED to a folder that has it",
)


def candle(place: Place, token_id: str, day: str) -> list[object]:
    [found] = place.run(
        "SELECT open::text, high::text, low::text, close::text, provider FROM candles "  # noqa: S608 the test's own names
        "JOIN candle_series USING (series_id) JOIN candle_sources USING (source_id) "
        f"WHERE token_id = '{token_id}' AND interval_s = 86400 AND opened_at = '{day}'"
    )
    return found


@needs_history
async def test_real_history_of_sixteen_coins_is_found_again(importer: FileImport, place: Place) -> None:
    stored = 0
    for name, token_id in NAMES.items():
        imported = await importer.run(KAGGLE / f"coin_{name}.csv.gz", replace(BITCOIN, token=token_id, interval=None))
        stored += imported.stored
        assert (imported.format, dict(imported.tally.bad)) == ("kaggle", {}), name

    assert stored == count(place, "candles")
    assert candle(place, "bitcoin", "2013-04-29") == [
        "134.44400024414062",
        "147.48800659179688",
        "134.0",
        "144.5399932861328",
        "coinmarketcap",
    ]
    [[low]] = place.run(
        "SELECT min(opened_at) FROM candles JOIN candle_series USING (series_id) WHERE token_id = 'tether'"
    )
    assert isinstance(low, datetime)
    assert low.year == 2015


@needs_history
async def test_real_klines_take_the_place_of_what_an_aggregator_said(importer: FileImport, place: Place) -> None:
    await importer.run(KAGGLE / "coin_Bitcoin.csv.gz", replace(BITCOIN, interval=None))
    before = candle(place, "bitcoin", "2020-03-12")

    imported = await importer.run(
        KLINES / "btcusdt_1d.json.gz", replace(BITCOIN, interval=None, known_at=NOON + timedelta(days=200))
    )

    after = candle(place, "bitcoin", "2020-03-12")
    assert (before[-1], after[-1]) == ("coinmarketcap", "binance")
    assert after[:4] == ["7934.58000000", "7966.17000000", "4410.00000000", "4800.00000000"]
    assert (imported.facts, imported.tally.unfinished) == (2_129, 1)
    revised = place.run("SELECT close::text FROM candle_revisions WHERE opened_at = '2020-03-12'")
    assert revised == [[before[3]]]


@needs_history
async def test_real_metrics_of_bitcoin_are_found_again(importer: FileImport, place: Place) -> None:
    imported = await importer.run(METRICS / "btc.csv.gz", BITCOIN)

    rows = place.run(
        "SELECT metric, value::text FROM chain_metrics WHERE observed_at = '2009-01-09' AND chain = 'bitcoin' ORDER BY 1"
    )
    told = {str(metric): str(value) for metric, value in rows}
    assert imported.format == "coinmetrics"
    assert told["active_addresses"] == "19.0"
    assert told["supply"] == "950.0"
    # 19 blocks of difficulty 1: 19 · 2³² / 86,400 hashes a second.
    assert float(told["hash_rate"]) == pytest.approx(19 * 2**32 / 86_400, rel=1e-6)


@needs_history
async def test_a_spreadsheets_damage_is_refused_and_nothing_of_it_kept(importer: FileImport, place: Place) -> None:
    mangled = RECORDED / "dirty_csv" / "excel_mangled_coin_Bitcoin.csv.gz"

    with pytest.raises(FileRefusedError, match="line 2: thousands separators, or what a spreadsheet made of a number"):
        await importer.run(mangled, replace(BITCOIN, interval=None))
    skipped = await importer.run(mangled, replace(BITCOIN, interval=None), skip_bad=True)

    assert (skipped.facts, sum(skipped.tally.bad.values()), count(place, "candles")) == (0, 2_991, 0)
