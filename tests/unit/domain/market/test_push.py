"""The document that browsers listen to is small, ranked and exact."""

import json
from decimal import Decimal

from shared.domain.market.consensus import agree
from shared.domain.market.push import PUSHED_TOKENS, market_push
from shared.records.market import Quote
from tests.clocks import NOON
from tests.prices import record, token


def quotes(count: int) -> list[Quote]:
    tokens = {f"token-{i}": token(f"token-{i}", f"T{i}", f"Token {i}") for i in range(count)}
    said = [
        (name, record(price=f"{i}.00000000012345", market_cap_usd=Decimal(i), change_24h_pct=None))
        for i, name in enumerate(tokens, start=1)
    ]
    return agree(said, tokens, now=NOON)


def test_the_largest_tokens_are_pushed_first_digit_for_digit() -> None:
    fields = market_push(quotes(3), source="live", now=NOON)

    rows = fields["quotes"]
    assert isinstance(rows, list)
    assert rows[0] == {
        "id": "token-2",
        "symbol": "T2",
        "price": "3.00000000012345",
        "change_24h_pct": None,
        "as_of": NOON,
    }


def test_the_document_stays_below_ten_kilobytes() -> None:
    fields = market_push(quotes(500), source="live", now=NOON)

    assert isinstance(fields["quotes"], list)
    assert len(fields["quotes"]) == PUSHED_TOKENS
    assert len(json.dumps(fields, default=str)) < 10_000
