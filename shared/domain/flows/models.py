"""What answers about flows look like. They document; PostgreSQL builds the answers, and the tests compare the two."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_TRANSFER: dict[str, JsonValue] = {
    "id": "9f1c2b7d5e3a4c60",
    "chain": "ethereum",
    "tx_hash": "0xa41cda979c4bb5829aede4d96eeb9b64a02d3ed77b68bf18e2cf8147cd97a667",
    "position": 0,
    "status": "confirmed",
    "token_id": "tether",
    "symbol": "USDT",
    "amount": 2500000,
    "amount_usd": 2500750,
    "from": "0x77134cbc06cb00b66f4c7e623d5fdbf6777635ec",
    "from_label": "bitfinex",
    "to": "0x387ad93bfe9957a4eeba0cb2ff9303f6ec0833d0",
    "to_label": None,
    "direction": "outflow",
    "time": "2026-03-01T11:58:11.000Z",
    "block_number": 24561234,
    "known_at": "2026-03-01T12:00:02.000Z",
    "source": "etherscan",
}
_BUCKET: dict[str, JsonValue] = {
    "time": "2026-03-01T11:00:00.000Z",
    "inflow_usd": 18250000.5,
    "outflow_usd": 22100000,
    "net_usd": -3849999.5,
    "z_score": -0.4127,
    "transfers": 21,
    "unpriced": 0,
}


class WhaleTransfer(BaseModel):
    """One large transfer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSFER]})

    id: str = Field(description="Names the transfer, whoever tells of it.")
    chain: str
    tx_hash: str
    position: int = Field(description="Tells apart transfers of one coin between the same two in one transaction.")
    status: Literal["confirmed", "reorged"] = Field(description="`reorged` when its block was replaced without it.")
    token_id: str
    symbol: str | None = Field(description="Null when the token is not in our catalogue.")
    amount: float = Field(description="In coins.", gt=0)
    amount_usd: float = Field(description="In US dollars, by our own price within ten minutes of the block.", ge=0)
    sender: str | None = Field(alias="from", description="Address; of several, a known one, else that which gave most.")
    from_label: str | None = Field(description="The exchange it belongs to, where known.")
    receiver: str | None = Field(alias="to", description="Address.")
    to_label: str | None = Field(description="The exchange it belongs to, where known.")
    direction: Literal["inflow", "outflow", "internal", "between_exchanges", "unknown"] = Field(
        description="As seen from exchanges; `internal` within one of them, `unknown` where no label is known."
    )
    time: datetime = Field(description="Time of the block.")
    block_number: int | None = Field(description="Null where the source does not tell it.")
    known_at: datetime = Field(description="When we learned of this state of it.")
    source: str = Field(description="Provider.")


class FlowBucket(BaseModel):
    """One hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BUCKET]})

    time: datetime = Field(description="The hour's beginning.")
    inflow_usd: float = Field(description="To exchanges, in US dollars.", ge=0)
    outflow_usd: float = Field(description="From exchanges, in US dollars.", ge=0)
    net_usd: float = Field(description="Inflow less outflow.")
    z_score: float | None = Field(
        description="Standard deviations from the mean of up to 720 stored hours before; null below 48, or if they are all alike."
    )
    transfers: int = Field(description="How many were summed.", ge=0)
    unpriced: int = Field(
        description="Of them, those without a price of the same minutes, which the dollars lack.", ge=0
    )


class ExchangeFlow(BaseModel):
    """What flowed to and from exchanges on one chain."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "chain": "bitcoin",
                    "exchanges": ["binance", "bitfinex"],
                    "min_usd": 100000,
                    "bucket_s": 3600,
                    "buckets": [_BUCKET],
                }
            ]
        }
    )

    chain: str
    exchanges: list[str] = Field(description="Those of which we know addresses; a source may label more.")
    min_usd: float = Field(description="Smaller transfers are not counted; Whale Alert tells none below 500,000.")
    bucket_s: int = Field(description="Seconds in a bucket.")
    buckets: list[FlowBucket] = Field(description="Oldest first; hours that nobody looked at are missing.")
