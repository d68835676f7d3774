"""Which recording answers which question, and what is never served."""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.replay.app import Replay
from sandbox.replay.choosing import choose
from sandbox.replay.recordings import Recording, RecordingError, load, time_of
from sandbox.serving import serve_app
from tests.unit.sandbox.calls import Caller

_MARKETS = "/api/v3/coins/markets"
_TICKER = "/api/v3/ticker/24hr"


def recording(
    file: str, path: str = _MARKETS, *, provider: str = "coingecko", status: int = 200, year: int = 2020, **params: str
) -> Recording:
    at = datetime(year, 1, 1, tzinfo=UTC)
    return Recording(
        file, provider, path, tuple(params.items()), status, at, (("content-type", "application/json"),), b"[]", ""
    )


def chosen(
    recordings: list[Recording], asked: dict[str, str], path: str = _MARKETS, provider: str = "coingecko"
) -> str | None:
    found = choose(recordings, provider, path, asked)
    return found.file if found else None


def test_the_newest_success_answers() -> None:
    recordings = [
        recording("old", year=2019),
        recording("new", year=2021),
        recording("newer error", year=2023, status=500),
    ]

    assert chosen(recordings, {"vs_currency": "usd"}) == "new"


def test_an_error_answers_when_nothing_else_does() -> None:
    assert chosen([recording("error", status=422)], {}) == "error"


def test_a_recording_of_another_currency_is_out() -> None:
    assert chosen([recording("ringgit", vs_currency="myr")], {"vs_currency": "usd"}) is None
    assert chosen([recording("unknown")], {"vs_currency": "usd"}) == "unknown"
    assert chosen([recording("unknown")], {"vs_currency": "eur"}) is None


def test_one_symbol_never_answers_for_all_nor_all_for_one() -> None:
    one = recording("one", _TICKER, provider="binance", symbol="LTCBTC")
    everything = recording("all", _TICKER, provider="binance")

    assert chosen([one], {}, _TICKER, "binance") is None
    assert chosen([everything], {"symbol": "LTCBTC"}, _TICKER, "binance") is None
    assert chosen([one, everything], {"symbol": "LTCBTC"}, _TICKER, "binance") == "one"
    assert chosen([one, everything], {}, _TICKER, "binance") == "all"


def test_later_pages_were_not_recorded() -> None:
    recordings = [recording("first page")]

    assert chosen(recordings, {"vs_currency": "usd", "page": "1"}) == "first page"
    assert chosen(recordings, {"vs_currency": "usd", "page": "2"}) is None
    assert chosen(recordings, {"vs_currency": "usd", "offset": "250"}) is None


def test_parameters_that_were_not_kept_may_be_anything_else() -> None:
    asked = {"vs_currency": "usd", "per_page": "250", "order": "market_cap_desc", "price_change_percentage": "1h"}

    assert chosen([recording("unknown")], asked) == "unknown"


def test_lists_of_ids_are_compared_without_order_and_blanks() -> None:
    recordings = [recording("two", ids="bitcoin, ethereum", vs_currency="usd")]

    assert chosen(recordings, {"vs_currency": "usd", "ids": "ethereum,bitcoin"}) == "two"
    assert chosen(recordings, {"vs_currency": "usd", "ids": "bitcoin"}) is None


def test_keys_do_not_matter() -> None:
    assert chosen([recording("any", apikey="REDACTED")], {"apikey": "something"}) == "any"


def test_binances_first_version_stands_in_for_the_third() -> None:
    first = recording("v1", "/api/v1/ticker/24hr", provider="binance", year=2023)
    third = recording("v3", _TICKER, provider="binance", year=2019)

    assert chosen([first], {}, _TICKER, "binance") == "v1"
    assert chosen([first, third], {}, _TICKER, "binance") == "v3"
    assert chosen([third], {}, "/api/v1/ticker/24hr", "binance") is None


def test_a_templated_path_meets_any_one_object() -> None:
    recordings = [recording("missing", "/api/v3/coins/{id}", status=404)]

    assert chosen(recordings, {}, "/api/v3/coins/nonsense") == "missing"
    assert chosen(recordings, {}, "/api/v3/coins/nonsense/history") is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"recorded_at": "2021-05-15T16:01:06Z", "note": "2019-01-01"}, datetime(2021, 5, 15, 16, 1, 6, tzinfo=UTC)),
        ({"recorded_at": "2021-05-15T16:01:06"}, datetime(2021, 5, 15, 16, 1, 6, tzinfo=UTC)),
        ({"recorded_at": None, "note": "2019-01-21; re-serialised"}, datetime(2019, 1, 21, tzinfo=UTC)),
        (
            {"recorded_at": None, "note": "on 2026-07-11T09:54:57+00:00; by hand"},
            datetime(2026, 7, 11, 9, 54, 57, tzinfo=UTC),
        ),
        ({"recorded_at": None, "note": "cut by author"}, None),
    ],
)
def test_the_time_is_the_recorded_one_or_that_of_the_note(entry: dict[str, Any], expected: datetime | None) -> None:
    assert time_of(entry) == expected


class Folder:
    """A folder of recordings in the making."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = []

    def add(self, file: str, body: bytes, **more: Any) -> None:
        entry = {
            "file": file,
            "provider": "coingecko",
            "method": "GET",
            "endpoint": _MARKETS,
            "params": "",
            "http_status": 200,
        }
        entry |= {
            "recorded_at": "2024-05-06T07:08:09Z",
            "note": "",
            "is_json": True,
            "gzip": False,
            "fidelity": "vcr-recorded",
        }
        entry |= {"sha256": hashlib.sha256(body).hexdigest(), **more}
        (self.path / file).write_bytes(gzip.compress(body) if entry["gzip"] else body)
        self.entries.append(entry)
        (self.path / "MANIFEST.json").write_text(json.dumps(self.entries), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def call(folder: Folder) -> Iterator[Caller]:
    folder.add(
        "markets.json",
        b'[ {"id": "bitcoin"} ]\n',
        response_headers={"X-Ratelimit-Remaining": "7", "Transfer-Encoding": "chunked"},
    )
    folder.add(
        "big.json.gz", b'{"big": true}', endpoint="/0/public/Ticker", provider="kraken", gzip=True, http_status=None
    )
    folder.add("ageless.json", b"{}", endpoint="/ageless", recorded_at=None)
    folder.add("post.json", b"{}", method="POST", endpoint="/rpc")
    folder.add("part.json", b"[]", endpoint="/api/v1/posts/ results array")
    folder.add("query.json", b"{}", provider="etherscan", endpoint="/api module=gastracker action=gasoracle")
    with serve_app(Replay(*load(folder.path))) as served:
        yield Caller(served.port)


def test_bodies_are_served_byte_for_byte_under_their_own_time(call: Caller) -> None:
    got = call.get(f"/coingecko{_MARKETS}?vs_currency=usd&page=1")

    assert (got.status, got.body) == (200, b'[ {"id": "bitcoin"} ]\n')
    assert got.headers["date"] == "Mon, 06 May 2024 07:08:09 GMT"
    assert got.headers["x-ratelimit-remaining"] == "7"
    assert "transfer-encoding" not in got.headers


def test_a_gzipped_recording_and_an_unknown_status(call: Caller) -> None:
    got = call.get("/kraken/0/public/Ticker")

    assert (got.status, got.body) == (200, b'{"big": true}')


def test_parameters_named_with_the_endpoint_count(call: Caller) -> None:
    assert call.get("/etherscan/api?module=gastracker&action=gasoracle&apikey=x").status == 200
    assert call.get("/etherscan/api?module=stats&action=ethprice").status == 404


def test_what_was_not_recorded_is_a_404_that_shows_what_was(call: Caller) -> None:
    got = call.get(f"/coingecko{_MARKETS}?vs_currency=usd&page=2")

    assert got.status == 404
    assert "page=2" in got.json()["detail"]
    assert [one["file"] for one in got.json()["recorded_of_this_path"]] == ["markets.json"]


def test_what_is_served_and_what_is_not_can_be_listed(call: Caller) -> None:
    listed = call.get("/admin/recordings").json()

    assert {one["file"]: one["recorded_at"] for one in listed["served"]}["markets.json"] == "2024-05-06T07:08:09+00:00"
    assert {one["file"]: one["reason"][:11] for one in listed["not_served"]} == {
        "ageless.json": "its age can",
        "post.json": "not a GET",
        "part.json": "the endpoin",
    }


def test_a_changed_body_is_an_error_at_the_start_that_names_the_file(folder: Folder) -> None:
    folder.add("changed.json", b"{}", sha256="0" * 64)
    command = [sys.executable, "-m", "sandbox.replay", "--port", "0", "--folder", str(folder.path)]

    ended = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=20)

    assert ended.returncode != 0
    assert "changed.json: the body is not what its sha256" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_manifest_or_body_is_told(folder: Folder) -> None:
    with pytest.raises(RecordingError, match=r"MANIFEST\.json"):
        load(folder.path)
    folder.add("gone.json", b"{}")
    (folder.path / "gone.json").unlink()
    with pytest.raises(RecordingError, match=r"gone\.json"):
        load(folder.path)


def test_a_body_outside_the_folder_is_refused(folder: Folder) -> None:
    folder.add("inside.json", b"{}")
    folder.entries[0]["file"] = "../outside.json"
    (folder.path / "MANIFEST.json").write_text(json.dumps(folder.entries), encoding="utf-8")

    with pytest.raises(RecordingError, match="outside the folder"):
        load(folder.path)
