"""What callers send. Numbers are text, so that what is meant arrives with every digit."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from shared.core.errors import InvalidParameterError
from shared.domain.portfolio.layouts.generic import LONGEST_ID, LONGEST_NOTE
from shared.http.parameters import SLUG, read_time
from shared.records.portfolio import USD, Kind, Settlement, Transaction

_ABOVE_ZERO = r"(?!0+(\.0+)?$)"
_DIGITS = r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,30})?"
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


def _in_text(pattern: str, example: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """Return how a number is read that has to be text of a pattern, and how that is documented."""
    schema = {"type": "string", "pattern": f"^{pattern}$", "examples": [example]}
    return BeforeValidator(_reader(re.compile(pattern))), WithJsonSchema(schema)


def _reader(pattern: re.Pattern[str]) -> Callable[[object], Decimal]:
    def read(given: object) -> Decimal:
        if isinstance(given, Decimal):
            return given
        if not isinstance(given, str) or pattern.fullmatch(given) is None:
            raise ValueError("give a number as text, with up to 18 digits before and 30 behind the point")
        return Decimal(given)

    return read


def _moment(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError("give a time as text: ISO-8601, or seconds or milliseconds since 1970")
    try:
        return read_time("at", given)
    except InvalidParameterError as error:
        raise ValueError(error.message) from None


Positive = Annotated[Decimal, *_in_text(_ABOVE_ZERO + _DIGITS, "0.05")]
Number = Annotated[Decimal, *_in_text(_DIGITS, "52000")]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "maxLength": 64, "examples": ["2026-01-15T10:30:00Z"]}),
]
Currency = Annotated[str, Field(pattern=rf"^USD$|{SLUG}", examples=["USD"])]


class _Body(BaseModel):
    """A body with nothing unknown in it; what is not meant is left out, never null."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if isinstance(given, dict) and None in given.values():
            raise ValueError("leave out what is not meant instead of giving null")
        return given


class NewPortfolio(_Body):
    """A portfolio to be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Savings"}]})

    name: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="As you like; need not be unique.")
    description: str = Field(default="", max_length=500, pattern=_PRINTABLE, description="As you like.")


class ChangedPortfolio(_Body):
    """What a portfolio is to be called; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Long run"}]})

    name: str | SkipJsonSchema[None] = Field(
        default=None, pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="As you like; need not be unique."
    )
    description: str | SkipJsonSchema[None] = Field(
        default=None, max_length=500, pattern=_PRINTABLE, description="As you like."
    )


class TransactionBody(_Body):
    """A transaction. A trade has a price, an amount, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-01-15T10:30:00Z",
                    "kind": "buy",
                    "token_id": "bitcoin",
                    "quantity": "0.05",
                    "price": "52000",
                    "fee": "3.9",
                }
            ]
        }
    )

    at: Moment = Field(description="When: ISO-8601, or seconds or milliseconds since 1970; not yet to come.")
    kind: Kind = Field(
        description="`buy`, `sell`; `transfer_in` and `transfer_out` move coins without a gain; `income` is what came for nothing "
        "(staking, an airdrop), worth its price then; `fee` is what was paid in coins for anything else."
    )
    token_id: str = Field(pattern=SLUG, description="Slug of a token.", examples=["bitcoin"])
    quantity: Positive = Field(description="Coins.")
    price: Number | SkipJsonSchema[None] = Field(
        default=None,
        description="Of one coin, in `quote`. Left out for a transfer or an income, the market's within twelve hours of then counts.",
    )
    amount: Number | SkipJsonSchema[None] = Field(
        default=None, description="Of the whole trade without fees, in `quote`; goes before the price."
    )
    quote: Currency = Field(default=USD, description="`USD`, or the token that was paid with or for.")
    usd_rate: Number | SkipJsonSchema[None] = Field(
        default=None, description="US dollars for one of `quote` then; left out, the market's within twelve hours."
    )
    settlement: Settlement = Field(
        default="holdings",
        description="Whether a `quote` token, and fees in third tokens, come from and go to these holdings or the `outside`.",
    )
    fee: Number = Field(default=Decimal(0), description="Of a trade, or of a transfer out in coins.")
    fee_currency: Currency = Field(default=USD, description="`USD` or a token.")
    fee_usd_rate: Number | SkipJsonSchema[None] = Field(
        default=None,
        description="US dollars for one of a third token that the fee was paid in; left out, the market's.",
    )
    external_id: str | SkipJsonSchema[None] = Field(
        default=None, min_length=1, max_length=LONGEST_ID, pattern=_PRINTABLE, description="No two share one."
    )
    note: str = Field(default="", max_length=LONGEST_NOTE, pattern=_PRINTABLE, description="As you like.")

    def transaction(self) -> Transaction:
        """Return what the domain calls it."""
        return Transaction(**dict(self))


class ImportBody(_Body):
    """A CSV file within JSON."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "time,kind,token_id,quantity,price\n2026-01-15T10:30:00Z,buy,bitcoin,0.05,52000\n"}]
        }
    )

    text: str = Field(min_length=1, description="The whole file.")
