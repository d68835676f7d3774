"""The names under which scans of flows are stamped."""

REFRESH = "refresh_flows"


def chain_dataset(chain: str) -> str:
    """Return the dataset of a chain, which readers look at."""
    return f"{REFRESH}.{chain}"


def scan_dataset(chain: str, assets: str) -> str:
    """Return the dataset of one scan, by which a run knows from when on to ask."""
    return f"{REFRESH}.{chain}.{assets}"
