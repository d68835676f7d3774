"""The documentation page: one file without outside references, so that it works where the internet does not."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("docs")
_SCRIPTS = ("element.js", "schema.js", "request.js", "page.js")


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the policy that lets its own script and style run, and nothing else."""

    html: str
    policy: str


def documentation_page() -> Page:
    """Return the page with its style and script in place."""
    style = _text("page.css")
    script = "".join(_text(name) for name in _SCRIPTS)
    html = _text("page.html").replace("/*style*/", style).replace("/*script*/", script)
    return Page(html, _policy(style=style, script=script))


def _policy(*, style: str, script: str) -> str:
    directives = {
        "default-src": "'none'",
        "script-src": _digest(script),
        "style-src": _digest(style),
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
