"""Gas as callers see it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.records.gas import GasUnit


class Gas(BaseModel):
    """What a transaction costs on one chain: for a unit of gas in gwei, or for a virtual byte in satoshis."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "chain": "ethereum",
                    "unit": "gwei",
                    "slow": 0.412,
                    "average": 0.451,
                    "fast": 0.62,
                    "base_fee": 0.401,
                    "block": 23456789,
                    "source": "etherscan",
                    "as_of": "2026-03-01T12:00:00.000Z",
                }
            ]
        }
    )

    chain: str
    unit: GasUnit = Field(
        description="`gwei`: billionths of the chain's coin for a unit of gas; `sat/vB`: satoshis for a virtual byte."
    )
    slow: float | None = Field(description="Enough for a patient sender; null when the source tells one price only.")
    average: float = Field(
        description="What is paid usually; base fee and tip together. On layer 2 the fee for layer 1 comes on top."
    )
    fast: float | None = Field(
        description="Enough for the next block or two; null when the source tells one price only."
    )
    base_fee: float | None = Field(
        description="Part of each price that every transaction pays; null where there is none."
    )
    block: int | None = Field(description="The newest block that the source knew; null when it does not tell.")
    source: str = Field(description="The provider that said it.")
    as_of: datetime = Field(description="When it was so, UTC.")
