"""The provider stand-in of this workplace: real schemas of the Google providers, no cloud behind them.

Where there is none, Terraform fetches the real providers from its registry.
"""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from tools.manifests import ROOT

_PROVIDERS = ("google", "google-beta")


def stand_in_folder() -> Path | None:
    """Return where `tfstub.py` and its schemas lie: `TERRAFORM_STAND_IN`, or a folder shared beside the project."""
    named = os.environ.get("TERRAFORM_STAND_IN")
    folder = Path(named) if named else ROOT.parent / "shared" / "terraform-offline"
    return folder if (folder / "tfstub.py").is_file() else None


def used_types(terraform: Path) -> set[str]:
    """Return the resource and data source types that a configuration mentions."""
    texts = (file.read_text(encoding="utf-8") for file in terraform.rglob("*.tf"))
    return {name for text in texts for name in re.findall(r'^(?:resource|data|ephemeral) "(\w+)"', text, re.MULTILINE)}


def cut_schemas(folder: Path, types: Iterable[str], cache: Path) -> list[Path]:
    """Return the schemas reduced to some types, written once: the whole ones cost 4 s with every command."""
    wanted = sorted(types)
    return [_cut(folder / f"{provider}.json.gz", wanted, cache) for provider in _PROVIDERS]


def _cut(schema: Path, wanted: list[str], cache: Path) -> Path:
    key = hashlib.sha256(f"{schema.stat().st_size} {wanted}".encode()).hexdigest()[:16]
    target = cache / f"{schema.name.removesuffix('.json.gz')}-{key}.json.gz"
    if not target.exists():
        whole = json.loads(gzip.decompress(schema.read_bytes()))
        for part in ("resources", "data_sources"):
            whole[part] = {name: whole[part][name] for name in wanted if name in whole[part]}
        cache.mkdir(parents=True, exist_ok=True)
        # Beside its place first: two runs at once must never read half a file.
        part_file = target.with_suffix(f".{os.getpid()}.part")
        part_file.write_bytes(gzip.compress(json.dumps(whole).encode(), mtime=0))
        part_file.replace(target)
    return target
