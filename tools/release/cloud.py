"""What a release asks of Google Cloud, and how gcloud does it."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from .canary import Window
from .metrics import COUNT, LATENCY, MetricsError, query, window_of

TAG = "candidate"
_LONGEST_S = 600


class CloudError(Exception):
    """Google Cloud refused or did not answer; the message is what it said."""


class Cloud(Protocol):
    """The few things that a release does in the cloud."""

    def serving(self, service: str) -> str | None:
        """Return the revision that has the traffic by name; `None` when the traffic follows the latest one."""
        ...

    def newest(self, service: str) -> str:
        """Return the latest revision that is ready."""
        ...

    def move(self, service: str, shares: Mapping[str, int]) -> None:
        """Give revisions their percent of the traffic."""
        ...

    def tag(self, service: str, revision: str | None) -> None:
        """Give a revision an address of its own, or with `None` take it back."""
        ...

    def ask(self, url: str, *, service_url: str, account: str, method: str) -> int:
        """Return the status of a request made as an account of the platform; 0 without an answer."""
        ...

    def windows(self, service: str, revisions: Sequence[str], since: datetime, until: datetime) -> Mapping[str, Window]:
        """Return what revisions did.

        Raises:
            MetricsError: nobody can tell.
        """
        ...

    def gateway_config(self) -> str | None:
        """Return the id of the config that the gateway serves."""
        ...

    def serve_config(self, config: str) -> None:
        """Let the gateway serve another config."""
        ...

    def configs(self) -> Sequence[tuple[str, str]]:
        """Return the ids of all gateway configs with the time they were made."""
        ...

    def delete_config(self, config: str) -> None:
        """Delete a gateway config."""
        ...


class Gcloud:
    """The cloud by its command line program, which a pipeline has and is signed in with."""

    def __init__(self, project: str, region: str) -> None:
        self._project = project
        self._region = region

    def serving(self, service: str) -> str | None:
        """Return the revision that has most of the traffic by name; `None` when the traffic follows the latest one."""
        targets = self._service(service)["status"].get("traffic", [])
        named = [(each.get("percent", 0), each["revisionName"]) for each in targets if not each.get("latestRevision")]
        return max(named)[1] if named and max(named)[0] else None

    def newest(self, service: str) -> str:
        """Return the latest revision that is ready."""
        return str(self._service(service)["status"]["latestReadyRevisionName"])

    def move(self, service: str, shares: Mapping[str, int]) -> None:
        """Give revisions their percent of the traffic."""
        wanted = ",".join(f"{revision}={percent}" for revision, percent in shares.items())
        self._run("run", "services", "update-traffic", service, f"--to-revisions={wanted}", *self._place())

    def tag(self, service: str, revision: str | None) -> None:
        """Give a revision an address of its own, or with `None` take it back."""
        change = f"--update-tags={TAG}={revision}" if revision else f"--remove-tags={TAG}"
        self._run("run", "services", "update-traffic", service, change, *self._place())

    def ask(self, url: str, *, service_url: str, account: str, method: str) -> int:
        """Return the status of a request made as an account of the platform; 0 without an answer."""
        email = f"cryptoprism-{account}@{self._project}.iam.gserviceaccount.com"
        identity = [f"--impersonate-service-account={email}", f"--audiences={service_url}", "--include-email"]
        token = self._run("auth", "print-identity-token", *identity).strip()
        request = urllib.request.Request(url, method=method, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_LONGEST_S) as answer:  # noqa: S310  always https
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def windows(self, service: str, revisions: Sequence[str], since: datetime, until: datetime) -> Mapping[str, Window]:
        """Return what revisions did.

        Raises:
            MetricsError: nobody can tell.
        """
        counts, latencies = (self._metrics(metric, service, since, until) for metric in (COUNT, LATENCY))
        return {revision: window_of(counts, latencies, revision) for revision in revisions}

    def gateway_config(self) -> str | None:
        """Return the id of the config that the gateway serves."""
        described = self._json("api-gateway", "gateways", "describe", "cryptoprism", f"--location={self._region}")
        return str(described["apiConfig"]).rpartition("/")[2] or None

    def serve_config(self, config: str) -> None:
        """Let the gateway serve another config."""
        chosen = ["--api=cryptoprism", f"--api-config={config}", f"--location={self._region}"]
        self._run("api-gateway", "gateways", "update", "cryptoprism", *chosen)

    def configs(self) -> Sequence[tuple[str, str]]:
        """Return the ids of all gateway configs with the time they were made."""
        listed = self._json("api-gateway", "api-configs", "list", "--api=cryptoprism")
        return [(str(each["name"]).rpartition("/")[2], str(each["createTime"])) for each in listed]

    def delete_config(self, config: str) -> None:
        """Delete a gateway config."""
        self._run("api-gateway", "api-configs", "delete", config, "--api=cryptoprism", "--quiet")

    def fetch_last_record(self, target: Path) -> None:
        """Write the record of the last finished release, as the pipeline's last step left it."""
        self._run("storage", "cp", f"gs://{self._project}-cryptoprism-releases/latest.json", str(target))

    def _metrics(self, metric: str, service: str, since: datetime, until: datetime) -> Mapping[str, Any]:
        asked = urllib.parse.urlencode(
            query(metric, service, start=since.isoformat(), end=until.isoformat()), doseq=True
        )
        token = self._run("auth", "print-access-token").strip()
        url = f"https://monitoring.googleapis.com/v3/projects/{self._project}/timeSeries?{asked}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  always https
                found: Mapping[str, Any] = json.load(answer)
        except (OSError, ValueError) as error:
            raise MetricsError(f"Cloud Monitoring does not answer: {error}") from error
        return found

    def _service(self, service: str) -> Mapping[str, Any]:
        described: Mapping[str, Any] = self._json("run", "services", "describe", service, f"--region={self._region}")
        return described

    def _place(self) -> list[str]:
        return [f"--region={self._region}", "--quiet"]

    def _json(self, *arguments: str) -> Any:
        return json.loads(self._run(*arguments, "--format=json"))

    def _run(self, *arguments: str) -> str:
        command = ["gcloud", *arguments, f"--project={self._project}"]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
        if finished.returncode:
            raise CloudError(f"{' '.join(arguments[:4])}: {finished.stderr.strip()}")
        return finished.stdout
