"""Everything a developer or the pipeline runs: `nox -s up`, `nox -s tests`, `nox --list`.

Sessions share two environments, `local` (what `up` needs) and `dev` (the rest), instead of having one each: the
same hundred packages would otherwise be installed seven times. Both are filled by plain pip, which reads the
caller's own index settings, from a lock with hashes, and kept until that lock changes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
FUNCTIONS = sorted(manifest.parent.name for manifest in ROOT.glob("functions/*/function.yaml"))
GROUPS = ["dev", "local", "migrate", "release", *FUNCTIONS]
PACKAGES = ["shared", "functions", "sandbox", "local", "tools", "benchmarks", "migrations", "tests"]

if sys.version_info < (3, 11):  # noqa: UP036  nox runs on older ones, and would fail much later
    raise SystemExit(f"CryptoPrism needs Python 3.11 or newer, and this nox runs on {sys.version.split()[0]}")

nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.sessions = ["lint", "types", "imports", "generate", "tests"]


def environment(session: nox.Session, lock: str) -> Path:
    """Return the folder of programs of an environment that holds exactly what a lock lists."""
    requirements = ROOT / "requirements" / f"{lock}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    # Most functions have equal locks, and then one environment.
    name = f"function-{wanted[:12]}" if lock in FUNCTIONS else lock
    folder = ROOT / ".nox" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    programs = folder / "bin"
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        session.run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(folder), silent=True, log=False)
        install(session, programs / "python", requirements, compiled=lock not in FUNCTIONS)
        stamp.write_text(wanted)
    return programs


def install(session: nox.Session, python: Path, requirements: Path, *, compiled: bool) -> None:
    """Install what a lock lists, and nothing besides; say how far it is, and what pip said only if it fails."""
    wanted = requirements.read_text(encoding="utf-8").count("==")
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
    # Half of the time goes into compiling thousands of modules, of which a bundle that is started once imports few.
    options += [] if compiled else ["--no-compile"]
    command = [str(python), "-m", "pip", "install", *options, "-r", str(requirements)]
    session.log(f"installing requirements/{requirements.name}, once until it changes")
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if sys.stdout.isatty() and line.startswith(("Collecting", "Installing")):
                collected = sum(earlier.startswith("Collecting") for earlier in said)
                stage = f"{collected} of {wanted} packages" if line.startswith("Collecting") else "unpacking"
                print(f"\r\033[K  {stage}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if pip.returncode:
        session.error("".join(said[-30:]))


def development(session: nox.Session, program: str, *arguments: str) -> None:
    """Run a program of the development environment in the project's folder."""
    programs = environment(session, "dev")
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    # Images often forbid compiled files; the second run would then compile and rewrite every test again, on each worker.
    session.run(str(programs / program), *arguments, env={"PATH": path, "PYTHONDONTWRITEBYTECODE": ""})


def become(session: nox.Session, module: str) -> None:
    """Let a module take nox's place: nox would kill it 0.3 s after Ctrl-C, in the middle of stopping its children."""
    python = environment(session, "local") / "python"
    os.chdir(ROOT)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [str(python), "-m", module, *session.posargs])  # noqa: S606


@nox.session
def up(session: nox.Session) -> None:
    """Run the whole platform on this machine; Ctrl-C stops it."""
    become(session, "local")


@nox.session
def token(session: nox.Session) -> None:
    """Print an ID token that the platform on this machine believes: `T=$(nox -s token -- --uid ann)`."""
    become(session, "local.token")


@nox.session
def tour(session: nox.Session) -> None:
    """Every documented operation of the running platform answers as documented; `-- --help` for another address."""
    development(session, "python", "-m", "tools.tour", *session.posargs)


@nox.session
def backfill(session: nox.Session) -> None:
    """Load history from the providers or from files; `nox -s backfill -- --help` says how."""
    become(session, "local.backfill")


@nox.session
def tests(session: nox.Session) -> None:
    """The code does what it promises, alone and with real servers on this machine."""
    # A file never torn: each worker has a PostgreSQL of its own. Three for two cores, because all of them often wait, for
    # servers and processes that start. In the order of the folders, because the files with few tests are the slow ones, and
    # at the end one worker would wait for the others.
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    development(session, "pytest", "-q", *spread, "-m", "not slow and not terraform", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """It still does at full size."""
    development(session, "pytest", "-q", "-m", "slow", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """The code is formatted, keeps the rules, is spelled right, and the manifests fit their schema."""
    development(session, "ruff", "format", "--check", ".")
    development(session, "ruff", "check", ".")
    development(session, "codespell")
    manifests = [f"functions/{name}/function.yaml" for name in FUNCTIONS]
    development(session, "check-jsonschema", "--schemafile", "functions/function.schema.json", *manifests)
    if (ROOT / "cloudbuild.yaml").exists():
        development(session, "check-jsonschema", "--builtin-schema", "vendor.cloudbuild", "cloudbuild.yaml")
    workflows = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob(".github/workflows/*.yaml"))
    development(session, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)


@nox.session
def types(session: nox.Session) -> None:
    """The types fit together."""
    present = [name for name in PACKAGES if any((ROOT / name).rglob("*.py"))]
    development(session, "mypy", "--strict", "noxfile.py", *present)


@nox.session
def imports(session: nox.Session) -> None:
    """Imports go one way; functions never meet; reading never reaches providers."""
    development(session, "lint-imports")


@nox.session
def generate(session: nox.Session) -> None:
    """Write the generated files; with `-- --check`, prove that the committed ones are the same."""
    development(session, "python", "-m", "tools.generate", *session.posargs)


@nox.session
def bundle(session: nox.Session) -> None:
    """Each deployable zip starts with nothing but its own requirements installed; `-- prices market` builds just those."""
    # One process for all that share an environment: starting it costs as much as trying a bundle.
    sharing: dict[Path, list[str]] = {}
    for name in session.posargs or FUNCTIONS:
        sharing.setdefault(environment(session, name), []).append(name)
    for programs, names in sharing.items():
        development(session, "python", "-m", "tools.bundle", *names, "--programs", str(programs))


@nox.session
def infrastructure(session: nox.Session) -> None:
    """Terraform's configuration plans for each environment, the plans are what the manifests say, and mistakes are found."""
    development(session, "python", "-m", "tools.infrastructure")
    # Two at a time, each where there is room, except those that share a plan: Terraform and its provider wait for each other.
    spread = ["-n", "2", "--dist", "loadgroup"]
    development(session, "pytest", "-q", *spread, "-m", "terraform", "tests/infrastructure", *session.posargs)
    # 290 MB and versions that contradict ours: whoever wants it installs it apart.
    if shutil.which("checkov"):
        session.run("checkov", "--config-file", "terraform/checkov.yaml")
    else:
        session.log("checkov skipped: there is no such program (pipx install checkov)")


@nox.session
def rollback(session: nox.Session) -> None:
    """Give all traffic back to the release before, in seconds and without a build: `-- --project ID`."""
    development(session, "python", "-m", "tools.release", "rollback", *session.posargs)


@nox.session
def cost(session: nox.Session) -> None:
    """Say what an environment costs a month; `-- --requests 10e6` for so many calls."""
    development(session, "python", "-m", "tools.cost", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Compile the locks from pyproject.toml; the functions' versions are those of the development lock."""
    for group in GROUPS:
        target = f"requirements/{group}.txt"
        constraints = [] if group == "dev" else ["--constraints", "requirements/dev.txt"]
        shape = ["--universal", "--python-version", "3.11", "--generate-hashes"]
        silence = ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--quiet"]
        compile_group = ["pip", "compile", "pyproject.toml", "--group", group, *shape, *silence, *constraints]
        development(session, "uv", *compile_group, "--output-file", target, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, side by side with the yardsticks."""
    development(session, "python", "-m", "benchmarks", *session.posargs)
