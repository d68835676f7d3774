"""wrk's own report."""

from pathlib import Path

import pytest

from benchmarks.plain_wrk import Load, read_wrk, write_paths

REPORT = """Running 2s test @ http://127.0.0.1:8081/api/v1/prices/live
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   812.33us  120.11us   9.92ms   95.10%
    Req/Sec    19.80k     1.02k   21.22k    80.00%
  Latency Distribution
     50%  790.00us
     75%  830.00us
     90%    0.90ms
     99%    1.25ms
  39611 requests in 2.00s, 412.00MB read
Requests/sec:  19803.21
Transfer/sec:    206.00MB
"""


def test_rate_and_tail_are_read() -> None:
    assert read_wrk(REPORT) == Load(19_803.21, 1.25, 0)


@pytest.mark.parametrize(("written", "milliseconds"), [("790.00us", 0.79), ("1.25ms", 1.25), ("2.50s", 2_500)])
def test_the_tail_is_in_milliseconds_whatever_the_unit(written: str, milliseconds: float) -> None:
    assert read_wrk(REPORT.replace("99%    1.25ms", f"99%    {written}")).p99_ms == pytest.approx(milliseconds)


def test_refused_and_broken_requests_are_errors() -> None:
    trouble = "  Socket errors: connect 0, read 1, write 0, timeout 2\n  Non-2xx or 3xx responses: 5\nRequests/sec"

    assert read_wrk(REPORT.replace("Requests/sec", trouble)).errors == 8


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        read_wrk("unable to connect to 127.0.0.1:8081")


def test_the_script_asks_for_one_number_after_another(tmp_path: Path) -> None:
    script = write_paths(tmp_path / "pages.lua", "/live?offset=%d", 1_950).read_text()

    assert "% 1950" in script
    assert 'string.format("/live?offset=%d", n)' in script
