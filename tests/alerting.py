"""Makes alerts and facts with everything that a test does not care about filled in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.records.alerts import Alert, Condition, Fact, Webhook
from tests.clocks import NOON

SECRET = "whsec_" + "c2FuZGJveC1zaWduaW5nLXNlY3JldA=="
URL = "https://hooks.example.org/prism"


def condition(**more: Any) -> Condition:
    values: dict[str, Any] = {
        "kind": "price",
        "subject": "bitcoin",
        "measure": "price_usd",
        "direction": "above",
        "threshold": Decimal(100),
    }
    return Condition(**values | more)


def alert(**more: Any) -> Alert:
    values: dict[str, Any] = {
        "id": "a1",
        "owner": "ann",
        "name": "Bitcoin over a hundred",
        "condition": condition(),
        "webhook": Webhook(url=URL, secret=SECRET),
        "cool_down": timedelta(0),
        "once": False,
        "active": True,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Alert(**values | more)


def fact(value: int | str | Decimal, at: datetime = NOON) -> Fact:
    return Fact(value=Decimal(value), as_of=at, sources=("binance",))


class KnownFacts:
    """Tells the facts it was given, as `FactReader` would."""

    def __init__(self, **prices: int | str) -> None:
        self.facts = {(token, "price_usd"): fact(price) for token, price in prices.items()}

    def say(self, token: str, price: int | str, at: datetime) -> None:
        self.facts[token, "price_usd"] = fact(price, at)

    async def read(self, conditions: object, *, now: datetime) -> dict[tuple[str, str], Fact]:
        return dict(self.facts)


class Receiver:
    """Takes events and answers as told; the last answer is repeated."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers) or ["200"]
        self.got: list[tuple[str, str, str]] = []
        self.secrets: list[Sequence[str]] = []

    @property
    def ids(self) -> list[str]:
        return [event_id for _, event_id, _ in self.got]

    async def send(self, url: str, *, event_id: str, payload: str, secrets: Sequence[str]) -> str:
        self.got.append((url, event_id, payload))
        self.secrets.append(secrets)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
