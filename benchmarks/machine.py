"""What the figures were taken on, said so that it can be compared and not so that it can be found."""

import os
import platform
from pathlib import Path


def machine_class() -> str:
    """Return cores, processor family, memory, kernel and Python."""
    kernel = ".".join(platform.release().split(".")[:2])
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(platform.python_version_tuple()[:2])
    return (
        f"{os.cpu_count()} cores of {_processor()}, {gigabytes:.0f} GB, {platform.system()} {kernel}, Python {python}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
