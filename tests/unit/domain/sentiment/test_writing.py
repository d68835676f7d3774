"""Storing sentiment: revisions, second deliveries, and kinds of data that never mix."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from shared.db.engine import Database
from shared.domain.sentiment.writing import SentimentWriter
from shared.records.sentiment import NewsMood
from tests.clocks import NOON
from tests.databases import Place
from tests.sentiments import own, quoted, store

TODAY = NOON.replace(hour=0)
HOUR = timedelta(hours=1)


async def test_a_second_delivery_stores_nothing(place: Place) -> None:
    records = [quoted(22, TODAY), own({"momentum": 61.0, "volatility": 40.0}, NOON)]

    assert [await store(place, records), await store(place, records)] == [2, 0]


async def test_a_revised_value_is_a_new_row_and_an_unchanged_one_is_not(place: Place) -> None:
    await store(place, [quoted(22, TODAY)])
    again = await store(place, [quoted(22, TODAY, known=NOON)])
    revised = await store(place, [quoted(25, TODAY, known=NOON + HOUR)])
    back = await store(place, [quoted(22, TODAY, known=NOON + 2 * HOUR)])

    assert (again, revised, back) == (0, 1, 1)
    assert place.run("SELECT value::int, mood FROM sentiment_values ORDER BY known_at") == [
        [22, "extreme_fear"],
        [25, "extreme_fear"],
        [22, "extreme_fear"],
    ]


async def test_our_own_value_of_an_hour_is_the_first_one(place: Place) -> None:
    await store(place, [own({"momentum": 61.0, "volatility": 40.0}, NOON)])
    later = await store(place, [own({"momentum": 90.0, "volatility": 90.0}, NOON)])

    assert later == 0
    assert place.run("SELECT value FROM sentiment_values") == [[Decimal("50.50")]]


async def test_moods_that_were_not_renewed_are_forgotten(place: Place) -> None:
    moods = [NewsMood(token_id=name, score=Decimal("0.5"), articles=3) for name in (None, "bitcoin", "ripple")]
    await store(place, [quoted(22, TODAY)], moods=moods)
    await store(place, [quoted(22, TODAY)], moods=moods[:2], at=NOON + HOUR)

    assert place.run("SELECT scope FROM news_moods ORDER BY 1") == [[""], ["bitcoin"]]


async def test_kinds_of_data_never_mix(place: Place) -> None:
    await store(place, [quoted(22, TODAY)], data_source="sandbox")

    with pytest.raises(SettingsError):
        await store(place, [quoted(25, TODAY, known=NOON)], data_source="live")

    assert place.run("SELECT value::int FROM sentiment_values") == [[22]]


async def test_without_a_quote_of_bitcoin_there_is_nothing_to_measure(place: Place, writing: Database) -> None:
    assert await SentimentWriter(writing).measures(now=NOON) is None


def article(place: Place, number: int, score: str | None, tokens: str = "{}", *, hours_ago: float = 1) -> None:
    at = (NOON - timedelta(hours=hours_ago)).isoformat()
    sentiment = "NULL, NULL, NULL" if score is None else f"sign({score}), {score}, 'lexicon'"
    place.run(
        "INSERT INTO news_revisions (article_id, known_at, published_at, dated, title, url, publisher, aggregated, sources,"  # noqa: S608
        " carriers, tokens, token_ids, sentiment, sentiment_score, sentiment_method)"
        f" VALUES ('a{number}', '{at}', '{at}', true, 'Title', 'https://news.example/{number}', 'News', false, '[]', '{{}}',"
        f" '[]', '{tokens}', {sentiment})"
    )


async def test_the_mood_is_the_mean_of_three_days_of_articles(place: Place, writing: Database) -> None:
    article(place, 1, "0.8", "{bitcoin,ripple}")
    article(place, 2, "-0.2", "{bitcoin}")
    article(place, 3, None, "{bitcoin}")
    article(place, 4, "-1", "{bitcoin}", hours_ago=73)
    article(place, 5, "-1", "{bitcoin}", hours_ago=-1)
    article(place, 6, "0")

    moods = await SentimentWriter(writing).read_news(now=NOON)

    assert [(each.token_id, each.score, each.articles) for each in moods] == [
        (None, Decimal("0.2000"), 3),
        ("bitcoin", Decimal("0.3000"), 2),
        ("ripple", Decimal("0.8000"), 1),
    ]


async def test_without_the_table_of_news_there_are_none(place: Place, writing: Database) -> None:
    place.run("DROP TABLE news_revisions CASCADE")

    assert await SentimentWriter(writing).read_news(now=NOON) == []
