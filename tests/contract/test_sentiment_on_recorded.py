"""Alternative.me's real answers and history: read as they are, and what our own index makes of the same years."""

import csv
import gzip
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest

from shared.domain.sentiment.composing import composed
from shared.domain.sentiment.measures import MarketMeasures, TokenMeasures, market_scores
from shared.providers.adapters.alternative_me_sentiment import AlternativeMe, SentimentRequest
from shared.providers.contract import Page, Payload
from shared.providers.numbers import parsed
from shared.records.sentiment import SentimentRecord, mood_of
from tests.recordings import PAYLOADS, RECORDED, needs_recordings

HISTORY = RECORDED / "fear_greed_alternative_me" / "fng_data.json"
PRICES = RECORDED / "coingecko_export_85_tokens"
pytestmark = [
    needs_recordings,
    pytest.mark.skipif(not HISTORY.is_file() or not PRICES.is_dir(), reason="no recorded history of the index"),
]
LATER = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Days = Mapping[date, tuple[float, float, float]]
"""Price, market cap, volume."""


def read(body: bytes) -> list[SentimentRecord]:
    page = Page(parsed(body), None)
    return AlternativeMe("https://provider.example").normalise(Payload((page,)), SentimentRequest(0), fetched_at=LATER)


@pytest.mark.parametrize("name", ["fng__02.json", "fng__03.json"])
def test_every_recorded_answer_is_read_value_for_value(name: str) -> None:
    body = (PAYLOADS / "alternative-me" / name).read_bytes()
    rows = json.loads(body)["data"]

    found = read(body)

    assert [(str(int(each.at.timestamp())), str(each.value)) for each in reversed(found)] == [
        (row["timestamp"], row["value"]) for row in rows
    ]
    assert [mood_of(each.value).replace("_", " ").title() for each in reversed(found)] == [
        row["value_classification"] for row in rows
    ]


def test_every_recording_of_the_index_is_in_the_list() -> None:
    entries = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))

    files = {
        entry["file"] for entry in entries if entry["provider"] == "alternative-me" and entry["endpoint"] == "/fng/"
    }

    assert files == {"alternative-me/fng__02.json", "alternative-me/fng__03.json"}


def test_eight_years_are_read_with_the_days_that_do_not_exist_left_out() -> None:
    rows = json.loads(HISTORY.read_text(encoding="utf-8"))

    found = read(json.dumps({"name": "Fear and Greed Index", "data": rows, "metadata": {"error": None}}).encode())

    days = {each.at.date() for each in found}
    first, last = min(days), max(days)
    missing = {first + DAY * number for number in range((last - first).days)} - days
    assert len(found) == len(rows) == len(days)
    never = {date(2018, 4, 14), date(2018, 4, 15), date(2018, 4, 16), date(2024, 10, 26)}
    assert missing == {day for day in never if day < last}
    assert len(missing) >= 3
    labels = {row["timestamp"]: row["value_classification"] for row in rows}
    assert all(mood_of(each.value).replace("_", " ").title() == labels[str(int(each.at.timestamp()))] for each in found)


@cache
def prices(path: Path) -> Days:
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            numbers = tuple(float(row[name] or 0) for name in ("price", "market_cap", "total_volume"))
            if numbers[0] > 0:
                found[date.fromisoformat(row["snapped_at"][:10])] = (numbers[0], numbers[1], numbers[2])
    return found


def change_pct(days: Days, day: date, over: int) -> float | None:
    now, before = days.get(day), days.get(day - over * DAY)
    return None if now is None or before is None else (now[0] / before[0] - 1) * 100


def own_index(day: date, bitcoin: Days, tokens: Mapping[str, Days], caps: Mapping[date, float]) -> float | None:
    """Our index of a day, of what was known on its morning alone."""
    window = [bitcoin[day - DAY * back] for back in range(90, -1, -1) if day - DAY * back in bitcoin]
    shares = [
        100 * bitcoin[before][1] / caps[before] for back in range(30, -1, -1) if (before := day - DAY * back) in bitcoin
    ]
    moves = [move for each in tokens.values() if (move := change_pct(each, day, 7)) is not None]
    measures = MarketMeasures(
        bitcoin=TokenMeasures(
            closes=[row[0] for row in window],
            volumes=[row[2] for row in window],
            change_7d_pct=change_pct(bitcoin, day, 7),
            change_30d_pct=change_pct(bitcoin, day, 30),
            priced_at=None,
        ),
        shares_pct=shares,
        rising=sum(move > 1 for move in moves),
        falling=sum(move < -1 for move in moves),
    )
    made = composed(market_scores(measures, None))
    return None if made is None else float(made.value)


def correlation(pairs: list[tuple[float, float]]) -> float:
    ours, theirs = fmean(own for own, _ in pairs), fmean(other for _, other in pairs)
    together = math.fsum((own - ours) * (other - theirs) for own, other in pairs)
    spread = math.fsum((own - ours) ** 2 for own, _ in pairs) * math.fsum((other - theirs) ** 2 for _, other in pairs)
    return together / math.sqrt(spread)


@pytest.fixture(scope="module")
def compared() -> dict[date, tuple[float, float]]:
    """Our index and Alternative.me's on the same days, 2018-02 to 2023."""
    quoted = read(b'{"data": ' + HISTORY.read_bytes() + b"}")
    tokens = {path.name: prices(path) for path in sorted(PRICES.glob("*.csv.gz"))}
    bitcoin = tokens["btc.csv.gz"]
    caps: dict[date, float] = {}
    for days in tokens.values():
        for day, (_, cap, _) in days.items():
            caps[day] = caps.get(day, 0.0) + cap
    found = {}
    for each in quoted:
        day = each.at.date()
        own = own_index(day, bitcoin, tokens, caps) if day in bitcoin else None
        if own is not None:
            found[day] = (own, float(each.value))
    return found


@pytest.mark.parametrize(
    ("first", "last", "least", "most_apart"),
    [(date(2018, 1, 1), date(2021, 1, 1), 0.65, 17.0), (date(2021, 1, 1), date(2024, 1, 1), 0.75, 16.0)],
    ids=["years the formula was chosen on", "years it never saw"],
)
def test_our_index_goes_with_alternative_me_s(
    compared: dict[date, tuple[float, float]], first: date, last: date, least: float, most_apart: float
) -> None:
    pairs = [pair for day, pair in compared.items() if first <= day < last]

    assert len(pairs) > 900
    assert least <= correlation(pairs) < 0.99
    assert fmean(abs(own - other) for own, other in pairs) < most_apart
