"""The portfolio function: portfolios and transactions, and that they are their owner's alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.domain.portfolio.models import PortfolioShown, TransactionShown
from shared.http.envelope import Envelope
from tests.callers import BOB
from tests.databases import Place
from tests.snapshots import snapshot

from .portfolio_desks import Desk
from .quoting import store

BUY = {"at": "2025-01-01T00:00:00Z", "kind": "buy", "token_id": "bitcoin", "quantity": "1", "price": "100"}
A_FILE = "time,kind,token_id,quantity,price\n2025-01-01,buy,bitcoin,1,100\n"
CSV = {"content-type": "text/csv"}


@pytest.fixture(scope="module")
def loaded(shared_place: Place) -> Place:
    asyncio.run(store(shared_place, snapshot()))
    return shared_place


@pytest.fixture
async def desk(loaded: Place) -> AsyncIterator[Desk]:
    made = Desk(loaded)
    yield made
    await made.close()


async def test_a_portfolio_is_made_listed_renamed_and_removed(desk: Desk) -> None:
    made = await desk.ask("POST", "", json={"name": "Main", "description": "Long run"})
    shown = Envelope[PortfolioShown].model_validate_json(made.content).data
    name = shown.id

    listed = await desk.ask("GET", "")
    renamed = await desk.data("PATCH", f"/{name}", json={"name": "Other"})
    removed = await desk.ask("DELETE", f"/{name}")

    assert (made.status_code, made.headers["etag"], made.headers["cache-control"]) == (201, '"r1"', "no-store")
    assert ([each["id"] for each in listed.json()["data"]], listed.json()["meta"]["total"]) == ([name], 1)
    assert (renamed["name"], renamed["description"], renamed["revision"]) == ("Other", "Long run", 2)
    assert removed.status_code == 204
    assert (await desk.ask("GET", f"/{name}")).status_code == 404
    assert not desk.documents.of("portfolios")


async def test_every_digit_of_a_transaction_comes_back(desk: Desk) -> None:
    name = await desk.new()
    body = {
        "at": "2025-01-01T10:30:00.123456Z",
        "kind": "buy",
        "token_id": "ethereum",
        "quantity": "123456789012345678.123456789012345678",
        "price": "0.000000000000000001",
        "quote": "bitcoin",
        "usd_rate": "99999.999999999999999999",
        "settlement": "outside",
        "fee": "0.000000000000000001",
        "fee_currency": "ripple",
        "fee_usd_rate": "0.3",
        "external_id": "x-1",
        "note": "größer",
    }

    answer = await desk.ask("POST", f"/{name}/transactions", json=body)
    shown = Envelope[TransactionShown].model_validate_json(answer.content).data.model_dump(mode="json")
    again = await desk.data("GET", f"/{name}/transactions/t0")

    assert {key: again[key] for key in body} == body
    assert again == {**shown, "at": body["at"]}
    assert again["amount"] == "0.123456789012345678123456789012345678"
    assert set(again) == set(TransactionShown.model_fields)


async def test_transactions_are_listed_changed_and_removed(desk: Desk) -> None:
    name = await desk.new()
    for day in range(1, 6):
        await desk.add(name, f"2025-01-0{day}", quantity=str(day))

    page = (await desk.ask("GET", f"/{name}/transactions?limit=2")).json()
    following = (await desk.ask("GET", f"/{name}/transactions?limit=9&cursor={page['meta']['cursor']}")).json()
    within = await desk.data("GET", f"/{name}/transactions?from=2025-01-02&to=2025-01-04&kind=buy&token_id=bitcoin")
    changed = await desk.data("PUT", f"/{name}/transactions/t1", json=BUY | {"quantity": "0.25"})
    removed = await desk.ask("DELETE", f"/{name}/transactions/t0")

    assert ([each["id"] for each in page["data"]], page["meta"]["total"]) == (["t4", "t3"], 5)
    assert [each["id"] for each in following["data"]] == ["t2", "t1", "t0"]
    assert "cursor" not in following["meta"]
    assert [each["id"] for each in within] == ["t2", "t1"]
    assert (changed["id"], changed["quantity"], removed.status_code) == ("t1", "0.25", 204)
    assert (await desk.data("GET", f"/{name}"))["transactions"] == 4
    assert (await desk.ask("GET", f"/{name}/transactions/t0")).json()["code"] == "transaction_not_found"


async def test_prices_that_are_not_told_are_the_markets(desk: Desk, loaded: Place) -> None:
    name = await desk.new()

    income = await desk.add(name, "2026-03-01T11:00:00Z", kind="income", price=None)
    unknown = await desk.ask("POST", f"/{name}/transactions", json=BUY | {"kind": "income", "price": "1"})
    long_ago = dict(BUY, kind="income")
    del long_ago["price"]
    refused = await desk.ask("POST", f"/{name}/transactions", json=long_ago)

    assert (income["price"], income["filled"]) == ("3578.2828968419490075", ["price"])
    assert unknown.json()["data"]["filled"] == []
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "price"]
    assert "no price of bitcoin is known within 12 hours" in refused.json()["detail"][0]["msg"]


async def test_selling_too_much_is_refused_and_says_when_and_how_much(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name)
    await desk.add(name, "2025-01-03", kind="sell", quantity="0.6")

    more = await desk.ask(
        "POST", f"/{name}/transactions", json=BUY | {"kind": "sell", "at": "2025-01-02", "quantity": "0.5"}
    )
    without = await desk.ask("DELETE", f"/{name}/transactions/t0")
    smaller = await desk.ask("PUT", f"/{name}/transactions/t0", json=BUY | {"quantity": "0.5"})

    messages = [each.json()["detail"][0]["msg"] for each in (more, without, smaller)]
    assert messages == [
        "short of 0.1 bitcoin at 2025-01-03T00:00:00Z (sell)",
        "short of 0.6 bitcoin at 2025-01-03T00:00:00Z (sell)",
        "short of 0.1 bitcoin at 2025-01-03T00:00:00Z (sell)",
    ]
    assert {each.status_code for each in (more, without, smaller)} == {422}
    assert (await desk.data("GET", f"/{name}"))["transactions"] == 2


async def test_a_change_of_what_was_changed_since_is_refused(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name)

    old = {"headers": {"If-Match": '"r1"'}}
    late = [
        await desk.ask("PATCH", f"/{name}", json={"name": "x"}, **old),
        await desk.ask("PUT", f"/{name}/transactions/t0", json=BUY, **old),
        await desk.ask("DELETE", f"/{name}/transactions/t0", **old),
        await desk.ask("DELETE", f"/{name}", **old),
    ]
    now = await desk.ask("DELETE", f"/{name}", headers={"If-Match": '"r2"'})

    assert [(each.status_code, each.json()["code"]) for each in late] == [(409, "changed")] * 4
    assert now.status_code == 204


async def test_a_post_that_is_sent_again_adds_nothing(desk: Desk) -> None:
    key = {"headers": {"Idempotency-Key": "k-1"}}
    made = [await desk.ask("POST", "", json={"name": "Main"}, **key) for _ in range(2)]
    name = made[0].json()["data"]["id"]
    key = {"headers": {"Idempotency-Key": "k-2"}}

    added = [await desk.ask("POST", f"/{name}/transactions", json=BUY, **key) for _ in range(2)]
    other = await desk.ask("POST", f"/{name}/transactions", json=BUY | {"quantity": "2"}, **key)

    assert made[1].json()["data"]["id"] == name
    assert [each.headers.get("idempotency-replayed") for each in added] == [None, "true"]
    assert added[0].json()["data"] == added[1].json()["data"]
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert (await desk.data("GET", f"/{name}"))["transactions"] == 1


async def test_an_external_id_is_taken_once(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, external_id="x")

    again = await desk.ask("POST", f"/{name}/transactions", json=BUY | {"external_id": "x"})
    itself = await desk.ask("PUT", f"/{name}/transactions/t0", json=BUY | {"external_id": "x"})

    assert (again.status_code, again.json()["code"], itself.status_code) == (409, "duplicate_transaction", 200)


async def test_there_is_a_limit_that_is_named(desk: Desk) -> None:
    for _ in range(20):
        await desk.new()

    answer = await desk.ask("POST", "", json={"name": "One more"})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_portfolios")
    assert "20" in answer.json()["detail"]


EVERY = [
    ("GET", "", None),
    ("PATCH", "", {"name": "Mine"}),
    ("DELETE", "", None),
    ("GET", "/transactions", None),
    ("GET", "/transactions?format=csv", None),
    ("GET", "/transactions?format=ndjson", None),
    ("POST", "/transactions", BUY),
    ("GET", "/transactions/t0", None),
    ("PUT", "/transactions/t0", BUY),
    ("DELETE", "/transactions/t0", None),
    ("POST", "/imports", {"text": A_FILE}),
    ("GET", "/valuation", None),
    ("GET", "/performance", None),
    ("GET", "/risk", None),
]


@pytest.mark.parametrize(("method", "path", "body"), EVERY)
async def test_somebody_elses_portfolio_is_not_found(desk: Desk, method: str, path: str, body: Any) -> None:
    name = await desk.new()
    await desk.add(name)
    before = dict(desk.documents.documents)

    answer = await desk.ask(method, f"/{name}{path}", who=BOB, json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "portfolio_not_found")
    assert desk.documents.documents == before
    assert (await desk.ask("GET", "", who=BOB)).json()["data"] == []


@pytest.mark.parametrize(("method", "path", "body"), [*EVERY, ("POST", None, {"name": "x"}), ("GET", None, None)])
async def test_nobody_and_forgers_are_turned_away(desk: Desk, method: str, path: str | None, body: Any) -> None:
    target = "" if path is None else f"/0123456789abcdef{path}"

    nobody = await desk.ask(method, target, who={}, json=body)
    forger = await desk.ask(method, target, who={"Authorization": "Bearer nonsense"}, json=body)
    key = await desk.ask(method, target, who={"X-Api-Key": "key-of-ann"}, json=body)

    assert [each.status_code for each in (nobody, forger, key)] == [401, 401, 403]
    assert "www-authenticate" in nobody.headers


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"at": "never"},
        {"at": "2199-01-01"},
        {"at": 5},
        {"kind": "steal"},
        {"token_id": "Bit Coin"},
        {"token_id": "no-such-token"},
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": 1},
        {"quantity": "1e3"},
        {"quantity": "1.0000000000000000000000000000001"},
        {"price": "NaN"},
        {"price": None},
        {"quote": "bitcoin"},
        {"usd_rate": "1"},
        {"fee_usd_rate": "1"},
        {"kind": "transfer_in", "quote": "ethereum"},
        {"kind": "fee"},
        {"kind": "income", "fee": "1"},
        {"note": "a\nb"},
        {"note": "x" * 201},
        {"unknown": "field"},
    ],
)
async def test_a_bad_transaction_is_refused(desk: Desk, body: Any) -> None:
    name = await desk.new()

    answer = await desk.ask(
        "POST", f"/{name}/transactions", json=BUY | body if isinstance(body, dict) and body else body
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"][0]["loc"][0] == "body"
    assert (await desk.data("GET", f"/{name}"))["transactions"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nonsense", 422),
        ("GET", "/0123456789abcdef", 404),
        ("GET", "/0123456789abcdef/transactions/7", 404),
        ("GET", "/0123456789abcdef/transactions/T*", 422),
        ("GET", "/0123456789abcdef/transactions?limit=1001", 422),
        ("GET", "/0123456789abcdef/transactions?cursor=zzz&format=csv", 422),
        ("GET", "/0123456789abcdef/transactions?unknown=1", 422),
        ("GET", "/0123456789abcdef/performance?from=5&to=4", 422),
        ("GET", "/0123456789abcdef/risk?days=29", 422),
        ("PUT", "", 405),
        ("POST", "/0123456789abcdef/imports?layout=excel", 422),
        ("POST", "/0123456789abcdef/imports?symbols=BTC", 422),
        ("POST", "/0123456789abcdef/imports?settlement=moon", 422),
    ],
)
async def test_bad_requests_are_answered_as_documented(desk: Desk, method: str, path: str, status: int) -> None:
    more: dict[str, Any] = {"content": A_FILE, "headers": CSV} if "imports" in path else {}

    answer = await desk.ask(method, path, **more)

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("below", [None, "/transactions", "/imports"])
async def test_a_body_of_another_kind_or_size_is_refused(desk: Desk, below: str | None) -> None:
    path = "" if below is None else f"/{await desk.new()}{below}"
    kind = await desk.ask("POST", path, content="x", headers={"content-type": "text/plain"})
    broken = await desk.ask("POST", path, content="{", headers={"content-type": "application/json"})
    large = await desk.ask("POST", path, content="x" * (1024 * 1024 + 1), headers={"content-type": "application/json"})

    assert (kind.status_code, large.status_code) == (415, 413)
    assert broken.status_code in (400, 422)


async def test_a_file_is_imported_and_exported_without_a_lost_digit(desk: Desk) -> None:
    name, other = await desk.new(), await desk.new()
    await desk.add(name, quantity="0.123456789012345678", note='say "hi", twice')
    await desk.add(name, "2025-01-02", kind="sell", quantity="0.1", fee="0.01", fee_currency="bitcoin")

    exported = await desk.ask("GET", f"/{name}/transactions?format=csv")
    report = await desk.data("POST", f"/{other}/imports", content=exported.content, headers=CSV)
    again = await desk.data("POST", f"/{other}/imports", json={"text": exported.text})
    copy = await desk.ask("GET", f"/{other}/transactions?format=csv")
    lines = await desk.ask("GET", f"/{other}/transactions?format=ndjson")

    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert (report["added"], again["added"], again["duplicates"]) == (2, 0, 2)
    assert copy.text == exported.text
    assert [each["id"] for each in (json.loads(line) for line in lines.text.splitlines())] == ["t0", "t1"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"\xff\xfe", "text/csv", 422),
        (b"", "text/csv", 422),
        (b"a,b\n", "text/csv", 422),
        (b"[]", "application/json", 422),
        (b'{"text":""}', "application/json", 422),
        (b'{"text":"x","more":1}', "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
    ],
)
async def test_what_is_no_file_is_refused(desk: Desk, content: bytes, kind: str, status: int) -> None:
    name = await desk.new()

    answer = await desk.ask("POST", f"/{name}/imports", content=content, headers={"content-type": kind})

    assert answer.status_code == status, answer.text


async def test_without_documents_nothing_can_be_answered_for_now(desk: Desk) -> None:
    desk.documents.away = True

    answers = [await desk.ask("GET", ""), await desk.ask("POST", "", json={"name": "x"})]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(503, "documents_unavailable")] * 2


async def test_a_change_that_others_always_come_before_is_given_up(desk: Desk) -> None:
    name = await desk.new()
    commit = desk.documents.commit

    async def beaten(writes: Any) -> bool:
        return False

    desk.documents.commit = beaten  # type: ignore[method-assign]
    answers = [
        await desk.ask("POST", f"/{name}/transactions", json=BUY),
        await desk.ask("PATCH", f"/{name}", json={"name": "x"}),
        await desk.ask("POST", f"/{name}/imports", content=A_FILE, headers=CSV),
        await desk.ask("DELETE", f"/{name}"),
    ]
    desk.documents.commit = commit  # type: ignore[method-assign]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "portfolio_busy")] * 4


async def test_only_reads_believe_a_token_that_was_seen_before(desk: Desk) -> None:
    await desk.new()
    changing = list(desk.callers.strictly)
    await desk.ask("GET", "")

    # The front looks a caller up as well, to count the request.
    assert True in changing
    assert True not in desk.callers.strictly[len(changing) :]
