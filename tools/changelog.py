"""CHANGELOG.md as the JSON that `/api/v1/changelog` answers with: `python -m tools.changelog` writes it, `--check` compares."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "CHANGELOG.md"
PACKAGED = ROOT / "functions" / "system" / "changelog.json"

_RELEASE = re.compile(r"^## \[?(?P<version>[^\]\s]+)\]?(?:\s+[-–]\s+(?P<date>\d{4}-\d{2}-\d{2}))?")
_KIND = re.compile(r"^### (?P<kind>\w+)")
_CHANGE = re.compile(r"^[-*] (?P<text>.+)")
_MORE = re.compile(r"^\s+(?P<text>\S.*)")


class _Reader:
    """Gathers releases line by line."""

    def __init__(self) -> None:
        self.releases: list[dict[str, object]] = []
        self._changes: dict[str, list[str]] = {}
        self._entries: list[str] | None = None

    def read(self, line: str) -> None:
        if found := _RELEASE.match(line):
            self._changes = {}
            self._entries = None
            self.releases.append({"version": found["version"], "date": found["date"], "changes": self._changes})
        elif found := _KIND.match(line):
            self._entries = self._changes.setdefault(found["kind"].lower(), [])
        elif self._entries is not None:
            self._read_entry(line, self._entries)

    @staticmethod
    def _read_entry(line: str, entries: list[str]) -> None:
        if found := _CHANGE.match(line):
            entries.append(found["text"].strip())
        elif entries and (found := _MORE.match(line)):
            entries[-1] += " " + found["text"].strip()


def releases(markdown: str) -> list[dict[str, object]]:
    """Return the releases of a Keep-a-Changelog text, newest first as written: version, date, changes by kind."""
    reader = _Reader()
    for line in markdown.splitlines():
        reader.read(line)
    return reader.releases


def packaged(markdown: str) -> str:
    """Return the packaged file's text."""
    return json.dumps(releases(markdown), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the packaged file, or compare it with `--check`; return the process's exit status."""
    wanted = packaged(SOURCE.read_text(encoding="utf-8"))
    if "--check" not in arguments:
        PACKAGED.write_text(wanted, encoding="utf-8")
        return 0
    if PACKAGED.exists() and PACKAGED.read_text(encoding="utf-8") == wanted:
        return 0
    print("functions/system/changelog.json is not CHANGELOG.md; run python -m tools.changelog", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
