"""Documents that belong to somebody: their names begin with the owner, so that nobody's list holds another's."""

from urllib.parse import quote

SEPARATOR = "~"


def owned(uid: str, name: str = "") -> str:
    """Return the name of an owner's document; without `name` the prefix of all of them.

    What Firestore forbids in a name, and the separator, are escaped: owners cannot be mistaken for one another.
    """
    return f"{quote(uid, safe='').replace(SEPARATOR, '%7E')}{SEPARATOR}{name}"


def name_of(path: str) -> str:
    """Return an owned document's name without its owner."""
    return path.rpartition("/")[2].partition(SEPARATOR)[2]
