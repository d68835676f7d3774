"""The first tier: answers in this process, bounded by bytes, the one unused for longest makes room."""

from collections import OrderedDict

from .entry import Entry


class MemoryTier:
    """Entries by key, least recently used first."""

    def __init__(self, capacity: int, *, largest: float = 0.5) -> None:
        self._capacity = capacity
        self._largest = int(capacity * largest)
        self._sizes: dict[str, int] = {}
        self.bytes_held = 0
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        """Read by whoever answers; a reader calls `entries.move_to_end(key)`."""

    def get(self, key: str) -> Entry | None:
        """Return the entry, whatever its age, and count it as used."""
        entry = self.entries.get(key)
        if entry is not None:
            self.entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep the entry in place of an older one, unless it alone would take too much of the room."""
        self.discard(key)
        size = entry.size()
        if size > self._largest:
            return
        self.entries[key] = entry
        self._sizes[key] = size
        self.bytes_held += size
        self._make_room()

    def recount(self, key: str, entry: Entry) -> None:
        """Take note that an entry grew: its gzip or its stale form was made."""
        if self.entries.get(key) is entry:
            self.put(key, entry)

    def discard(self, key: str) -> None:
        """Forget the entry if it is there."""
        if self.entries.pop(key, None) is not None:
            self.bytes_held -= self._sizes.pop(key)

    def _make_room(self) -> None:
        while self.bytes_held > self._capacity:
            self.discard(next(iter(self.entries)))
