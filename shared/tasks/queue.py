"""What puts tasks into the queue of a job function."""

from collections.abc import Mapping
from typing import Protocol


class TaskQueue(Protocol):
    """A queue that hands each task to its job at least once, and again while the job answers anything but 2xx."""

    async def put(self, name: str, body: Mapping[str, object]) -> None:
        """Put a task into the queue; one of this name that is there already, or was lately, is not put again.

        Args:
            name: Letters, digits and hyphens, the same for a second attempt.
            body: What the job is told, as JSON.

        Raises:
            TasksUnavailableError: the queue did not take it.
        """
        ...
