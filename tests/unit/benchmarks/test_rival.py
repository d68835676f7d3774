"""Where the rival is, and what measuring beside it needs."""

from pathlib import Path

from benchmarks.rival import VARIABLE, find_rival, missing_programs
from benchmarks.stage import why_alone


def test_a_named_folder_counts_only_with_the_application_and_its_load_script(tmp_path: Path) -> None:
    environ = {VARIABLE: str(tmp_path)}
    assert find_rival(environ) is None

    for file in ("rival/app.py", "bench/load.py"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()

    assert find_rival(environ) == tmp_path


def test_programs_that_the_machine_lacks_are_named_with_how_to_get_them() -> None:
    missing = missing_programs(lambda name: None if name == "wrk" else f"/usr/bin/{name}")

    assert missing == ["wrk"]
    assert "apt-get install wrk" in why_alone(missing)


def test_without_its_folder_the_variable_is_named() -> None:
    assert VARIABLE in why_alone([])
