"""`python -m sandbox.replay`: serve a folder of recorded answers on one port."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.replay.app import Replay
from sandbox.replay.recordings import RecordingError, load
from sandbox.serving import run


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, check every recording, and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.replay", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--folder", type=Path, required=True, help="folder with MANIFEST.json and the bodies it names")
    asked = parser.parse_args(arguments)
    try:
        recordings, skipped = load(asked.folder)
    except RecordingError as error:
        sys.exit(f"replay: {error}")
    run(Replay(recordings, skipped), asked.port, f"replay: {len(recordings)} recordings, {len(skipped)} not served,")


if __name__ == "__main__":
    main()
