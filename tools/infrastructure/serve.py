"""`python -m tools.infrastructure.serve TFSTUB SCHEMA... -- COMMAND`: run a command with the stand-in as Terraform's providers.

The stand-in gives write-only arguments back when it plans, which a real provider must not and Terraform refuses.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any


def main(arguments: Sequence[str]) -> int:
    """Serve, run, and return the command's exit status."""
    end = arguments.index("--")
    stand_in = _loaded(Path(arguments[0]))
    served = [stand_in.serve(schema) for schema in arguments[1:end]]
    addresses = json.dumps({source: address for source, _, address in served})
    environment = {**os.environ, "TF_REATTACH_PROVIDERS": addresses}
    return subprocess.run(arguments[end + 1 :], env=environment, check=False).returncode


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("tfstub", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def plan(block: Any, value: Any) -> Any:
        return module.each(block, value, lambda name, a, x: _planned(module, name, a, x))

    module.__dict__["plan"] = plan
    return module


def _planned(module: ModuleType, name: str, attribute: Any, value: Any) -> Any:
    if name.endswith("_wo"):
        return None
    return module.UNKNOWN if value is None and attribute.get("computed") else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
