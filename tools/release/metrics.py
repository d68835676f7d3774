"""Cloud Monitoring's answers read as what each revision did.

Source: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from .canary import Window

Answer = Mapping[str, Any]

COUNT = "run.googleapis.com/request_count"
LATENCY = "run.googleapis.com/request_latencies"


class MetricsError(Exception):
    """Cloud Monitoring's answer cannot be read."""


def query(metric: str, service: str, *, start: str, end: str) -> dict[str, str | list[str]]:
    """Return the parameters of a question: one metric of one service, summed by revision and class of status."""
    return {
        "filter": f'metric.type="{metric}" AND resource.type="cloud_run_revision" AND resource.labels.service_name="{service}"',
        "interval.startTime": start,
        "interval.endTime": end,
        "aggregation.alignmentPeriod": "60s",
        "aggregation.perSeriesAligner": "ALIGN_DELTA",
        "aggregation.crossSeriesReducer": "REDUCE_SUM",
        "aggregation.groupByFields": ["resource.labels.revision_name", "metric.labels.response_code_class"],
    }


def window_of(counts: Answer, latencies: Answer, revision: str) -> Window:
    """Return what a revision did; one that is not mentioned did nothing.

    Raises:
        MetricsError: an answer has another shape.
    """
    try:
        by_class = [(_status_class(each), _total(each)) for each in _series(counts, revision)]
        requests = sum(number for _, number in by_class)
        failures = sum(number for status, number in by_class if status == "5xx")
        return Window(requests, failures, _percentile(list(_distributions(latencies, revision)), 0.95))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise MetricsError(f"Cloud Monitoring answered otherwise than expected: {error!r}") from error


def _series(answer: Answer, revision: str) -> Iterable[Mapping[str, Any]]:
    return (each for each in answer.get("timeSeries", ()) if each["resource"]["labels"]["revision_name"] == revision)


def _status_class(series: Mapping[str, Any]) -> str:
    return str(series["metric"]["labels"]["response_code_class"])


def _total(series: Mapping[str, Any]) -> int:
    return sum(int(point["value"]["int64Value"]) for point in series["points"])


def _distributions(answer: Answer, revision: str) -> Iterable[Mapping[str, Any]]:
    points = (point for series in _series(answer, revision) for point in series["points"])
    return (point["value"]["distributionValue"] for point in points)


def _percentile(distributions: list[Mapping[str, Any]], share: float) -> float | None:
    """Return the upper end of the bucket that the percentile falls into; all distributions have the same buckets."""
    counted = [[int(count) for count in each.get("bucketCounts", ())] for each in distributions]
    total = sum(map(sum, counted))
    if not total:
        return None
    length = max(map(len, counted))
    summed = [sum(each[index] for each in counted if index < len(each)) for index in range(length)]
    reached = next(index for index, so_far in enumerate(accumulate(summed)) if so_far >= share * total)
    return _upper_end(distributions[0]["bucketOptions"], reached)


def _upper_end(options: Mapping[str, Any], bucket: int) -> float:
    """Return where a bucket ends; the first is below all bounds, the last above and taken at its lower one."""
    if "explicitBuckets" in options:
        bounds = [float(bound) for bound in options["explicitBuckets"]["bounds"]]
        return bounds[min(bucket, len(bounds) - 1)]
    exponential = options["exponentialBuckets"]
    last = int(exponential["numFiniteBuckets"])
    return float(exponential["scale"]) * float(exponential["growthFactor"]) ** min(bucket, last)
