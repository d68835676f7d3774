"""The shape of the catalogue and the changelog."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field


class ParameterEntry(BaseModel):
    """One parameter and its limits; a limit that is not set does not exist."""

    name: str = Field(examples=["limit"])
    place: str = Field(examples=["query"], description="`query`, `path` or `header`.")
    required: bool
    type: str = Field(examples=["integer"])
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    allowed: list[Any] | None = Field(None, description="The only values, where they are listed.")
    description: str | None = None


class OperationEntry(BaseModel):
    """One operation."""

    id: str
    method: str = Field(examples=["GET"])
    path: str = Field(examples=["/api/v1/prices/live"])
    summary: str
    sign_in: bool = Field(description="Whether a token is needed.")
    fresh_s: int | None = Field(description="Seconds an answer is good for; `null` when it is never kept.")
    formats: list[str] = Field(examples=[["application/json"]])
    errors: dict[str, str] = Field(examples=[{"422": "A parameter was refused"}], description="By status.")
    parameters: list[ParameterEntry]


class GroupEntry(BaseModel):
    """One endpoint group."""

    name: str = Field(examples=["prices"])
    description: str | None
    operations: list[OperationEntry]


class ProviderEntry(BaseModel):
    """One provider of one kind of facts."""

    kind: str = Field(examples=["quotes"])
    id: str = Field(examples=["coingecko_pro"])
    family: str = Field(examples=["coingecko"], description="Providers of one family count as one source.")


class Coverage(BaseModel):
    """What the data covers."""

    providers: list[ProviderEntry]
    tokens: int | None = Field(description="Tokens with a quote; `null` when PostgreSQL could not be asked.")


class Catalog(BaseModel):
    """What exists."""

    version: str = Field(examples=["0.1.0"])
    groups: list[GroupEntry]
    coverage: Coverage


class Release(BaseModel):
    """One release as callers notice it."""

    version: str = Field(examples=["Unreleased"])
    date: date | None
    changes: dict[str, list[str]] = Field(examples=[{"added": ["`/market/movers`: gainers and losers."]}])
