"""What the rival's scripts write, and what is asked of them."""

from pathlib import Path

from benchmarks.findings import times_rival
from benchmarks.loads import findings_of
from benchmarks.scripts import Target, read_load, read_starts


def measured(rps: float, *, p99_ms: float = 1, errors: int = 0) -> dict[str, float]:
    return {"rps": rps, "p50_ms": 0.5, "p99_ms": p99_ms, "cpu_us_per_req": 50, "errors": errors}


DOCUMENT = {
    "seed": 1,
    "rows": [
        {
            "scenario": "hot_list",
            "concurrency": 16,
            "servers": {
                "rival": {"median": measured(100), "rounds": [measured(100), measured(50)]},
                "ours": {"median": measured(900), "rounds": [measured(1_000), measured(400, errors=2)]},
            },
        }
    ],
}


def test_rounds_are_paired_in_their_order() -> None:
    (result,) = read_load(DOCUMENT)

    rate, tail, cpu = findings_of(result, "cached list", {"rps": times_rival(8, "at least")})

    assert rate.ratio is not None
    assert (rate.ratio.median, rate.ratio.low, rate.ratio.high) == (9, 8, 10)
    assert [tail.bound, cpu.bound] == [None, None]


def test_errors_of_all_rounds_count_and_only_ours() -> None:
    (result,) = read_load(DOCUMENT)

    assert (result.errors("ours"), result.errors("rival")) == (2, 0)
    assert findings_of(result, "cached list", {})[0].errors == 2


def test_starts_are_read_by_variant() -> None:
    document = {"rival": {"median": {}, "runs": [{"wall_s": 1.8}]}, "postgres": {"runs": [{"wall_s": 1.0}]}}

    runs = read_starts(document)

    assert {name: each[0]["wall_s"] for name, each in runs.items()} == {"rival": 1.8, "postgres": 1.0}


def test_a_target_is_written_as_the_script_reads_it() -> None:
    target = Target("ours", "http://127.0.0.1:8081", Path("ours.json"), 42)

    assert str(target) == "ours=http://127.0.0.1:8081@ours.json#42"
