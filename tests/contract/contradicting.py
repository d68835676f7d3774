"""What contradicts what is there, by function: one scene for each code that no operation answers when it is merely asked oddly."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from functions.alerts import wiring as alerts_wiring
from functions.auth import wiring as auth_wiring
from functions.indices import wiring as indices_wiring
from functions.portfolio import wiring as portfolio_wiring
from functions.trading import wiring as trading_wiring
from shared.auth.callers import callers_of
from shared.cache.documents import DocumentStore, Write
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.domain.alerts.service import MOST_ALERTS
from shared.domain.backtests.allowance import A_DAY
from shared.domain.backtests.ledger import BacktestLedger
from shared.domain.identity.service import MOST_KEYS
from shared.domain.portfolio.keeping import Portfolios
from shared.domain.portfolio.limits import MOST_PORTFOLIOS, MOST_TRANSACTIONS
from shared.domain.trading.keeping import MOST_ACCOUNTS, TradingDocuments
from shared.domain.trading.ledger import MOST_POSITIONS
from shared.http.function import Wiring
from shared.records.trading import Position
from tests.portfolios import transaction
from tests.security.functions import Build
from tests.security.things import THINGS
from tools.tour.itinerary import Stop

from .asking import Function

Who = Mapping[str, str]
_CLOCK = SystemClock()


class Contended(EmbeddedDocuments):
    """Documents of which somebody else was always faster to change one."""

    async def create(self, *args: Any, **more: Any) -> bool:
        return False

    async def replace(self, *args: Any, **more: Any) -> bool:
        return False

    async def commit(self, writes: Sequence[Write]) -> bool:
        return False


_WIRED: Mapping[str, Callable[[Settings, DocumentStore], Wiring]] = {
    "alerts": lambda settings, store: alerts_wiring.wired(settings, store, callers_of(settings, store, _CLOCK), _CLOCK),
    "auth": lambda settings, store: auth_wiring.wire(settings, store, clock=_CLOCK),
    "indices": lambda settings, store: indices_wiring.wired(settings, documents=store),
    "portfolio": lambda settings, store: portfolio_wiring.wired(
        settings, store, callers_of(settings, store, _CLOCK), _CLOCK
    ),
    "trading": lambda settings, store: trading_wiring.wired(
        settings, store, callers_of(settings, store, _CLOCK), _CLOCK
    ),
}


async def contradictions(function: Function) -> None:
    """Play every scene of a function."""
    if function.name in _WIRED:
        await _somebody_is_always_faster(function)
    for scene in _SCENES.get(function.name, ()):
        await scene(function)


async def _somebody_is_always_faster(function: Function) -> None:
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
    async with function.served("furnished", build=_contended(function)) as client:
        await client.ask_all(who, names)


def _contended(function: Function) -> Build:
    def build(settings: Settings) -> Wiring:
        return _WIRED[function.name](settings, Contended(documents_file(function), clock=_CLOCK))

    return build


def documents_file(function: Function) -> str:
    return str(function.folder / "documents.sqlite")


def _stop(function: Function, method: str, end: str) -> Stop:
    """Return the operation of a function whose path ends so."""
    (found,) = {
        (each.method, each.path): each for each in function.stops if each.method == method and each.path.endswith(end)
    }.values()
    return found


async def _one_too_many(function: Function, thing: str, most: int) -> None:
    """Make as many as one may have, and another."""
    made = THINGS[function.name, thing]
    who, stop = function.owner(), _stop(function, "POST", made.path)
    async with function.served("furnished") as client:
        for _ in range(most + 1):
            answer = await client.ask(replace(stop, body=dict(made.body)), {}, who)
    assert answer.status_code == 409


async def _a_key_used_for_two(function: Function) -> None:
    """Send an `Idempotency-Key` again with another body, wherever it is taken."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        for stop in function.stops:
            taken = {each["name"] for each in function.operation_of(stop).get("parameters", ())}
            if "Idempotency-Key" in taken:
                own = {"idempotency-key": f"for-{stop.path}"}
                await client.ask(stop, names, who, headers=own)
                other = {**stop.body, **({"name": "Other"} if "name" in stop.body else {"quantity": "0.2"})}
                await client.ask(replace(stop, body=other), names, who, headers=own)


async def too_many_keys(function: Function) -> None:
    await _one_too_many(function, "key_id", MOST_KEYS)


async def too_many_alerts(function: Function) -> None:
    await _one_too_many(function, "alert_id", MOST_ALERTS)


async def subjects_nobody_knows(function: Function) -> None:
    """Watch a token, a chain and a market of which nothing is known."""
    who = function.owner()
    conditions = (
        {"measure": "price_usd", "subject": "nobody-knows-this"},
        {"measure": "net_exchange_flow_usd", "subject": "nobody-knows-this"},
        {"measure": "gauge"},
    )
    async with function.served("furnished") as client:
        names = await client.made(who)
    async with function.served("empty") as client:
        for stop in (_stop(function, "POST", "/alerts"), _stop(function, "PUT", "{alert_id}")):
            for condition in conditions:
                body = {**stop.body, "condition": {"direction": "above", "threshold": "1", **condition}}
                await client.ask(replace(stop, body=body), names, who)


async def metrics_that_a_chain_has_not(function: Function) -> None:
    """Ask for pending transactions of a chain that has no such thing, and for transfers of one that nobody reads."""
    metric = {"metric": "pending_transactions", "chains": "ethereum,solana"}
    async with function.served("furnished") as client:
        await client.ask(replace(_stop(function, "GET", "/cross-chain"), query=metric), {})
        for end in ("/whale-alerts", "/exchange-flow"):
            await client.ask(_stop(function, "GET", end), {"chain": "bsc"})


async def changed_since_it_was_read(function: Function) -> None:
    """Change, with the `ETag` of another revision, what takes one."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        for stop in function.stops:
            taken = {each["name"] for each in function.operation_of(stop).get("parameters", ())}
            if "If-Match" in taken:
                await client.ask(stop, names, who, headers={"if-match": '"r999"'})


async def too_many_portfolios(function: Function) -> None:
    await _one_too_many(function, "portfolio_id", MOST_PORTFOLIOS)


async def transactions_that_are_there_already(function: Function) -> None:
    """Add a transaction twice, and change another one into it."""
    who, body = function.owner(), {**THINGS["portfolio", "transaction_id"].body, "external_id": "4711"}
    async with function.served("furnished") as client:
        names = await client.made(who)
        add = replace(_stop(function, "POST", "/transactions"), body=body)
        await client.ask(add, names, who)
        await client.ask(add, names, who)
        await client.ask(replace(_stop(function, "PUT", "{transaction_id}"), body=body), names, who)


async def a_full_portfolio(function: Function) -> None:
    """Add to a portfolio that is full."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        documents = EmbeddedDocuments(documents_file(function), clock=_CLOCK)
        portfolios = Portfolios(documents)
        holding = await portfolios.whole(function.last_owner, names["portfolio_id"])
        for _ in range(MOST_TRANSACTIONS - 1):
            holding.add(transaction("income", price=None))
        assert await portfolios.save(holding, datetime.now(UTC))
        await documents.close()
        await client.ask(_stop(function, "POST", "/transactions"), names, who)
        await client.ask(_stop(function, "POST", "/imports"), names, who)


async def tokens_that_are_new_while_nobody_knows_any(function: Function) -> None:
    """Add a token that is not in the portfolio yet, and put it in another one's place, without a database."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
    body = {**THINGS["portfolio", "transaction_id"].body, "token_id": "ethereum"}
    async with function.served(None) as client:
        await client.ask(replace(_stop(function, "POST", "/transactions"), body=body), names, who)
        await client.ask(replace(_stop(function, "PUT", "{transaction_id}"), body=body), names, who)


async def too_many_accounts(function: Function) -> None:
    await _one_too_many(function, "account_id", MOST_ACCOUNTS)


async def orders_against_the_account(function: Function) -> None:
    """Order what the account has not, and what its owner told it to refuse."""
    for limits, order in (
        ({}, {"type": "limit", "quantity": "1000000", "limit_price": "1"}),
        ({}, {"side": "sell"}),
        ({"max_order_notional_usd": "1"}, {}),
        ({"max_position_share": "0.0001"}, {}),
        ({"max_open_orders": 0}, {"type": "limit", "limit_price": "1"}),
    ):
        await _ordered(function, {"risk_limits": limits}, order)
    dear = {"risk_limits": {"daily_loss_limit_usd": "1"}, "fee_model": {"taker_bps": "500"}}
    await _ordered(function, dear, {}, {})


async def too_many_positions(function: Function) -> None:
    """Buy one more token than an account holds."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        documents = EmbeddedDocuments(documents_file(function), clock=_CLOCK)
        kept = TradingDocuments(documents)
        before = await kept.account(function.last_owner, names["account_id"])
        coin = Position(free=Decimal(1), cost_usd=Decimal(1))
        full = replace(before.account, positions={f"token-{number}": coin for number in range(MOST_POSITIONS)})
        assert await kept.change(before, full, [], [])
        await documents.close()
        await client.ask(_market_order(function), names, who)


async def coins_that_nobody_knows_the_price_of(function: Function) -> None:
    """Ask what an account with coins is worth, over an empty database and without one."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        await client.ask(_market_order(function), names, who)
    for place in ("empty", None):
        async with function.served(place) as client:
            for end in ("{account_id}", "/positions", "/equity"):
                await client.ask(_stop(function, "GET", end), names, who)


async def an_order_that_has_ended(function: Function) -> None:
    """Cancel an order that is filled."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        filled = await client.ask(_market_order(function), names, who)
        assert filled.json()["data"]["status"] == "filled", filled.text
        names["order_id"] = filled.json()["data"]["id"]
        await client.ask(_stop(function, "DELETE", "{order_id}"), names, who)


async def prices_too_old_to_trade_at(function: Function) -> None:
    """Order at once what was last priced months ago."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
    async with function.served("old") as client:
        await client.ask(_market_order(function), names, who)


async def too_many_backtests(function: Function) -> None:
    """Ask for more backtests than one may have at a time, then for more than one may have in a day."""
    who, path = function.owner(), THINGS["indices", "backtest_id"].path
    ask, cancel = _stop(function, "POST", path), _stop(function, "DELETE", "{backtest_id}")
    async with function.served("furnished") as client:
        for _ in range(3):
            await client.ask(ask, {}, who)
        who = function.owner()
        for _ in range(A_DAY["free"] + 1):
            made = await client.ask(ask, {}, who)
            if made.status_code == 202:
                await client.ask(cancel, {"backtest_id": made.json()["data"]["id"]}, who)


async def a_backtest_that_has_ended(function: Function) -> None:
    """Call off a backtest that a worker gave up."""
    who = function.owner()
    async with function.served("furnished") as client:
        names = await client.made(who)
        documents = EmbeddedDocuments(documents_file(function), clock=_CLOCK)
        ledger = BacktestLedger(documents, _CLOCK)
        await ledger.change(function.last_owner, names["backtest_id"], lambda one, _: replace(one, state="failed"))
        await documents.close()
        await client.ask(_stop(function, "DELETE", "{backtest_id}"), names, who)


async def a_queue_that_takes_nothing(function: Function) -> None:
    """Ask for a backtest while nobody listens at the queue."""
    async with function.served("furnished", {"CLOUD_TASKS_URL": "http://127.0.0.1:9"}) as client:
        await client.ask(_stop(function, "POST", THINGS["indices", "backtest_id"].path), {}, function.owner())


async def models_that_cannot_be_asked(function: Function) -> None:
    """Ask a model that nobody knows, and one that learned from other formulas."""
    who, wants, predict = function.owner(), _stop(function, "GET", "/predict"), _stop(function, "POST", "/predict")
    async with function.served("furnished") as client:
        for name in ("nobody-knows-this", "of-old"):
            await client.ask(replace(wants, query={"model": name}), {}, who)
            await client.ask(replace(predict, body={**predict.body, "model": name}), {}, who)


def _market_order(function: Function) -> Stop:
    order = {"token_id": "bitcoin", "side": "buy", "type": "market", "quantity": "0.1"}
    return replace(_stop(function, "POST", "/orders"), body=order)


async def _ordered(function: Function, account: Mapping[str, Any], *orders: Mapping[str, Any]) -> None:
    who, path = function.owner(), THINGS["trading", "account_id"].path
    body = {"name": "mine", "starting_cash_usd": "100000", **account}
    async with function.served("furnished") as client:
        made = await client.post(path, who, body)
        names = {"account_id": made.json()["data"]["id"]}
        for order in orders:
            stop = _market_order(function)
            await client.ask(replace(stop, body={**stop.body, **order}), names, who)


Scene = Callable[[Function], Awaitable[None]]
_SCENES: Mapping[str, Sequence[Scene]] = {
    "alerts": (too_many_alerts, subjects_nobody_knows),
    "auth": (too_many_keys,),
    "indices": (too_many_backtests, a_backtest_that_has_ended, a_queue_that_takes_nothing),
    "ml": (models_that_cannot_be_asked,),
    "on_chain": (metrics_that_a_chain_has_not,),
    "portfolio": (
        too_many_portfolios,
        _a_key_used_for_two,
        changed_since_it_was_read,
        transactions_that_are_there_already,
        tokens_that_are_new_while_nobody_knows_any,
        a_full_portfolio,
    ),
    "trading": (
        too_many_accounts,
        _a_key_used_for_two,
        orders_against_the_account,
        too_many_positions,
        coins_that_nobody_knows_the_price_of,
        an_order_that_has_ended,
        prices_too_old_to_trade_at,
    ),
}
