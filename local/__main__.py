"""`nox -s up`: start, say where, watch, stop."""

import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from tools.manifests import ManifestError

from .child import ChildFailedError
from .display import Display, suitable_display
from .documents import NoEmulatorError
from .lock import AlreadyRunningError
from .migrations import MigrationError
from .options import Options, read_options
from .platform import Platform, StopRequestedError
from .ports import PortInUseError
from .postgres import PostgresError
from .upstreams import SecretsFileError

_EXPECTED = (
    AlreadyRunningError,
    ChildFailedError,
    ManifestError,
    MigrationError,
    NoEmulatorError,
    PortInUseError,
    PostgresError,
    SecretsFileError,
)
_FIRST_DATA_S = 30.0
_MODES = {
    "sandbox": 'a made-up market: every answer says "source": "sandbox"',
    "live": "the real providers",
    "replay": "recorded answers",
}


class _Signals:
    """The first Ctrl-C or SIGTERM asks for an orderly end, the second one forces it."""

    def __init__(self, stopping: threading.Event) -> None:
        self.platform: Platform | None = None
        self._stopping = stopping
        self.asked = False
        signal.signal(signal.SIGINT, self._received)
        signal.signal(signal.SIGTERM, self._received)
        # Under nohup a closing terminal is meant to change nothing.
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.asked and self.platform:
            self.platform.kill_all()
        self.asked = True
        self._stopping.set()


def main(arguments: Sequence[str]) -> int:
    """Run the platform until it is told to stop; return the exit status."""
    options = read_options(arguments)
    stopping = threading.Event()
    signals = _Signals(stopping)
    display = suitable_display()
    platform = Platform(options, display=display, stopping=stopping)
    signals.platform = platform
    try:
        _run(platform, options, display, stopping)
    except StopRequestedError:
        pass
    except _EXPECTED as error:
        display.close()
        if not signals.asked:
            display.say(f"error: {error}", loud=True)
            return 1
    finally:
        display.close()
    display.say("stopped")
    return 0


def _run(platform: Platform, options: Options, display: Display, stopping: threading.Event) -> None:
    began = time.monotonic()
    display.say(f"CryptoPrism with {_MODES[options.source]}")
    with platform:
        _await_data(platform, display, stopping)
        display.close()
        _say_where(platform, display, time.monotonic() - began)
        while not stopping.wait(0.2):
            platform.look()
        display.say("stopping …")


def _await_data(platform: Platform, display: Display, stopping: threading.Event) -> None:
    """Wait until every refresh has run once, so that the first answer is not "no data yet", but not for ever."""
    display.begin("first refresh")
    all_ran = platform.wait_until(lambda: len(platform.delivered) >= platform.job_count, within_s=_FIRST_DATA_S)
    if stopping.is_set():
        raise StopRequestedError
    if not all_ran:
        missing = platform.job_count - len(platform.delivered)
        display.say(f"{missing} of {platform.job_count} refreshes are still filling their tables for the first time")
    elif all(delivered.succeeded for delivered in platform.delivered):
        display.end("first refresh")
    else:
        display.say("not every refresh succeeded; the scheduler goes on trying", loud=True)


def _say_where(platform: Platform, display: Display, seconds: float) -> None:
    url = platform.gateway_url
    display.say(
        f"""
ready in {seconds:.0f} s, Ctrl-C stops it

  gateway   {url}
  docs      {url}/api/v1/docs
  data      {platform.folder}, logs in its folder logs, documents: {platform.documents_kind}

  curl '{url}/api/v1/prices/live?limit=3'
  curl '{url}/api/v1/status'
"""
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
