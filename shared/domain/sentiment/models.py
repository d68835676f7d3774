"""What answers about sentiment look like. They document; PostgreSQL and the service build the answers, and the tests compare the two."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.records.sentiment import ComponentName, IndexName, Mood

_COMPONENT: dict[str, JsonValue] = {"name": "momentum", "value": 61.42, "weight": 0.2778}
_OWN_COMPONENT = _COMPONENT | {"full_weight": 0.25}
_VALUE = Field(description="0 is extreme fear, 100 extreme greed.", ge=0, le=100)
_CLASS = Field(
    alias="class",
    description="By the whole number: extreme fear to 25, fear to 46, neutral to 54, greed to 75, extreme greed.",
)


class IndexComponent(BaseModel):
    """One part of our own index."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OWN_COMPONENT]})

    name: ComponentName
    value: float = _VALUE
    weight: float = Field(description="The weight it had; those of all that are known add up to 1.", gt=0, le=1)
    full_weight: float = Field(description="The weight it has when all components are known.", gt=0, le=1)


class IndexValue(BaseModel):
    """The newest value of one index."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "index": "cryptoprism",
                    "primary": False,
                    "value": 58.31,
                    "class": "greed",
                    "at": "2026-03-01T12:00:00.000Z",
                    "age_s": 2520,
                    "source": "cryptoprism",
                    "components": [_OWN_COMPONENT],
                    "missing": ["news"],
                }
            ]
        }
    )

    index: IndexName
    primary: bool = Field(description="Whether it is the one to show where only one is shown; it comes first.")
    value: float = _VALUE
    mood: Mood = _CLASS
    at: datetime = Field(description="What it is the value of: the day, or our hour, that begins then.")
    age_s: float = Field(description="Seconds since `at`.", ge=0)
    source: str = Field(description="Who made it.")
    components: list[IndexComponent] | None = Field(
        description="What it was made of; null where the source does not tell."
    )
    missing: list[ComponentName] | None = Field(description="Components that were unknown and have no part in it.")


IndexPoint = tuple[int, float, Mood]
"""[time in ms, value, class]."""


class TokenComponent(BaseModel):
    """One part of a token's sentiment."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMPONENT]})

    name: ComponentName
    value: float | None = Field(description="0 is fear, 100 greed; null when unknown.", ge=0, le=100)
    weight: float = Field(description="Its share in `value`; 0 when unknown.", ge=0, le=1)


class TokenSentiment(BaseModel):
    """The sentiment of one token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "bitcoin",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "value": 60.02,
                    "class": "greed",
                    "coverage": 0.8667,
                    "components": [_COMPONENT, {"name": "news", "value": None, "weight": 0}],
                    "news_articles": None,
                    "priced_at": "2026-03-01T11:59:41.000Z",
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    value: float | None = Field(description="0 is extreme fear, 100 extreme greed; null when too little is known.")
    mood: Mood | None = Field(alias="class", description="As in `/api/v1/sentiment`.")
    coverage: float | None = Field(description="Share of the weights whose components are known, 0.4 to 1.")
    components: list[TokenComponent]
    news_articles: int | None = Field(description="Articles of the last three days that name the token.")
    priced_at: datetime | None = Field(description="When the latest price was observed.")
