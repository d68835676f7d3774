"""The evidence as tools wrote it; nobody writes it by hand."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent
Subject = Literal["scores", "signals"]


@cache
def evidence(subject: Subject) -> Mapping[str, Any]:
    """Return what was found, as `Evidence` documents it."""
    told: Mapping[str, Any] = json.loads((FOLDER / f"{subject}.json").read_text(encoding="utf-8"))
    return told
