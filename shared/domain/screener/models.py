"""What answers of the screener look like. They document; PostgreSQL and the service build the answers, and the tests compare the two."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .presets import Order

_SCORE = Field(description="0 to 100; null when unknown.", ge=0, le=100)
_CHANGE = Field(description="Percent.")


class ScreenedToken(BaseModel):
    """A token that passes the filters."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "bitcoin",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "image": "https://images.example/bitcoin.png",
                    "kind": "plain",
                    "rank": 1,
                    "price": 67187.34,
                    "market_cap": 1317802988326.25,
                    "volume_24h": 31260929299.52,
                    "change_1h": 0.12,
                    "change_24h": 1.52,
                    "change_7d": -2.1,
                    "change_30d": 8.4,
                    "crypto_score": 81.7,
                    "durability": 88.4,
                    "momentum": 76.0,
                    "valuation": 71.3,
                    "as_of": "2026-03-01T11:59:50.000Z",
                    "values": {"rsi_14": 33.1},
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    image: str | None = Field(description="Address of its picture.")
    kind: Literal["plain", "stablecoin", "wrapped", "staked", "leveraged"] | None = Field(description="What it is.")
    rank: int | None = Field(description="By market capitalisation.")
    price: float | None = Field(description="US dollars.")
    market_cap: float | None = Field(description="US dollars.")
    volume_24h: float | None = Field(description="US dollars within 24 hours.")
    change_1h: float | None = _CHANGE
    change_24h: float | None = _CHANGE
    change_7d: float | None = _CHANGE
    change_30d: float | None = _CHANGE
    crypto_score: float | None = _SCORE
    durability: float | None = _SCORE
    momentum: float | None = _SCORE
    valuation: float | None = _SCORE
    as_of: datetime = Field(description="When the price was observed.")
    values: dict[str, float | None] = Field(
        description="Further fields that were filtered or sorted by, in the units of `/api/v1/screener/fields`."
    )


class PresetTold(BaseModel):
    """A preset and what it stands for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "momentum_leaders",
                    "title": "Momentum leaders",
                    "about": "In an upward trend by several look-backs, and traded.",
                    "filters": {"min_momentum": "70", "min_volume_24h": "1000000"},
                    "sort": "momentum",
                    "order": "desc",
                    "query": "min_momentum=70&min_volume_24h=1000000&sort=momentum&order=desc",
                }
            ]
        }
    )

    id: str
    title: str
    about: str
    filters: dict[str, str] = Field(description="Query parameters.")
    sort: str
    order: Order
    query: str = Field(description="The same by hand.")


class FieldTold(BaseModel):
    """Something to filter by."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "rsi_14",
                    "kind": "number",
                    "origin": "datapoint",
                    "unit": "0 to 100",
                    "about": "100 × mean rise ÷ (mean rise + mean fall), Wilder's averages of 14 days",
                    "parameters": ["min_rsi_14", "max_rsi_14"],
                    "sortable": True,
                    "allowed": None,
                }
            ]
        }
    )

    id: str
    kind: Literal["number", "choice"] = Field(description="Numbers have bounds; choices are equal or not.")
    origin: Literal["quote", "score", "datapoint", "token"] = Field(description="Where it comes from.")
    unit: str | None = Field(description="Of a number.")
    about: str = Field(description="What it is, or how it is made.")
    parameters: list[str] = Field(description="Query parameters that filter by it.")
    sortable: bool = Field(description="Whether `sort` takes it.")
    allowed: list[str] | None = Field(description="All values of a choice, where there are few.")
