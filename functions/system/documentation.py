"""What the function carries along: the public OpenAPI document, the changelog and the documentation page."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .page import Page, documentation_page

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Documentation:
    """The packaged files, read once; a bundle without them does not start."""

    openapi: str
    api: dict[str, Any]
    """`openapi`, read."""
    changelog: str
    page: Page
    llms: str
    """The API in a page, for agents."""

    @classmethod
    def packaged(cls, folder: Path = _FOLDER) -> "Documentation":
        """Read `openapi.json`, `changelog.json` and `llms.txt`."""
        openapi = (folder / "openapi.json").read_text(encoding="utf-8")
        changelog = (folder / "changelog.json").read_text(encoding="utf-8")
        # Read and written again, so that a broken file is noticed here and not by callers.
        llms = (folder / "llms.txt").read_text(encoding="utf-8")
        return cls(openapi, json.loads(openapi), json.dumps(json.loads(changelog)), documentation_page(), llms)
