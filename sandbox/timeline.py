"""The sandbox's time: whole steps of five seconds since an origin, and moments written as people and providers do."""

from datetime import UTC, datetime

STEP_SECONDS = 5
ORIGIN = int(datetime(2012, 1, 1, tzinfo=UTC).timestamp())
FIRST = datetime(2014, 1, 1, tzinfo=UTC)
LAST = datetime(2050, 1, 1, tzinfo=UTC)


def floor_seconds(moment: datetime) -> int:
    """Return the Unix time of the step that `moment` falls into.

    Raises:
        ValueError: `moment` is naive, or outside the years the market covers.
    """
    if moment.tzinfo is None or not FIRST <= moment < LAST:
        message = f"the market covers {FIRST:%Y-%m-%d} to {LAST:%Y-%m-%d}, in aware times; not {moment.isoformat()}"
        raise ValueError(message)
    seconds = int(moment.timestamp())
    return seconds - (seconds - ORIGIN) % STEP_SECONDS


def iso_millis(seconds: float) -> str:
    """Return a Unix time as CoinGecko writes it: 2026-07-11T09:45:01.651Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"


def iso_seconds(seconds: float) -> str:
    """Return a Unix time as CoinPaprika writes it: 2026-07-11T09:45:01Z."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_offset(seconds: float) -> str:
    """Return a Unix time as CoinGecko writes it inside errors: 2024-04-20T22:00:05.123+00:00."""
    return iso_millis(seconds)[:-1] + "+00:00"
