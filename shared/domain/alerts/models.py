"""Shapes of alerts as callers give and see them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from shared.records.alerts import DeliveryState, Direction, Kind

from .measures import MARKET, MEASURES

MeasureId = Literal[
    "price_usd",
    "change_1h_pct",
    "change_24h_pct",
    "change_7d_pct",
    "change_30d_pct",
    "crypto_score",
    "durability",
    "momentum",
    "valuation",
    "composite",
    "signal_strength",
    "gauge",
    "largest_transfer_usd",
    "net_exchange_flow_usd",
]
Amount = Annotated[Decimal, Field(max_digits=40, decimal_places=18)]


class ConditionGiven(BaseModel):
    """A number and the threshold that it must reach."""

    model_config = ConfigDict(extra="forbid")

    measure: MeasureId = Field(description="What is watched; `/alerts/measures` lists all with their units.")
    subject: str = Field(
        default=MARKET,
        min_length=1,
        max_length=128,
        examples=["bitcoin"],
        description="A token's slug, a chain, or `market`: whatever the measure speaks of.",
    )
    direction: Direction = Field(examples=["above"], description="Fires at or beyond the threshold on this side.")
    threshold: Amount = Field(examples=["100000"], description="In the measure's unit.")
    hysteresis: Amount = Field(
        default=Decimal(0),
        ge=0,
        examples=["500"],
        description="So far back it must go before it fires again; same unit.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        measure = MEASURES[self.measure]
        if (measure.subject == "market") != (self.subject == MARKET):
            raise ValueError(
                f"'{self.measure}' needs {'no subject' if measure.subject == MARKET else f'a {measure.subject}'}"
            )
        if measure.least is not None and self.threshold < measure.least:
            raise ValueError(f"a threshold below {measure.least} is never reached")
        if measure.most is not None and self.threshold > measure.most:
            raise ValueError(f"a threshold above {measure.most} is never reached")
        return self


class AlertGiven(BaseModel):
    """An alert to be made, or what one is to become."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Bitcoin over 100k",
                    "condition": {
                        "measure": "price_usd",
                        "subject": "bitcoin",
                        "direction": "above",
                        "threshold": "100000",
                        "hysteresis": "500",
                    },
                    "webhook_url": "https://hooks.example.org/prism",
                    "cool_down_s": 3600,
                }
            ]
        },
    )

    name: str = Field(min_length=1, max_length=100, examples=["Bitcoin over 100k"])
    condition: ConditionGiven
    webhook_url: str | None = Field(
        default=None,
        max_length=2_000,
        examples=["https://hooks.example.org/prism"],
        description="https only; without it events are only listed.",
    )
    cool_down_s: int = Field(
        default=3_600, strict=True, ge=60, le=2_592_000, description="Seconds from one event to the next at least."
    )
    once: StrictBool = Field(default=False, description="Whether it is switched off by firing.")
    active: StrictBool = Field(default=True, description="Whether it is looked at.")


class ConditionTold(BaseModel):
    """A condition."""

    kind: Kind
    measure: str = Field(examples=["price_usd"])
    subject: str = Field(examples=["bitcoin"])
    unit: str = Field(examples=["US dollars"])
    direction: Direction
    threshold: str = Field(examples=["100000"], description="Decimal, digit for digit.")
    hysteresis: str = Field(examples=["500"], description="Decimal, same unit.")


class AlertTold(BaseModel):
    """An alert as it stands."""

    id: str = Field(examples=["01k3p0x1"])
    name: str = Field(examples=["Bitcoin over 100k"])
    condition: ConditionTold
    webhook_url: str | None
    cool_down_s: int = Field(description="Seconds from one event to the next at least.")
    once: bool
    active: bool = Field(description="False after firing with `once`, when its receiver answered 410, or by your wish.")
    armed: bool = Field(
        description="Whether it fires when the threshold is reached; false until the number has gone back."
    )
    fired: int = Field(description="How often it has fired.")
    last_fired_at: datetime | None
    last_value: str | None = Field(description="The number at its last change of standing.")
    created_at: datetime
    updated_at: datetime


class AlertMade(AlertTold):
    """A new alert, with what its events are signed with."""

    secret: str | None = Field(
        description="Shown once: events are signed with it by the Standard Webhooks scheme; null without a webhook."
    )


class SecretTold(BaseModel):
    """A new signing secret."""

    secret: str = Field(description="Shown once. The one before signs too until `previous_until`.")
    previous_until: datetime = Field(description="Until then events carry both signatures.")


class DeliveryTold(BaseModel):
    """One event and how telling it goes."""

    event_id: str = Field(description="The header `webhook-id`; the same in every attempt.")
    type: Literal["alert.fired", "alert.test"]
    fired_at: datetime
    state: DeliveryState = Field(description="`recorded`: without a webhook, the event stands here only.")
    attempts: int
    last_attempt_at: datetime | None
    last_result: str | None = Field(examples=["200"], description="The answer's status, or why there was none.")
    next_attempt_at: datetime | None
    event: dict[str, object] = Field(description="What is sent: `type`, `timestamp`, `data`.")


class MeasureTold(BaseModel):
    """Something that can be watched."""

    id: str = Field(examples=["price_usd"])
    kind: Kind
    subject: Literal["token", "chain", "market"]
    unit: str = Field(examples=["US dollars"])
    description: str
