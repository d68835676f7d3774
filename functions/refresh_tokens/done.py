"""What came of the parts of a run, and the one report they make."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shared.records.refresh import Outcome, RefreshReport, SourceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a run."""

    name: str
    rows: int = 0
    sources: tuple[SourceReport, ...] = ()
    left_out: int = 0
    """Rows that no token of ours could be found for, or that had no name."""
    stands_in: str | None = None
    """Who answered in place of CoinGecko."""
    failure: str | None = None
    """Why nothing was stored."""
    wanted: bool = True
    """Whether the run is not whole without it; a slice may be empty."""


@dataclass(slots=True)
class Done:
    """The parts so far."""

    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Take in one more."""
        self.parts.append(part)

    def told(self, report: RefreshReport) -> RefreshReport:
        """Return the report with what came of them: failed if all that was wanted failed, degraded if any fell short."""
        wanted = [part for part in self.parts if part.wanted]
        failed = [part for part in wanted if part.failure is not None]
        short = [part for part in self.parts if part.failure is not None or part.stands_in is not None]
        outcome: Outcome = "failed" if len(failed) == len(wanted) else "degraded" if short else "succeeded"
        texts = [f"{part.name}: {part.failure or f'{part.stands_in} stood in'}" for part in short]
        return replace(
            report,
            outcome=outcome,
            rows=sum(part.rows for part in self.parts),
            sources=merged(each for part in self.parts for each in part.sources),
            unmatched=sum(part.left_out for part in self.parts),
            detail="; ".join(texts) or None,
        )


def merged(reports: Iterable[SourceReport]) -> tuple[SourceReport, ...]:
    """Return one report for each provider: rows added up, the last failure kept, the mean of the latencies."""
    by_provider: dict[str, list[SourceReport]] = {}
    for each in reports:
        by_provider.setdefault(each.provider, []).append(each)
    return tuple(_one(provider, each) for provider, each in by_provider.items())


def _one(provider: str, reports: list[SourceReport]) -> SourceReport:
    failed = next((each for each in reversed(reports) if each.error_code is not None), None)
    latencies = [each.latency_ms for each in reports if each.latency_ms is not None]
    return SourceReport(
        provider=provider,
        rows=sum(each.rows for each in reports),
        latency_ms=round(sum(latencies) / len(latencies), 1) if latencies else None,
        error=failed.error if failed else None,
        error_code=failed.error_code if failed else None,
    )
