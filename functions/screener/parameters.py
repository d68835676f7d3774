"""The screener's parameters as OpenAPI documents them; the route reads them itself, because there are hundreds."""

from typing import Any

from shared.domain.screener.asking import DEFAULT_LIMIT, DEFAULT_SORT, LARGEST_LIMIT, LARGEST_OFFSET, LARGEST_TEXT
from shared.domain.screener.fields import CHOICES, Choice, Field, fields
from shared.domain.screener.presets import PRESETS


def documented() -> list[dict[str, Any]]:
    """Return all parameters, those of every screener first, then a lower and an upper bound for each field."""
    bounds = [each for field in fields().values() for each in (_bound(field, "min"), _bound(field, "max"))]
    return [*_general(), *(_choice(each) for each in CHOICES.values()), *bounds]


def _general() -> list[dict[str, Any]]:
    return [
        _parameter("preset", "Ready-made filters; those given besides replace its own.", {"enum": list(PRESETS)}),
        _parameter("sort", "Field to sort by; null comes last.", {"enum": list(fields()), "default": DEFAULT_SORT}),
        _parameter("order", "Without it `desc`, for places `asc`, with a preset its own.", {"enum": ["asc", "desc"]}),
        _parameter(
            "limit",
            "How many at most.",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
        ),
        _parameter(
            "offset",
            "How many to leave out at the beginning.",
            {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET, "default": 0},
        ),
        _parameter(
            "snapshot",
            "`meta.snapshot` of the first page: pages then come from one ranking, for half an hour.",
            {"minLength": 1, "maxLength": 32},
        ),
    ]


def _choice(choice: Choice) -> dict[str, Any]:
    limits: dict[str, Any] = (
        {"enum": list(choice.allowed)} if choice.allowed else {"minLength": 1, "maxLength": LARGEST_TEXT}
    )
    return _parameter(choice.id, choice.about, limits | {"examples": [choice.example]})


def _bound(field: Field, bound: str) -> dict[str, Any]:
    word = "Least" if bound == "min" else "Greatest"
    return _parameter(f"{bound}_{field.id}", f"{word} {field.id}, in {field.unit}.", {"type": "number"})


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string"} | schema,
    }
