"""CryptoCompare's wire format of an index's candles: objects in capitals, errors beside the data, known by symbols.

Source: https://developers.coindesk.com/documentation/data-api/index_cc_v1_historical_hours, checked against recorded answers. How it
words an unknown instrument is not recorded: that is our guess, by the analogue of a time before the first.
"""

from typing import Any

import numpy as np

from sandbox.candles import Candles, candles_of
from sandbox.limits import Limit
from sandbox.snapshot import DAY, HOUR, MINUTE
from sandbox.stand import Render, Scene, Stand
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_MOST = 2000
KEYS = ("sandbox-primary", "sandbox-backup")


def _historical(unit: str, interval: int) -> Render:
    def answer(scene: Scene, asked: Asked) -> Answer:
        """Answer /index/cc/v1/historical/…: the candle that `to_ts` falls into and those before it."""
        key = asked.headers.get("authorization", "").removeprefix("Apikey ")
        if key and key not in KEYS:
            return answer_json(_error("API key is not valid", "api_key"), 401)
        instrument = asked.query.get("instrument", "")
        symbol, _, currency = instrument.partition("-")
        token = listed(scene.market, "cryptocompare").get(symbol)
        if token is None or currency != "USD" or asked.query.get("market") != "cadli":
            return answer_json(
                _error(f"Invalid: instrument parameter. {instrument} is not on cadli", "instrument"), 404
            )
        last = min(asked.integer("to_ts", scene.seconds), scene.seconds)
        if last < token.listed_at:
            return answer_json(_error(_too_early(instrument, last, token.listed_at), "to_ts"), 404)
        count = min(_MOST, max(1, asked.integer("limit", 30)))
        first = (last // interval - count + 1) * interval
        found = candles_of(scene, "cryptocompare", token, interval, first, count)
        return answer_json({"Data": [] if found is None else _rows(found, unit, interval, instrument), "Err": {}})

    return answer


def _rows(found: Candles, unit: str, interval: int, instrument: str) -> list[dict[str, Any]]:
    columns = (found.opened, found.open, found.high, found.low, found.close, found.volume, found.turnover)
    told = {"UNIT": unit, "TYPE": "267", "MARKET": "cadli", "INSTRUMENT": instrument}
    rows = []
    for opened, *numbers in zip(*(each.tolist() for each in columns), strict=True):
        first, high, low, close, volume, turnover = (value if np.isfinite(value) else None for value in numbers)
        rows.append(
            {
                **told,
                "TIMESTAMP": opened,
                "OPEN": first,
                "HIGH": high,
                "LOW": low,
                "CLOSE": close,
                "FIRST_MESSAGE_TIMESTAMP": opened,
                "LAST_MESSAGE_TIMESTAMP": opened + interval - MINUTE,
                "FIRST_MESSAGE_VALUE": first,
                "HIGH_MESSAGE_VALUE": high,
                "HIGH_MESSAGE_TIMESTAMP": opened,
                "LOW_MESSAGE_VALUE": low,
                "LOW_MESSAGE_TIMESTAMP": opened,
                "LAST_MESSAGE_VALUE": close,
                "TOTAL_INDEX_UPDATES": interval // MINUTE,
                "VOLUME": volume,
                "QUOTE_VOLUME": turnover,
                "VOLUME_TOP_TIER": _share(volume, 0.4),
                "QUOTE_VOLUME_TOP_TIER": _share(turnover, 0.4),
                "VOLUME_DIRECT": _share(volume, 0.1),
                "QUOTE_VOLUME_DIRECT": _share(turnover, 0.1),
                "VOLUME_TOP_TIER_DIRECT": _share(volume, 0.05),
                "QUOTE_VOLUME_TOP_TIER_DIRECT": _share(turnover, 0.05),
            }
        )
    return rows


def _share(value: float | None, share: float) -> float | None:
    return None if value is None else round(value * share, 5)


def _too_early(instrument: str, asked: int, first: int) -> str:
    known = f"Our earliest INDEX_UPDATE bucket timestamp is {first}"
    return (
        f"Invalid: to_ts parameter. According to our records, {instrument} was not trading on cadli at {asked}. {known}"
    )


def _error(message: str, parameter: str | None = None) -> dict[str, Any]:
    other = {"param": parameter, "values": []} if parameter else {}
    return {"Data": [], "Err": {"type": 1, "message": message, "other_info": other}}


STAND = Stand(
    name="cryptocompare",
    routes={
        "/index/cc/v1/historical/minutes": _historical("MINUTE", MINUTE),
        "/index/cc/v1/historical/hours": _historical("HOUR", HOUR),
        "/index/cc/v1/historical/days": _historical("DAY", DAY),
    },
    limited=_error("You are over your rate limit please upgrade your account!"),
    broken=_error("Internal server error"),
    missing=_error("Path not found"),
    limit=Limit(20, 1),
)
