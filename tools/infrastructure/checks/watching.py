"""What is watched, and that somebody hears of it."""

import re
from collections.abc import Iterable
from typing import Any

from tools.infrastructure.plan import Planned, Resource, service_name
from tools.manifests import ROOT

_LONGEST_ABSENCE_S = 84_600
"""Cloud Monitoring looks back 23.5 hours at most."""


def every_refresher_is_missed(planned: Planned) -> Iterable[str]:
    """No success within three promises is told; where that is too long to watch, each failure is."""
    absent = planned.by_key("google_monitoring_alert_policy", "refresh_absent")
    failed = planned.by_key("google_monitoring_alert_policy", "refresh_failed")
    for manifest in planned.of_kind("refresh"):
        longest = 3 * (manifest.promise_s or 0)
        if longest > _LONGEST_ABSENCE_S:
            if manifest.name not in failed:
                yield f"nobody hears when {manifest.name} fails"
            continue
        alert = absent.get(manifest.name)
        if alert is None:
            yield f"nobody hears when {manifest.name} stays away"
            continue
        yield from _absence(manifest.name, longest, alert)


def _absence(name: str, longest: int, alert: Resource) -> Iterable[str]:
    condition = alert.after["conditions"][0]["condition_absent"][0]
    duration = int(condition["duration"].removesuffix("s"))
    if not longest <= duration <= max(longest, 180) + 60 or duration % 60:
        yield f"the absence of {name} is noticed after {duration} s instead of {longest}"
    if f'refresh="{name}"' not in condition["filter"]:
        yield f"the absence of {name} is looked for in {condition['filter']}"


def every_api_function_has_objectives(planned: Planned) -> Iterable[str]:
    """Availability and latency, with alerts on how fast what is allowed is used up."""
    burning = planned.by_key("google_monitoring_alert_policy", "availability_burns")
    for manifest in planned.of_kind("api"):
        for kind in ("availability", "latency"):
            objective = planned.by_key("google_monitoring_slo", kind).get(manifest.name)
            if objective is None:
                yield f"{manifest.name} has no objective of {kind}"
            elif f'service_name="{service_name(manifest.name)}"' not in str(objective.after["request_based_sli"]):
                yield f"the {kind} of {manifest.name} is measured elsewhere"
        for speed in ("fast", "slow"):
            if f"{manifest.name} {speed}" not in burning:
                yield f"nobody hears when {manifest.name} burns {speed}"


def the_goal_is_three_nines(planned: Planned) -> Iterable[str]:
    """99.9 % of calls within 30 days."""
    for objective in planned.of("google_monitoring_slo", "availability"):
        if objective.after["goal"] < 0.999 or objective.after["rolling_period_days"] != 30:
            yield f"{objective.address} promises {objective.after['goal']}"


def every_alert_is_heard_and_explained(planned: Planned) -> Iterable[str]:
    """Each alert mails somebody and names a section of the operations guide that is there."""
    guide = ROOT / "docs" / "operations.md"
    headings = set(re.findall(r"^#+ (.+)$", guide.read_text(encoding="utf-8"), re.MULTILINE))
    for alert in planned.of("google_monitoring_alert_policy"):
        if not alert.after.get("notification_channels") and "notification_channels" not in alert.unknown:
            yield f"nobody hears {alert.address}"
        section = re.search(r'section "(.+)"', _documentation(alert.after))
        if section is None or section.group(1) not in headings:
            yield f"{alert.address} is explained by {section.group(1) if section else 'nothing'}"


def _documentation(after: Any) -> str:
    documentation = after.get("documentation") or [{}]
    return str(documentation[0].get("content") or "")


def log_metrics_count_what_is_logged(planned: Planned) -> Iterable[str]:
    """Each counted event is one that the code logs."""
    sources = [file for folder in ("shared", "functions") for file in (ROOT / folder).rglob("*.py")]
    logged = {event for file in sources for event in re.findall(r"log\.\w+\(\s*\"([\w.]+)\"", file.read_text())}
    for metric in planned.of("google_logging_metric"):
        for event in re.findall(r'jsonPayload\.message="([^"]+)"', metric.after["filter"]):
            if event not in logged:
                yield f"{metric.address} counts {event}, which nobody logs"


def the_gateway_is_asked_every_minute(planned: Planned) -> Iterable[str]:
    """Health from outside, over TLS, at a path that the gateway answers."""
    check = planned.named("google_monitoring_uptime_check_config", "gateway").after
    request = check["http_check"][0]
    if (request["path"], request["use_ssl"], check["period"]) != ("/health", True, "60s"):
        yield f"{request['path']} is asked every {check['period']}"


def the_status_is_asked_whether_a_refresh_is_late(planned: Planned) -> Iterable[str]:
    """What runs once a day or less is missed by the platform itself, which somebody has to ask."""
    check = planned.named("google_monitoring_uptime_check_config", "refreshes").after
    matcher = check["content_matchers"][0]
    asked = (check["http_check"][0]["path"], matcher["json_path_matcher"][0]["json_path"], matcher["content"])
    if asked != ("/api/v1/status", "$.data.summary.refreshes_late", "0"):
        yield f"the status is asked for {asked}"
    if "refreshes_late" not in planned.by_key("google_monitoring_alert_policy", "threshold"):
        yield "nobody hears when the status counts a late refresh"


CHECKS = (
    every_refresher_is_missed,
    every_api_function_has_objectives,
    the_goal_is_three_nines,
    every_alert_is_heard_and_explained,
    log_metrics_count_what_is_logged,
    the_gateway_is_asked_every_minute,
    the_status_is_asked_whether_a_refresh_is_late,
)
