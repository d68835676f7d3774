"""`python -m migrations upgrade`: bring the database that the environment names to the newest schema."""

import argparse
import sys

from shared.core.errors import PrismError
from shared.core.settings import Settings


def main() -> int:
    """Run the command and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    parser.add_argument("command", choices=["upgrade"])
    parser.parse_args()
    try:
        settings = Settings.from_environment().required_database()
        from .runner import upgrade

        revision = upgrade(settings)
    except PrismError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The schema is at {revision}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
