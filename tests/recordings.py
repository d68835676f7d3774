"""Where real answers of the real services lie; they are read there and never copied into the project."""

import os
from pathlib import Path

import pytest

RECORDED = Path(os.environ.get("CRYPTOPRISM_RECORDED") or Path(__file__).resolve().parents[2] / "shared" / "recorded")
PAYLOADS = RECORDED / "payloads"

needs_recordings = pytest.mark.skipif(
    not (PAYLOADS / "MANIFEST.json").is_file(),
    reason="no recorded answers: set CRYPTOPRISM_RECORDED to a folder that has payloads/MANIFEST.json",
)
