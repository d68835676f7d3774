"""A token's scores as members of a JSON object, as the API tells them."""

import json
from datetime import datetime

from shared.records.scores import ScoreDetail, TokenScore

from .methodology import REASONS


def written_score(score: TokenScore, place: int | None, at: datetime) -> str:
    """Return the members, without the braces; numbers keep every digit, so that contributions add up."""
    members = {
        "kind": score.kind,
        "excluded": score.reason == "excluded",
        "crypto_score": score.crypto_score,
        "place": place,
        "reason": score.reason,
        "why": None if score.reason is None else REASONS[score.reason],
        "history_days": score.history_days,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "scores": [_detail(each) for each in score.scores],
    }
    return json.dumps(members, separators=(",", ":"), allow_nan=False)[1:-1]


def _detail(detail: ScoreDetail) -> dict[str, object]:
    return {
        "name": detail.name,
        "value": detail.value,
        "weight": detail.weight,
        "full_weight": detail.full_weight,
        "contribution": detail.contribution,
        "coverage": detail.coverage,
        "reason": detail.reason,
        "why": None if detail.reason is None else REASONS[detail.reason],
        "missing": [part.id for part in detail.parts if part.value is None],
        "parts": [
            {
                "id": part.id,
                "value": part.value,
                "weight": part.weight,
                "full_weight": part.full_weight,
                "contribution": part.contribution,
            }
            for part in detail.parts
        ],
    }
