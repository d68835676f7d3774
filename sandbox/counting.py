"""How often each provider was asked, and what it answered: for tests of who asks whom how often."""

from collections import Counter
from typing import Any


class Requests:
    """Counters per provider, path and status (0: no answer)."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str, int]] = Counter()

    def count(self, provider: str, path: str, status: int) -> None:
        """Count one request."""
        self._seen[provider, path, status] += 1

    def clear(self) -> None:
        """Begin again at nothing."""
        self._seen.clear()

    def report(self) -> dict[str, Any]:
        """Return {provider: {"total", "paths": {path: {"total", "statuses": {status: count}}}}}."""
        report: dict[str, Any] = {}
        for (provider, path, status), times in sorted(self._seen.items()):
            entry = report.setdefault(provider, {"total": 0, "paths": {}})
            entry["total"] += times
            at = entry["paths"].setdefault(path, {"total": 0, "statuses": {}})
            at["total"] += times
            at["statuses"][str(status)] = times
        return report
