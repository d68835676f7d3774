"""Which gateway configs may go: an API has 100 at most, and a rollback needs the last ones."""

from collections.abc import Sequence

KEPT = 10


def outdated(configs: Sequence[tuple[str, str]], *, serving: str | None, kept: int = KEPT) -> list[str]:
    """Return the ids to delete, oldest first: all but the newest and the one that is served.

    Args:
        configs: Ids with the time they were made, ISO 8601, in any order.
        serving: What the gateway serves; without knowing it nothing is deleted.
        kept: How many of the newest stay.
    """
    if serving is None:
        return []
    by_age = [config for config, _ in sorted(configs, key=lambda each: (each[1], each[0]))]
    return [config for config in by_age[: max(len(by_age) - kept, 0)] if config != serving]
