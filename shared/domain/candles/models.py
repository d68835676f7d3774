"""What answers about candles look like, for the documentation; PostgreSQL writes them."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.domain.naming import NamedMeta

Candle = Annotated[
    tuple[int, float, float, float, float, float | None],
    Field(
        description="`[opening time in ms, open, high, low, close, volume]`: prices in `meta.quote_currency`, volume in units of the "
        "token, `null` when its source does not tell it.",
        examples=[[1772366400000, 64250.12, 64301.0, 64188.4, 64290.55, 182.40371]],
    ),
]


class Gap(BaseModel):
    """A stretch without candles."""

    start: int = Field(alias="from", description="Opening time of the first one missing, ms.", examples=[1772370000000])
    end: int = Field(alias="to", description="Opening time of the next one there is, ms.", examples=[1772373600000])
    missing: int = Field(description="How many are missing.", examples=[1])


class CandleMeta(NamedMeta):
    """Where candles come from and what is missing."""

    id: str | None = Field(default=None, description="The token.", examples=["bitcoin"])
    interval: str = Field(examples=["1h"])
    quote_currency: str | None = Field(
        default=None,
        description="`usd` or `usdt`, as the venue quotes it, never converted; `null` for several.",
        examples=["usdt"],
    )
    quote_currencies: list[str] | None = Field(default=None, description="All of them.", examples=[["usdt"]])
    is_closed: bool | None = Field(default=None, description="Whether the last candle is over; `null` without candles.")
    gaps: list[Gap] | None = Field(
        default=None, description="Up to 100 stretches of the page without candles, oldest first."
    )
    gaps_total: int | None = Field(default=None, description="How many there are on the page.")
    fill: str | None = Field(default=None, examples=["none"])
    filled: int | None = Field(
        default=None, description="How many candles of the page are filled ones; they lie in `gaps`."
    )
    cursor: str | None = Field(default=None, description="For the next page; absent on the last one.")
    known_at: str | None = Field(default=None, description="The `as_of` that was asked for.")
