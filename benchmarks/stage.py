"""What the sections measure: our platform, and the rival where it can be had."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.platform import Platform

from .ours import MEASURED, fill, running_platform
from .plan import Plan
from .rival import VARIABLE, find_rival, missing_programs, prepare
from .rival_servers import RivalServers, running_rival

TOKENS = 2_000
"""As many as the rival's seed makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs."""

    plan: Plan
    platform: Platform
    rival: RivalServers | None

    @property
    def logs(self) -> Path:
        """Return where logs of further servers go."""
        return self.plan.folder / "logs"


@contextmanager
def set_stage(
    plan: Plan, environ: Mapping[str, str], *, tokens: int = TOKENS, only: tuple[str, ...] = MEASURED
) -> Iterator[Stage]:
    """Start both sides, ours filled and warm."""
    (plan.folder / "logs").mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        print(f"starting our platform and storing {tokens:,} tokens", flush=True)
        platform = running.enter_context(running_platform(plan.folder / "platform", tokens=tokens, only=only))
        fill(platform, tokens)
        rival = _rival(running, platform, plan, environ)
        yield Stage(plan=plan, platform=platform, rival=rival)


def _rival(running: ExitStack, platform: Platform, plan: Plan, environ: Mapping[str, str]) -> RivalServers | None:
    source, missing = find_rival(environ), missing_programs()
    if source is None or missing:
        print(f"measuring ours alone: {why_alone(missing)}", flush=True)
        return None
    folder = prepare(source, plan.folder / "rival")
    print("starting the rival", flush=True)
    sockets = Path(platform.database_socket).parent
    return running.enter_context(running_rival(folder, postgres_sockets=sockets, logs=plan.folder / "logs"))


def why_alone(missing: Sequence[str]) -> str:
    """Return why the rival cannot be measured here: programs are missing, or its folder is."""
    if missing:
        return f"{', '.join(missing)} not found; Debian and Ubuntu: apt-get install wrk redis-server util-linux"
    return f"the rival's folder is neither beside this repository, as ../shared/rival, nor named by {VARIABLE}"
