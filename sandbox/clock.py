"""The sandbox's clock: the real one, or one that stands still until it is moved."""

from datetime import UTC, datetime


class SandboxClock:
    """Says what time the market has."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at

    def now(self) -> datetime:
        """Return the market's time in UTC."""
        return self._frozen_at or datetime.now(UTC)

    def freeze(self, at: datetime | None) -> None:
        """Stand still at a moment; None lets time run again."""
        self._frozen_at = at


def read_moment(text: str) -> datetime:
    """Return an ISO-8601 moment; without an offset it is UTC.

    Raises:
        ValueError: the text is not ISO-8601.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
