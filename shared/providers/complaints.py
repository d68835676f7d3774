"""What an error answer means, told from status, headers and body together.

No two providers write errors alike, and some send them with HTTP 200. CoinGecko alone has four shapes, and the
end of a Binance ban exists only inside the text of its message.

Source: https://docs.coingecko.com/docs/errors-and-rate-limits
Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.core.errors import (
    BadPayloadError,
    KeyRejectedError,
    NotListedError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    UpstreamError,
)

from .moments import http_date
from .numbers import JsonValue

DEFAULT_PATIENCE = timedelta(seconds=60)
PAYMENT_PATIENCE = timedelta(hours=1)
"""A free plan that asks for payment is used up; when it starts anew is not told."""
LONGEST_PATIENCE = timedelta(days=3)
"""Binance's longest ban; a longer demand is a misread unit."""
_LONGEST_TEXT = 200
_RATE_CODES = frozenset({429, 418, -1003, 10429, -32005})
_KEY_CODES = frozenset({401, 403, 10002, 10005, 10010, 10011, -2014, -2015})
_RATE_TEXT = re.compile(
    r"rate.?limit|too many requests|request weight|throttl|limit (reached|exceeded)|exceeded the|temporarily unavailable",
    re.I,
)
_PER_SECOND = re.compile(r"per sec|/sec", re.I)
_KEY_TEXT = re.compile(r"api.?key|unauthori[sz]ed|invalid key|missing key|subscription|credits?\b", re.I)
_CHAIN_TEXT = re.compile(r"not supported for this chain", re.I)
"""Etherscan's plans leave out chains; it is well, and has nothing to say of this one."""
_BANNED_UNTIL = re.compile(r"banned until (\d{13})")


@dataclass(frozen=True, slots=True)
class Complaint:
    """The words and the number of an error body."""

    text: str
    code: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP answer as far as errors need it."""

    provider: str
    status: int
    headers: Mapping[str, str]
    key: str | None
    now: datetime


def complaint_in(body: JsonValue) -> Complaint | None:
    """Return what an error body says, or `None` when the body is no error."""
    if not isinstance(body, dict):
        return None
    if "result" in body and body.get("status") in ("0", "1"):
        return _etherscans(body)
    if isinstance(body.get("data"), dict):
        # CoinCap's farewell to v2: HTTP 200 and {"data": {"message": …}}.
        return complaint_in(body["data"])
    for name in ("error", "status"):
        inner = body.get(name)
        # A status that is an object may also be that of a transaction, or, with the code 0, CoinMarketCap's of a success.
        if isinstance(inner, dict) and (name == "error" or inner.get("error_code", 0) not in (0, "0")):
            return complaint_in(inner) or Complaint("", _whole(inner.get("error_code")))
    if body.get("Response") == "Error" or body.get("Err"):
        return _cryptocompares(body)
    said = next((body[name] for name in ("error", "error_message", "msg", "message") if body.get(name)), None)
    if said is None and not body.get("error_code"):
        return None
    return Complaint(str(said or ""), _first_code(body))


def _cryptocompares(body: dict[str, JsonValue]) -> Complaint:
    """Return the complaint of an error with HTTP 200, or of the newer kind that stands beside the data."""
    newer = body.get("Err")
    said = newer.get("message") if isinstance(newer, dict) else body.get("Message")
    return Complaint(str(said or ""), None)


def error_for(answered: Answered, complaint: Complaint | None) -> UpstreamError | None:
    """Return the error an answer stands for, or `None` when it is none: a 2xx without a complaint."""
    if 200 <= answered.status < 300:
        return _despite_success(answered, complaint) if complaint else None
    if answered.status in (418, 429) or (complaint and complaint.code == -1003):
        return RateLimitedError(answered.provider, patience(answered, complaint))
    if answered.status == 402 and not answered.key:
        return RateLimitedError(answered.provider, max(PAYMENT_PATIENCE, patience(answered, complaint)))
    if answered.status in (401, 402) or (answered.status == 403 and answered.key):
        return KeyRejectedError(answered.provider, f"{_key_word(answered)} with HTTP {answered.status}")
    if answered.status >= 500:
        return ServerFailedError(answered.provider, answered.status)
    return RefusedError(answered.provider, answered.status, _shown(complaint, answered.key))


def patience(answered: Answered, complaint: Complaint | None) -> timedelta:
    """Return how long the provider wants to be left alone: the longest of header and message, else a minute."""
    asked_for = (_retry_after(answered), _ban(complaint, answered.now), _second(complaint))
    demands = [demand for demand in asked_for if demand is not None]
    longest = max(demands, default=DEFAULT_PATIENCE)
    return min(max(longest, timedelta(seconds=1)), LONGEST_PATIENCE)


def _despite_success(answered: Answered, complaint: Complaint) -> UpstreamError:
    if _CHAIN_TEXT.search(complaint.text):
        return NotListedError(answered.provider, "not supported for this chain")
    if complaint.code in _RATE_CODES or _RATE_TEXT.search(complaint.text):
        return RateLimitedError(answered.provider, patience(answered, complaint))
    if complaint.code in _KEY_CODES or _KEY_TEXT.search(complaint.text):
        return KeyRejectedError(answered.provider, f"{_key_word(answered)} in an answer with HTTP 200")
    return BadPayloadError(answered.provider, f"an error with HTTP 200: {_shown(complaint, answered.key)}")


def _etherscans(body: Mapping[str, JsonValue]) -> Complaint | None:
    """Return what Etherscan complains of: its status is "0" also when there merely is nothing to tell.

    Source: https://docs.etherscan.io/support/common-error-messages
    """
    if body["status"] == "1" or str(body.get("message")).startswith("No "):
        return None
    return Complaint(str(body["result"] or body.get("message") or ""), None)


def _retry_after(answered: Answered) -> timedelta | None:
    """Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after (seconds or an HTTP date)."""
    value = answered.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:12]), int(LONGEST_PATIENCE.total_seconds())))
    until = http_date(value)
    return until - answered.now if until else None


def _second(complaint: Complaint | None) -> timedelta | None:
    return timedelta(seconds=1) if complaint and _PER_SECOND.search(complaint.text) else None


def _ban(complaint: Complaint | None, now: datetime) -> timedelta | None:
    found = _BANNED_UNTIL.search(complaint.text) if complaint else None
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC) - now if found else None


def _key_word(answered: Answered) -> str:
    return "key refused" if answered.key else "a key is asked for"


def _shown(complaint: Complaint | None, key: str | None) -> str:
    if complaint is None:
        return "no reason given"
    said = complaint.text.replace(key, "[key]") if key else complaint.text
    return " ".join(said.split())[:_LONGEST_TEXT] or f"code {complaint.code}"


def _first_code(body: Mapping[str, JsonValue]) -> int | None:
    codes = (_whole(body.get(name)) for name in ("error_code", "code", "status", "statusCode"))
    return next((code for code in codes if code is not None), None)


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
