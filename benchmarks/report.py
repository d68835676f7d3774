"""`docs/performance.md`, written from the findings of a whole run."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from string import Template

from .findings import Finding
from .table import table

_TEMPLATE = Path(__file__).with_name("performance.md.tmpl")


def page(findings: Sequence[Finding], *, machine: str, day: date) -> str:
    """Return the page."""
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(table=table(findings), machine=machine, day=day.isoformat())


def verdict(findings: Sequence[Finding]) -> str:
    """Return how many figures reached what they must, and which did not."""
    judged = [finding for finding in findings if finding.reached is not None]
    missed = [f"{finding.work}: {finding.figure}" for finding in judged if not finding.reached]
    lines = [f"{len(judged) - len(missed)} of {len(judged)} figures reach what they must", *missed]
    return "\n  missed: ".join(lines)
