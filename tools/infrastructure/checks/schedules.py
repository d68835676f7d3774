"""When refreshes run, and how jobs are handed their tasks."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from tools.infrastructure.plan import Planned, Resource, service_name


def every_refresher_has_its_schedule(planned: Planned) -> Iterable[str]:
    """One schedule for each manifest that has one, with its cron text, and for nobody else."""
    schedules = planned.by_key("google_cloud_scheduler_job")
    wanted = {manifest.name: manifest.schedule for manifest in planned.manifests.values() if manifest.schedule}
    for name in sorted(set(wanted) ^ set(schedules)):
        yield f"{name} {'is started without a schedule of its own' if name in schedules else 'is never started'}"
    for name in sorted(set(wanted) & set(schedules)):
        if schedules[name].after["schedule"] != wanted[name]:
            yield f"{name} runs at {schedules[name].after['schedule']} instead of {wanted[name]}"


def cron_texts_are_valid(planned: Planned) -> Iterable[str]:
    """Cron text that fires, in UTC: other time zones skip or repeat an hour twice a year."""
    for resource in planned.of("google_cloud_scheduler_job"):
        try:
            next(CronSim(resource.after["schedule"], datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration):
            yield f"{resource.address}: '{resource.after['schedule']}' is no cron text"
        if resource.after["time_zone"] != "Etc/UTC":
            yield f"{resource.address} goes by the clock of {resource.after['time_zone']}"


def schedules_post_as_the_scheduler(planned: Planned) -> Iterable[str]:
    """POST to the function's own address, with a token for exactly it."""
    for name, resource in planned.by_key("google_cloud_scheduler_job").items():
        target = resource.after["http_target"][0]
        token = (target.get("oidc_token") or [{}])[0]
        if (target["http_method"], target["uri"]) != ("POST", planned.url(name)):
            yield f"{resource.address} sends {target['http_method']} to {target['uri']}"
        if token != {"audience": planned.url(name), "service_account_email": planned.email("scheduler")}:
            yield f"{resource.address} signs in as {token or 'nobody'}"


def attempts_end_before_the_next_run(planned: Planned) -> Iterable[str]:
    """The function gives up first, then the scheduler, no later than the next run; a failed run is tried again."""
    for name, resource in planned.by_key("google_cloud_scheduler_job").items():
        deadline = _seconds(resource.after["attempt_deadline"])
        timeout = planned.manifests[name].timeout_s if name in planned.manifests else 0
        if not 15 <= deadline <= 1800 or deadline < timeout:
            yield f"{resource.address}: an attempt of {deadline} s for a timeout of {timeout} s"
        period = _period(resource)
        if period is not None and deadline > period:
            yield f"{resource.address}: an attempt of {deadline} s for runs every {period:.0f} s"
        retry = (resource.after.get("retry_config") or [{}])[0]
        if not 1 <= (retry.get("retry_count") or 0) <= 5:
            yield f"{resource.address} tries again {retry.get('retry_count') or 0} times"


def jobs_have_queues(planned: Planned) -> Iterable[str]:
    """One queue for each job, which hands out no more tasks than its instances take."""
    queues = planned.by_key("google_cloud_tasks_queue")
    jobs = {manifest.name: manifest for manifest in planned.of_kind("job")}
    for name in sorted(set(jobs) ^ set(queues)):
        yield f"{name} {'has a queue and is no job' if name in queues else 'has no queue'}"
    for name in sorted(set(jobs) & set(queues)):
        most = queues[name].after["rate_limits"][0]["max_concurrent_dispatches"]
        takes = jobs[name].instances[planned.environment].maximum * jobs[name].concurrency
        if most > takes:
            yield f"{name} is handed {most} tasks at a time and takes {takes}"


def queues_are_filled_by_those_who_say_so(planned: Planned) -> Iterable[str]:
    """Whoever names a job under `enqueues` may put tasks into its queue, and nobody else may anything with a queue."""
    wanted = {
        (service_name(job), f"serviceAccount:{planned.function_email(name)}", "roles/cloudtasks.enqueuer")
        for name, manifest in planned.manifests.items()
        for job in manifest.enqueues
    }
    grants = planned.of("google_cloud_tasks_queue_iam_member")
    held = {(each.after["name"], each.after["member"], each.after["role"]) for each in grants}
    yield from (f"{member} lacks {role} on {queue}" for queue, member, role in sorted(wanted - held))
    yield from (f"{member} holds {role} on {queue}" for queue, member, role in sorted(held - wanted))


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def _period(resource: Resource) -> float | None:
    try:
        ticks = CronSim(resource.after["schedule"], datetime(2026, 1, 1, tzinfo=UTC))
        first, second = next(ticks), next(ticks)
    except (CronSimError, StopIteration):
        return None
    period: float = (second - first).total_seconds()
    return period


CHECKS = (
    every_refresher_has_its_schedule,
    cron_texts_are_valid,
    schedules_post_as_the_scheduler,
    attempts_end_before_the_next_run,
    jobs_have_queues,
    queues_are_filled_by_those_who_say_so,
)
