"""The trading function over PostgreSQL, documents and a sandbox's order books: what callers get, and what they are refused."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from functions.trading.main import build
from functions.trading.wiring import wired
from sandbox.serving import Served, serve
from shared.cache.documents import Document
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.depth.planning import DepthPlanner
from shared.domain.trading.keeping import MOST_ACCOUNTS, TradingDocuments
from shared.domain.trading.models import (
    AccountShown,
    EquityPoint,
    FillShown,
    OrderShown,
    PositionShown,
    ValuedAccount,
)
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from tests.callers import ANN, BOB, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.identities import identities, now
from tests.snapshots import BITCOIN, DUST, ETHEREUM, snapshot
from tests.unit.sandbox.calls import Caller

from .ondemand import Asked, environment_over
from .quoting import store

ACCOUNTS = "/api/v1/trading/accounts"
DUST_WITH_VOLUME = (*DUST[:3], "0.00000123", DUST[4])
NEW = {"name": "Main", "starting_cash_usd": "100000"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture(scope="module")
def filled(sandbox: Served, shared_place: Place) -> Place:
    """Bitcoin is traded at an exchange of the sandbox, ethereum and dust at none."""
    truth = {row["id"]: str(row["price"]) for row in Caller(sandbox.port).call("GET", "/admin/truth").json()["tokens"]}
    rows = [
        (*BITCOIN[:3], truth["bitcoin"], BITCOIN[4]),
        ETHEREUM,
        DUST_WITH_VOLUME,
        ("tether", "USDT", "Tether", truth["tether"], "100000000000"),
    ]

    async def fill() -> None:
        await store(shared_place, snapshot(rows, data_source="sandbox"))
        database = Database(shared_place.writer, read_only=False)
        await DepthPlanner(database).learn([("binance", "BTCUSDT", "bitcoin")], at=NOON)
        await database.close()

    asyncio.run(fill())
    return shared_place


class Trading(Asked):
    """The function, as Ann sees it unless somebody else is named."""

    def __init__(self, environment: Mapping[str, str], documents: Path, clock: SteppingClock) -> None:
        self.callers = KnownCallers()
        self.documents = EmbeddedDocuments(documents, clock=clock)

        def build(settings: Settings, clock: Clock) -> Wiring:
            return wired(settings, self.documents, self.callers, clock)

        super().__init__(build, {**environment, "PRIVATE_PATHS": "/api/v1/trading"}, clock)

    async def call(
        self, method: str, path: str = "", body: Any = None, *, who: Mapping[str, str] = ANN, key: str | None = None
    ) -> httpx2.Response:
        return await self.client.request(
            method, ACCOUNTS + path, json=body, headers={**who, **({"idempotency-key": key} if key else {})}
        )

    async def data(self, method: str, path: str = "", body: Any = None, key: str | None = None) -> Any:
        answer = await self.call(method, path, body, key=key)
        assert answer.status_code in (200, 201), answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()["data"]

    async def opened(self, **more: Any) -> str:
        return str((await self.data("POST", "", NEW | more))["id"])

    async def refusal(self, method: str, path: str = "", body: Any = None, key: str | None = None) -> tuple[int, str]:
        answer = await self.call(method, path, body, key=key)
        return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def trading(sandbox: Served, filled: Place, tmp_path: Path) -> AsyncIterator[Trading]:
    file = tmp_path / "documents.db"
    asked = Trading(environment_over(sandbox.url, str(file), filled), file, SteppingClock(NOON))
    yield asked
    Caller(sandbox.port).call("DELETE", "/admin/faults")
    await asked.close()


def order(kind: str = "market", side: str = "buy", token_id: str = "bitcoin", **more: str) -> dict[str, str]:
    amount = {} if "amount_usd" in more else {"quantity": "0.1"}
    return {"token_id": token_id, "side": side, "type": kind, **amount, **more}


async def test_an_account_begins_with_its_cash_and_the_models_it_was_given(trading: Trading) -> None:
    answer = await trading.call(
        "POST",
        "",
        NEW
        | {
            "starting_cash_usd": "1234.56789012",
            "fee_model": {"maker_bps": "2.5", "taker_bps": "7"},
            "slippage_model": {"kind": "fixed", "bps": "25"},
            "risk_limits": {"max_position_share": "0.5", "max_open_orders": 3},
        },
    )

    account = Envelope[AccountShown].model_validate_json(answer.content).data
    assert answer.status_code == 201
    assert (account.starting_cash_usd, account.cash_usd, account.currency) == ("1234.56789012", "1234.56789012", "USD")
    assert account.fee_model.model_dump() == {"maker_bps": "2.5", "taker_bps": "7"}
    assert account.slippage_model.model_dump() == {"kind": "fixed", "bps": "25"}
    assert account.risk_limits.model_dump() == {
        "max_order_notional_usd": None,
        "max_position_share": "0.5",
        "daily_loss_limit_usd": None,
        "max_open_orders": 3,
    }


async def test_accounts_are_listed_oldest_first_and_told_one_by_one_with_their_worth(trading: Trading) -> None:
    first = await trading.opened(name="First")
    trading.clock.advance(1)
    await trading.opened(name="Second")

    listed = Envelope[list[AccountShown]].model_validate_json((await trading.call("GET")).content)
    one = Envelope[ValuedAccount].model_validate_json((await trading.call("GET", f"/{first}")).content)

    assert ([each.name for each in listed.data], listed.meta.total) == (["First", "Second"], 2)
    assert (one.data.equity_usd, one.data.return_pct, one.meta.as_of) == ("100000", "0", None)


async def test_a_market_order_walks_the_book_that_an_exchange_shows_at_that_moment(trading: Trading) -> None:
    account_id = await trading.opened()

    placed = OrderShown.model_validate(await trading.data("POST", f"/{account_id}/orders", order()))
    fills = await trading.call("GET", f"/{account_id}/fills")

    (fill,) = Envelope[list[FillShown]].model_validate_json(fills.content).data
    assert (placed.status, placed.filled_quantity, placed.average_price_usd) == ("filled", "0.1", fill.price_usd)
    assert (fill.price_source, fill.providers, fill.market, fill.slippage_model) == (
        "book",
        ["binance"],
        "BTCUSDT",
        "walk",
    )
    assert int(fill.slippage_parameters["levels_taken"]) >= 1
    assert Decimal(fill.fee_usd) == (Decimal(fill.notional_usd) / 1000).quantize(Decimal("1e-8"), "ROUND_CEILING")
    assert 0 <= fill.price_age_s < 10


async def test_the_exchange_away_the_last_price_is_worsened_and_says_so(trading: Trading, sandbox: Served) -> None:
    Caller(sandbox.port).call("PUT", "/admin/faults/binance", {"fault": "server_error"})
    account_id = await trading.opened()

    await trading.data("POST", f"/{account_id}/orders", order())

    (fill,) = await trading.data("GET", f"/{account_id}/fills")
    parameters = fill["slippage_parameters"]
    assert (fill["price_source"], fill["slippage_model"], fill["price_age_s"]) == ("last_price", "square_root", 10)
    assert Decimal(fill["price_usd"]) == Decimal(parameters["price_usd"]) * (1 + Decimal(parameters["bps"]) / 10_000)
    assert fill["providers"] != []


async def test_positions_and_equity_are_told_at_the_last_prices(trading: Trading) -> None:
    account_id = await trading.opened(slippage_model={"kind": "fixed", "bps": "0"})
    await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum", quantity="2"))

    positions = Envelope[list[PositionShown]].model_validate_json(
        (await trading.call("GET", f"/{account_id}/positions")).content
    )
    one = ValuedAccount.model_validate(await trading.data("GET", f"/{account_id}"))
    points = Envelope[list[EquityPoint]].model_validate_json(
        (await trading.call("GET", f"/{account_id}/equity")).content
    )

    (coins,) = positions.data
    assert (coins.token_id, coins.quantity, coins.cost_usd, coins.value_usd) == ("ethereum", "2", "263.0628", "262.8")
    assert (coins.average_cost_usd, coins.unrealised_usd, coins.price_stale) == ("131.5314", "-0.2628", False)
    assert positions.meta.as_of == NOON - timedelta(seconds=10)
    assert (one.equity_usd, one.coins_usd, one.cash_usd) == ("99999.7372", "262.8", "99736.9372")
    assert [(each.at, each.equity_usd) for each in points.data] == [(NOON, "100000")]
    assert points.meta.model_dump()["equity_usd"] == "99999.7372"


async def test_an_amount_is_spent_on_as_many_coins_as_it_pays_for(trading: Trading) -> None:
    account_id = await trading.opened()

    placed = await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum", amount_usd="1000"))

    spent = Decimal(placed["notional_usd"]) + Decimal(placed["fee_usd"])
    assert (placed["status"], placed["quantity"]) == ("filled", None)
    assert Decimal("999.99999") < spent <= 1000


async def test_resting_orders_hold_cash_and_coins_and_cancelling_returns_them_exactly(trading: Trading) -> None:
    account_id = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum", quantity="3"))
    before = await trading.data("GET", f"/{account_id}")

    buy = await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="0.333333333333"))
    sale = await trading.data("POST", f"/{account_id}/orders", order("stop", "sell", "ethereum", stop_price="1"))
    held = await trading.data("GET", f"/{account_id}")
    (coins,) = await trading.data("GET", f"/{account_id}/positions")
    listed = await trading.call("GET", f"/{account_id}/orders?status=open")
    for each in (buy, sale):
        cancelled = await trading.data("DELETE", f"/{account_id}/orders/{each['id']}")
        assert (cancelled["status"], cancelled["reserved_usd"], cancelled["expires_at"]) == ("cancelled", "0", None)
    after = await trading.data("GET", f"/{account_id}")

    assert (buy["status"], buy["reserved_usd"], sale["reserved_quantity"]) == ("open", "0.03336668", "0.1")
    assert (held["reserved_usd"], held["open_orders"], coins["reserved"]) == ("0.03336668", 2, "0.1")
    assert [each["id"] for each in listed.json()["data"]] == ["o3", "o2"]
    assert listed.json()["meta"]["total"] == 2
    assert (after["cash_usd"], after["reserved_usd"]) == (before["cash_usd"], "0")


async def test_a_limit_beyond_the_book_is_filled_at_once_and_an_immediate_one_never_rests(trading: Trading) -> None:
    account_id = await trading.opened(starting_cash_usd="900000000000")

    high = await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="10000000"))
    low = await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="1", time_in_force="ioc"))

    assert (high["status"], low["status"], low["reason"]) == ("filled", "expired", "not_within_limit")


async def test_pages_of_orders_follow_each_other(trading: Trading) -> None:
    account_id = await trading.opened()
    for _ in range(5):
        await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="1"))

    seen: list[str] = []
    address = f"/{account_id}/orders?limit=2"
    for _ in range(3):
        answer = (await trading.call("GET", address)).json()
        seen += [each["id"] for each in answer["data"]]
        assert answer["meta"]["total"] == 5
        address = f"/{account_id}/orders{answer['meta'].get('next', '')}"

    assert seen == ["o5", "o4", "o3", "o2", "o1"]


async def test_one_key_is_answered_as_the_first_time(trading: Trading) -> None:
    first = await trading.call("POST", "", NEW, key="once")
    again = await trading.call("POST", "", NEW, key="once")
    account_id = first.json()["data"]["id"]
    placed = await trading.call("POST", f"/{account_id}/orders", order(), key="order-1")
    replayed = await trading.call("POST", f"/{account_id}/orders", order(), key="order-1")

    assert again.json()["data"] == first.json()["data"]
    assert (again.headers["idempotency-replayed"], "idempotency-replayed" in first.headers) == ("true", False)
    assert replayed.json()["data"] == placed.json()["data"]
    assert replayed.status_code == 201
    assert (await trading.data("GET", f"/{account_id}"))["orders"] == 1
    assert len(await trading.data("GET")) == 1


async def test_a_closed_account_is_gone_with_everything(trading: Trading) -> None:
    account_id = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order())
    await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="1"))

    closed = await trading.call("DELETE", f"/{account_id}")

    assert (closed.status_code, closed.content) == (204, b"")
    for path in ("", "/orders", "/orders/o1", "/positions", "/fills", "/equity"):
        assert await trading.refusal("GET", f"/{account_id}{path}") == (404, "account_not_found")
    assert await trading.data("GET") == []
    assert await trading.documents.list("trading_fills") == []


PRIVATE = [
    ("GET", "", None),
    ("DELETE", "", None),
    ("GET", "/positions", None),
    ("GET", "/fills", None),
    ("GET", "/equity", None),
    ("GET", "/orders", None),
    ("POST", "/orders", order()),
    ("GET", "/orders/o1", None),
    ("DELETE", "/orders/o1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PRIVATE)
async def test_somebody_elses_account_is_not_found_and_not_changed(
    trading: Trading, method: str, path: str, body: Any
) -> None:
    account_id = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order("limit", limit_price="1"))
    before = await everything(trading)

    answer = await trading.call(method, f"/{account_id}{path}", body, who=BOB)

    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
    assert await everything(trading) == before


@pytest.mark.parametrize(("method", "path", "body"), [*PRIVATE, ("POST", None, NEW), ("GET", None, None)])
async def test_nobody_without_a_token_and_no_key_gets_in(
    trading: Trading, method: str, path: str | None, body: Any
) -> None:
    address = "" if path is None else f"/{'0' * 16}{path}"

    unknown = await trading.call(method, address, body, who={})
    forged = await trading.call(method, address, body, who={"Authorization": "Bearer forged"})
    keyed = await trading.call(method, address, body, who={"X-Api-Key": "key-of-ann"})

    assert [each.status_code for each in (unknown, forged, keyed)] == [401, 401, 403]
    assert unknown.headers["www-authenticate"] == "Bearer"


async def test_who_changes_something_is_asked_about_strictly(trading: Trading) -> None:
    await trading.opened()
    changing = list(trading.callers.strictly)
    trading.callers.strictly.clear()
    await trading.data("GET")

    assert (True in changing, True in trading.callers.strictly) == (True, False)


async def everything(trading: Trading) -> list[Document]:
    names = ("trading_accounts", "trading_orders", "trading_open_orders", "trading_fills", "idempotency")
    return [each for name in names for each in await trading.documents.list(name)]


@pytest.mark.parametrize(
    ("limits", "wanted", "code"),
    [
        ({}, order(quantity="1000000"), "insufficient_cash"),
        ({}, order("limit", quantity="1000000", limit_price="1"), "insufficient_cash"),
        ({}, order("stop", quantity="1000000", stop_price="999999"), "insufficient_cash"),
        ({}, order(side="sell"), "insufficient_coins"),
        ({"max_order_notional_usd": "1"}, order(), "max_order_notional"),
        ({"max_position_share": "0.0001"}, order(token_id="ethereum", quantity="1"), "max_position_share"),
        ({"max_open_orders": 0}, order("limit", limit_price="1"), "max_open_orders"),
    ],
)
async def test_what_contradicts_the_account_is_refused_and_changes_nothing(
    trading: Trading, limits: Any, wanted: Any, code: str
) -> None:
    account_id = await trading.opened(risk_limits=limits)
    before = await everything(trading)

    refused = await trading.refusal("POST", f"/{account_id}/orders", wanted, key="k")

    assert refused == (409, code)
    assert await everything(trading) == before


async def test_after_the_loss_of_a_day_nothing_is_bought_until_midnight(trading: Trading) -> None:
    account_id = await trading.opened(risk_limits={"daily_loss_limit_usd": "1"}, fee_model={"taker_bps": "500"})
    await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum", quantity="1"))

    buy = await trading.refusal("POST", f"/{account_id}/orders", order(token_id="ethereum", quantity="1"))
    sale = await trading.data("POST", f"/{account_id}/orders", order("market", "sell", "ethereum", quantity="1"))
    kept = TradingDocuments(trading.documents)
    one = (await kept.account("ann", account_id)).account
    await kept.value(one, NOON.date() + timedelta(days=1), Decimal("99000"), NOON)
    next_day = await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum", quantity="0.01"))

    assert buy == (409, "daily_loss_limit")
    assert (sale["status"], next_day["status"]) == ("filled", "filled")


async def test_a_price_older_than_its_promise_is_refused_and_what_can_wait_waits(trading: Trading) -> None:
    account_id = await trading.opened()
    trading.clock.advance(timedelta(minutes=4))
    wanted = order(token_id="ethereum")

    answer = await trading.call("POST", f"/{account_id}/orders", wanted)
    immediate = order("limit", token_id="ethereum", limit_price="500", time_in_force="ioc")
    waiting = order("limit", token_id="ethereum", limit_price="500")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "price_stale", "60")
    assert await trading.refusal("POST", f"/{account_id}/orders", immediate) == (503, "price_stale")
    assert (await trading.data("POST", f"/{account_id}/orders", waiting))["status"] == "open"


async def test_stale_prices_are_told_as_such(trading: Trading) -> None:
    account_id = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order(token_id="ethereum"))
    trading.clock.advance(timedelta(minutes=4))

    positions = (await trading.call("GET", f"/{account_id}/positions")).json()

    assert (positions["data"][0]["price_stale"], positions["meta"]["stale"]) == (True, True)


async def test_an_ended_order_cannot_be_cancelled_and_an_unknown_one_not_be_found(trading: Trading) -> None:
    account_id = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order())

    assert await trading.refusal("DELETE", f"/{account_id}/orders/o1") == (409, "order_ended")
    assert await trading.refusal("DELETE", f"/{account_id}/orders/o2") == (404, "order_not_found")
    for name in ("o2", "2", "o0", "o01", "ox", "o1000000000000000"):
        assert await trading.refusal("GET", f"/{account_id}/orders/{name}") == (404, "order_not_found")


async def test_a_key_used_for_something_else_is_refused(trading: Trading) -> None:
    account_id = await trading.opened()
    other = await trading.opened()
    await trading.data("POST", f"/{account_id}/orders", order(), key="k")

    assert await trading.refusal("POST", f"/{account_id}/orders", order(quantity="0.2"), key="k") == (
        409,
        "idempotency_key_reused",
    )
    assert await trading.refusal("POST", f"/{other}/orders", order(), key="k") == (409, "idempotency_key_reused")


async def test_one_account_too_many_is_refused(trading: Trading) -> None:
    for _ in range(MOST_ACCOUNTS):
        await trading.opened()

    assert await trading.refusal("POST", "", NEW) == (409, "too_many_accounts")


async def test_an_unknown_token_is_not_found(trading: Trading) -> None:
    account_id = await trading.opened()

    assert await trading.refusal("POST", f"/{account_id}/orders", order(token_id="nothing")) == (404, "token_not_found")


@pytest.mark.parametrize(
    "body",
    [
        order(quantity="0"),
        order(quantity="0.000000001"),
        order(quantity="1e3"),
        order(quantity="-1"),
        order(quantity="NaN"),
        order(quantity="1\n"),
        order(quantity="١"),
        {**order(), "quantity": 1},
        {**order(), "quantity": 0.1},
        {**order(), "amount_usd": "5"},
        {**order(), "limit_price": "5"},
        {**order(), "leverage": "10"},
        {**order("limit", limit_price="5"), "time_in_force": None},
        order("limit"),
        order("stop"),
        order("stop_limit", stop_price="5"),
        order("limit", limit_price="0"),
        order(side="short"),
        order(kind="iceberg"),
        order(token_id="BITCOIN"),
        order(side="sell", amount_usd="5"),
        {},
        [],
        None,
        "text",
    ],
)
async def test_a_body_that_is_no_order_is_refused(trading: Trading, body: Any) -> None:
    answer = await trading.call("POST", f"/{'0' * 16}/orders", body)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize(
    "body",
    [
        NEW | {"starting_cash_usd": "0"},
        NEW | {"starting_cash_usd": "1000000000000"},
        NEW | {"starting_cash_usd": 5},
        NEW | {"currency": "EUR"},
        NEW | {"name": ""},
        NEW | {"name": "a\u0000b"},
        NEW | {"risk_limits": {"max_position_share": "1.1"}},
        NEW | {"risk_limits": {"max_open_orders": 201}},
        NEW | {"fee_model": {"maker_bps": "1000"}},
        {"name": "Main"},
    ],
)
async def test_a_body_that_is_no_account_is_refused(trading: Trading, body: Any) -> None:
    assert (await trading.call("POST", "", body)).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["?limit=0", "?limit=501", "?cursor=x", "?cursor=../x", "?status=done", "?status=open&cursor=1", "?unknown=1"],
)
async def test_parameters_out_of_range_are_refused(trading: Trading, path: str) -> None:
    account_id = await trading.opened()

    assert (await trading.call("GET", f"/{account_id}/orders{path}")).status_code == 422


async def test_names_that_are_none_and_keys_that_are_none_are_refused(trading: Trading) -> None:
    account_id = await trading.opened()

    assert (await trading.call("GET", "/not-an-id")).status_code == 422
    assert (await trading.call("GET", f"/{account_id}/orders/o-7")).status_code == 422
    assert (await trading.call("POST", "", NEW, key="two words")).status_code == 422
    assert (await trading.call("POST", "", NEW, key="k" * 256)).status_code == 422


async def test_bodies_that_are_no_json_or_too_large_are_refused(trading: Trading) -> None:
    headers = {**ANN, "content-type": "text/plain"}
    typed = await trading.client.post(ACCOUNTS, content=b"{}", headers=headers)
    broken = await trading.client.post(ACCOUNTS, content=b"{", headers={**ANN, "content-type": "application/json"})
    garbled = await trading.client.post(
        ACCOUNTS, content=b'"\xff"', headers={**ANN, "content-type": "application/json"}
    )
    halved = await trading.client.post(
        ACCOUNTS,
        content=b'{"name": "\\ud800", "starting_cash_usd": "1"}',
        headers={**ANN, "content-type": "application/json"},
    )
    large = await trading.call("POST", "", NEW | {"name": "x" * 1_100_000})

    assert [each.status_code for each in (typed, broken, garbled, halved, large)] == [415, 422, 400, 422, 413]


async def test_wrong_methods_and_preflights_are_answered(trading: Trading) -> None:
    wrong = await trading.call("PUT", "", {})
    preflight = await trading.client.request("OPTIONS", f"{ACCOUNTS}/{'0' * 16}/orders")

    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert preflight.status_code == 204
    assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]


async def test_simultaneous_orders_over_http_never_spend_the_same_cash(trading: Trading) -> None:
    account_id = await trading.opened(starting_cash_usd="400", slippage_model={"kind": "fixed", "bps": "0"})
    wanted = order(token_id="ethereum", quantity="1")

    answers = await asyncio.gather(*(trading.call("POST", f"/{account_id}/orders", wanted) for _ in range(12)))

    told = sorted((each.status_code, each.json().get("code", "")) for each in answers)
    after = await trading.data("GET", f"/{account_id}")
    assert told == [(201, "")] * 3 + [(409, "insufficient_cash")] * 9
    assert after["fills"] == 3
    assert Decimal(after["cash_usd"]) == 400 - Decimal(after["bought_usd"]) - Decimal(after["fees_usd"])


async def test_the_function_as_it_is_deployed_knows_its_callers_by_their_tokens(filled: Place, tmp_path: Path) -> None:
    with identities(tmp_path) as people:
        environment = environment_over("http://127.0.0.1:1", str(tmp_path / "documents.db"), filled)
        deployed = Asked(build, {**environment, "FIREBASE_STAND_IN_URL": people.url}, SteppingClock(now()))

        opened = await deployed.client.post(ACCOUNTS, json=NEW, headers=people.headers("ann"))
        listed = [await deployed.get(ACCOUNTS, people.headers(uid)) for uid in ("ann", "bob")]
        forged = await deployed.get(ACCOUNTS, {"authorization": "Bearer token-of-ann"})
        await deployed.close()

    assert opened.status_code == 201
    assert [len(each.json()["data"]) for each in listed] == [1, 0]
    assert forged.status_code == 401


async def test_postgresql_away_is_a_503(sandbox: Served, tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    away = Trading(environment_over(sandbox.url, str(file)), file, SteppingClock(NOON))
    account_id = await away.opened()

    refused = await away.refusal("POST", f"/{account_id}/orders", order())
    await away.close()

    assert refused == (503, "database_unavailable")


async def test_documents_away_is_a_503(sandbox: Served, filled: Place, tmp_path: Path) -> None:
    # A folder where the file should be cannot be opened.
    away = Trading(environment_over(sandbox.url, str(tmp_path), filled), tmp_path, SteppingClock(NOON))

    told = [
        await away.refusal("GET"),
        await away.refusal("POST", "", NEW),
        await away.refusal("DELETE", f"/{'0' * 16}"),
    ]
    await away.close()

    assert told == [(503, "documents_unavailable")] * 3


async def test_without_any_market_data_an_order_is_answered_with_no_data(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "documents.db"
    empty = Trading(environment_over(sandbox.url, str(file), place), file, SteppingClock(NOON))
    account_id = await empty.opened()

    refused = await empty.refusal("POST", f"/{account_id}/orders", order())
    await empty.close()

    assert refused == (503, "no_data")
