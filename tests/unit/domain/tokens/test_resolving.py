"""What a text may mean: whatever is asked, the order of the candidates keeps its promises."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.db.engine import Database
from shared.domain.tokens.naming import CatalogueToken
from shared.domain.tokens.repository import TokenRepository
from shared.domain.tokens.service import TokenService
from shared.records.answer import Answer
from tests.catalogues import list_run, listed, storing
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import store
from tests.snapshots import Row, snapshot

_SYLLABLES = ("a", "ab", "ba", "uni", "ünï", "X", "_", "%", "ß", "0", " coin", "🚀")


def made() -> list[CatalogueToken]:
    """Return tokens whose symbols, names and ids collide and begin with each other, always the same."""
    chance = random.Random(7)
    tokens = {}
    for number in range(300):
        symbol = "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 2))).strip().upper() or "A"
        name = "".join(chance.choices(_SYLLABLES, k=3)).strip() or "A"
        token_id = f"{chance.choice(('uni', 'ab', 'a'))}-{number}" if number % 9 else f"uni{number}"
        address = f"0x{number % 250:040x}"
        tokens[token_id] = listed(token_id, symbol, name, ethereum=address)
    return list(tokens.values())


TOKENS = made()


@dataclass
class Asking:
    """Asks a stored catalogue, from tests that are not asynchronous."""

    service: TokenService

    def __call__(self, text: str, limit: int = 100) -> Answer:
        return asyncio.run(self.service.resolve(text, limit=limit))

    def rows(self, text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self(text).data)
        return found


@pytest.fixture(scope="module")
def asking(shared_place: Place) -> Iterator[Asking]:
    asyncio.run(_stored(shared_place))
    database = Database(shared_place.reader, read_only=True)
    yield Asking(TokenService(TokenRepository(database), SteppingClock(NOON)))
    asyncio.run(database.close())


async def _stored(place: Place) -> None:
    quoted: list[Row] = [
        (each.token_id, each.symbol, each.name, "1.5", str(1000 + 7919 * n % 500) if n % 3 else None)
        for n, each in enumerate(TOKENS[:200])
    ]
    await store(place, snapshot(quoted))
    async with storing(place) as writers:
        await writers.catalogue(list_run(TOKENS))


_TOKEN = st.sampled_from(TOKENS)
_WHOLE = _TOKEN.flatmap(
    lambda each: st.sampled_from((each.symbol, each.name, each.token_id, each.contracts[0].address))
)
_CUT = _WHOLE.flatmap(lambda text: st.integers(1, len(text)).map(lambda size: text[:size]))
_CASED = (_WHOLE | _CUT).flatmap(lambda text: st.sampled_from((text, text.upper(), text.lower(), f" {text} ")))
_ANYTHING = st.text(min_size=1, max_size=8)
_TEXTS = (_CASED | _ANYTHING).filter(lambda text: bool(text.replace("\x00", "x").strip()))


@given(_TEXTS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_exact_comes_before_prefix_and_the_larger_market_cap_first(asking: Asking, text: str) -> None:
    answer = asking(text)
    rows = json.loads(answer.data)

    order = [(not each["exact"], -(each["market_cap"] or 0)) for each in rows]
    assert order == sorted(order)
    assert len({each["id"] for each in rows}) == len(rows)
    exact = sum(each["exact"] for each in rows)
    assert answer.meta["ambiguous"] is (exact > 1 or (exact == 0 and len(rows) > 1))
    assert answer.meta["total"] == len(rows) or len(rows) == 100


@given(_TEXTS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_exactly_those_that_match_are_found(asking: Asking, text: str) -> None:
    wanted = " ".join(text.split()).casefold()

    exact = {each.token_id for each in TOKENS if _is(each, wanted)}
    begins = {each.token_id for each in TOKENS if _begins(each, wanted)}
    rows = asking.rows(text)

    assert {each["id"] for each in rows if each["exact"]} == exact
    assert {each["id"] for each in rows} == exact | begins or len(rows) == 100


@given(_TEXTS)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_smaller_limit_gives_the_beginning_of_the_same_list(asking: Asking, text: str) -> None:
    whole, first = asking(text), asking(text, limit=3)

    assert json.loads(first.data) == json.loads(whole.data)[:3]
    assert first.meta == whole.meta


@pytest.mark.parametrize("text", ["no such token", "%", "_%", "\\", "'; DROP TABLE tokens; --", "a\x00b", "🚀🚀🚀🚀"])
def test_wildcards_and_quotes_mean_themselves(asking: Asking, text: str) -> None:
    wanted = " ".join(text.split()).casefold()

    rows = asking.rows(text)

    assert {each["id"] for each in rows} == {
        each.token_id for each in TOKENS if _is(each, wanted) or _begins(each, wanted)
    }


def _is(token: CatalogueToken, wanted: str) -> bool:
    texts = (token.symbol.casefold(), token.name.casefold(), token.token_id.casefold(), token.contracts[0].address)
    return wanted in texts


def _begins(token: CatalogueToken, wanted: str) -> bool:
    return any(text.casefold().startswith(wanted) for text in (token.symbol, token.name, token.token_id))
