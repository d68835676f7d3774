"""Answers of Cloud Monitoring in its own shape, for two revisions that serve at the same time."""

from typing import Any

from tools.release.canary import Window
from tools.release.metrics import window_of

OLD, NEW = "prices-00007-abc", "prices-00008-xyz"
BUCKETS = {"exponentialBuckets": {"numFiniteBuckets": 66, "growthFactor": 1.4, "scale": 1}}
"""Those of run.googleapis.com/request_latencies, in ms."""

Answer = dict[str, Any]


def counts(*rows: tuple[str, str, list[int]]) -> Answer:
    """Return request counts: revision, class of status, number a minute, newest first as the API does."""
    return {
        "timeSeries": [
            _series(revision, status, [_count(number) for number in minutes]) for revision, status, minutes in rows
        ]
    }


def latencies(*rows: tuple[str, list[dict[int, int]]]) -> Answer:
    """Return latencies: revision, and for each minute how many answers fell into which bucket."""
    return {
        "timeSeries": [_series(revision, "2xx", [_spread(minute) for minute in minutes]) for revision, minutes in rows]
    }


def windows(count: Answer, latency: Answer) -> tuple[Window, Window]:
    """Return what both revisions did."""
    return window_of(count, latency, OLD), window_of(count, latency, NEW)


def _series(revision: str, status: str, values: list[Answer]) -> Answer:
    points = [
        {
            "interval": {
                "startTime": f"2026-11-25T10:{59 - age:02}:00Z",
                "endTime": f"2026-11-25T11:{59 - age:02}:00Z",
            },
            "value": value,
        }
        for age, value in enumerate(values)
    ]
    return {
        "metric": {"type": "run.googleapis.com/…", "labels": {"response_code_class": status}},
        "resource": {"type": "cloud_run_revision", "labels": {"revision_name": revision}},
        "metricKind": "DELTA",
        "points": points,
    }


def _count(number: int) -> Answer:
    return {"int64Value": str(number)}


def _spread(minute: dict[int, int]) -> Answer:
    length = max(minute, default=-1) + 1
    buckets = [str(minute.get(index, 0)) for index in range(length)]
    return {
        "distributionValue": {"count": str(sum(minute.values())), "bucketOptions": BUCKETS, "bucketCounts": buckets}
    }
