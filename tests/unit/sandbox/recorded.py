"""Where the recorded answers of the real providers lie: beside the repository, or where CRYPTOPRISM_RECORDED says."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "recorded" / "payloads"
RECORDED = Path(os.environ.get("CRYPTOPRISM_RECORDED", _BESIDE))

needs_recorded = pytest.mark.skipif(
    not (RECORDED / "MANIFEST.json").is_file(), reason="no recorded answers beside the repository"
)
