"""Numbers that callers send as text, so that what is meant arrives with every digit."""

import re
from collections.abc import Callable
from decimal import Decimal

from pydantic import BeforeValidator, WithJsonSchema


def number_in_text(pattern: str, example: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """Return how a number is read that has to be text of a pattern, and how that is documented."""
    schema = {"type": "string", "pattern": f"^{pattern}$", "examples": [example]}
    return BeforeValidator(_reader(re.compile(pattern))), WithJsonSchema(schema)


def _reader(pattern: re.Pattern[str]) -> Callable[[object], Decimal]:
    def read(given: object) -> Decimal:
        if not isinstance(given, str) or pattern.fullmatch(given) is None:
            raise ValueError(f"give a number as text that matches ^{pattern.pattern}$")
        return Decimal(given)

    return read
