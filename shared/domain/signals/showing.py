"""The JSON of each token as it is answered, made once when it changes; numbers with four digits."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .numeric.deciding import Verdict

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def heat_of(verdict: "Verdict") -> str:
    """Return a row of the heatmap."""
    return _encode(_named(verdict) | {"composite": _short(verdict.composite), "categories": _categories(verdict)})


def consensus_of(verdict: "Verdict") -> str:
    """Return who agrees and who does not."""
    return _encode(
        _named(verdict)
        | {
            "direction": verdict.direction,
            "composite": _short(verdict.composite),
            "agreeing": verdict.agreeing,
            "effective_categories": _short(verdict.effective),
            "conflicts": verdict.opposing,
        }
    )


def divergence_of(verdict: "Verdict", since: datetime) -> str | None:
    """Return on-chain against technical, `None` where they do not diverge."""
    if verdict.divergence is None:
        return None
    technical = [score for name in ("momentum", "structure") if (score := verdict.heat[name][0]) is not None]
    return _encode(
        _named(verdict)
        | {
            "on_chain": _short(verdict.heat["on_chain"][0]),
            "technical": _short(sum(technical) / len(technical)),
            "direction": "bullish" if verdict.divergence > 0 else "bearish",
            "strength": _short(min(1.0, abs(verdict.divergence) / 2.0)),
            "confidence": _short(min(verdict.heat[name][1] for name in ("on_chain", "momentum"))),
            "since": iso(since),
        }
    )


def verdict_of(verdict: "Verdict") -> str:
    """Return the verdict of one token; what adds up to it is told beside it."""
    return _encode(
        {
            "direction": verdict.direction,
            "strength": verdict.strength,
            "composite": verdict.composite,
            "agreeing": verdict.agreeing,
            "conflicts": verdict.opposing,
            "effective_categories": _short(verdict.effective),
            "withheld": verdict.withheld,
            "position": _short(verdict.position),
            "kind": verdict.token.kind,
            "categories": _categories(verdict),
        }
    )


def iso(moment: datetime) -> str:
    """Return a time in UTC with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _named(verdict: "Verdict") -> dict[str, object]:
    token = verdict.token
    return {"id": token.token_id, "symbol": token.symbol, "name": token.name, "rank": token.rank}


def _categories(verdict: "Verdict") -> Mapping[str, object]:
    return {
        name: {"score": _short(score), "confidence": _short(confidence), "known": known}
        for name, (score, confidence, known) in verdict.heat.items()
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
