"""List prices in US dollars, us-central1, each with where it comes from; free tiers stand beside what they are free of."""

from dataclasses import dataclass
from typing import Literal

DATED = "2026-11-21"
"""When these were looked up last."""

Known = Literal["documented", "second-hand", "remembered"]
"""Read in Google's own pages; on a page that quotes them; or neither, and to be checked before anybody relies on it."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit, and how much of it is free each month."""

    usd: float
    unit: str
    known: Known
    free: float = 0.0

    def of(self, amount: float) -> float:
        """Return what an amount costs."""
        return max(amount - self.free, 0.0) * self.usd


GATEWAY_CALL = Price(3.00e-6, "call", "documented", free=2_000_000)
RUN_REQUEST = Price(0.40e-6, "request", "documented", free=2_000_000)
RUN_CPU = Price(0.000024, "vCPU-second", "documented", free=180_000)
RUN_MEMORY = Price(0.0000025, "GiB-second", "documented", free=360_000)
RUN_IDLE_CPU = Price(0.0000025, "vCPU-second", "remembered")
RUN_IDLE_MEMORY = Price(0.0000025, "GiB-second", "remembered")
DOCUMENT_READ = Price(0.30e-6, "read", "second-hand", free=50_000 * 30)
DOCUMENT_WRITE = Price(0.90e-6, "write", "second-hand", free=20_000 * 30)
EGRESS = Price(0.12, "GB", "second-hand")
LOGS = Price(0.50, "GiB", "remembered", free=50)
SQL_CPU = Price(0.0413, "vCPU-hour", "second-hand")
SQL_MEMORY = Price(0.007, "GB-hour", "second-hand")
SQL_DISK = Price(0.17, "GB-month", "remembered")
SQL_BACKUP = Price(0.08, "GB-month", "remembered")
SQL_SHARED = {"db-f1-micro": Price(8.0, "month", "remembered"), "db-g1-small": Price(26.0, "month", "remembered")}
SCHEDULE = Price(0.10, "job-month", "remembered", free=3)
SECRET = Price(0.06, "version-month", "remembered", free=6)
BUILD_MINUTE = Price(0.006, "minute", "remembered", free=2_500)
