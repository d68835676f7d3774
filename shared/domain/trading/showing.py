"""Accounts, orders, fills and positions as callers see them: numbers are text with every digit."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.records.trading import Account, FeeModel, Fill, Order, RiskLimits, SlippageModel

from .money import STEP, quotient, rounded_ratio, text_of
from .prices import LastPrice
from .risk import equity_of

Shown = dict[str, Any]
CURRENCY = "USD"


def written(shown: Shown | Iterable[Shown]) -> str:
    """Return JSON."""
    return json.dumps(shown if isinstance(shown, dict) else list(shown), separators=(",", ":"), ensure_ascii=False)


def account_shown(account: Account) -> Shown:
    """Return an account as its documents say, without what its coins are worth."""
    names = ("starting_cash_usd", "cash_usd", "reserved_usd", "bought_usd", "sold_usd", "fees_usd", "realised_usd")
    return {
        "id": account.account_id,
        "name": account.name,
        "currency": CURRENCY,
        **{name: text_of(getattr(account, name)) for name in names},
        "positions": len(account.positions),
        "open_orders": account.open_orders,
        "orders": account.orders,
        "fills": account.fills,
        "fee_model": _model(account.fees),
        "slippage_model": _model(account.slippage),
        "risk_limits": _model(account.limits),
        "created_at": iso(account.created_at),
        "updated_at": iso(account.updated_at),
    }


def valued_shown(account: Account, last: Mapping[str, LastPrice]) -> Shown:
    """Return an account with its equity at the last known prices; a token without any counts at what it cost."""
    prices = {token_id: each.price_usd for token_id, each in last.items()}
    equity = equity_of(account, prices)
    coins = equity - account.cash_usd - account.reserved_usd
    unpriced = sorted(set(account.positions) - set(prices))
    more = {
        "equity_usd": text_of(_cents(equity)),
        "coins_usd": text_of(_cents(coins)),
        "return_pct": text_of(_percent(equity - account.starting_cash_usd, account.starting_cash_usd)),
        "unpriced": unpriced,
    }
    return account_shown(account) | more


def position_shown(account: Account, token_id: str, last: LastPrice | None, *, stale: bool) -> Shown:
    """Return the coins of one token and what they are worth."""
    position = account.positions[token_id]
    value = None if last is None else _cents(position.quantity * last.price_usd)
    gain = None if value is None else value - position.cost_usd
    return {
        "token_id": token_id,
        "quantity": text_of(position.quantity),
        "free": text_of(position.free),
        "reserved": text_of(position.reserved),
        "cost_usd": text_of(position.cost_usd),
        "average_cost_usd": text_of(quotient(position.cost_usd, position.quantity)),
        "price_usd": _text(last.price_usd if last else None),
        "priced_at": iso(last.priced_at) if last else None,
        "price_stale": stale,
        "value_usd": _text(value),
        "unrealised_usd": _text(gain),
        "unrealised_pct": _text(None if gain is None or not position.cost_usd else _percent(gain, position.cost_usd)),
    }


def order_shown(order: Order) -> Shown:
    """Return one order."""
    average = quotient(order.exact_cost, order.filled) if order.filled else None
    numbers = ("quantity", "amount_usd", "limit_price", "stop_price")
    return {
        "id": order.order_id,
        "account_id": order.account_id,
        "token_id": order.token_id,
        "side": order.side,
        "type": order.type,
        "time_in_force": order.time_in_force,
        "status": order.status,
        "reason": order.reason,
        **{name: _text(getattr(order, name)) for name in numbers},
        "filled_quantity": text_of(order.filled),
        "average_price_usd": _text(average),
        "notional_usd": text_of(order.notional_usd),
        "fee_usd": text_of(order.fee_usd),
        "reserved_usd": text_of(order.reserved_usd),
        "reserved_quantity": text_of(order.reserved_quantity),
        "created_at": iso(order.created_at),
        "updated_at": iso(order.updated_at),
        "triggered_at": iso(order.triggered_at) if order.triggered_at else None,
        "expires_at": iso(order.rests_until) if order.live else None,
    }


def fill_shown(fill: Fill) -> Shown:
    """Return one fill, with where its price comes from."""
    pricing = fill.pricing
    return {
        "id": fill.fill_id,
        "account_id": fill.account_id,
        "order_id": fill.order_id,
        "token_id": fill.token_id,
        "side": fill.side,
        "liquidity": fill.liquidity,
        "quantity": text_of(fill.quantity),
        "price_usd": text_of(fill.price_usd),
        "notional_usd": text_of(fill.notional_usd),
        "fee_usd": text_of(fill.fee_usd),
        "filled_at": iso(fill.filled_at),
        "price_source": pricing.source,
        "price_age_s": max(0.0, round((fill.filled_at - pricing.priced_at).total_seconds(), 3)),
        "priced_at": iso(pricing.priced_at),
        "providers": list(pricing.providers),
        "market": pricing.market,
        "slippage_model": pricing.model,
        "slippage_parameters": dict(pricing.parameters),
    }


def iso(time: datetime) -> str:
    """Return a time in UTC with milliseconds."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _model(model: FeeModel | SlippageModel | RiskLimits) -> Shown:
    return {name: text_of(each) if isinstance(each, Decimal) else each for name, each in asdict(model).items()}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else text_of(value)


def _cents(value: Decimal) -> Decimal:
    """Return a worth to eight digits behind the point; it is a valuation, not money that moves."""
    return rounded_ratio(value, Decimal(1), STEP)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return rounded_ratio(part * 100, whole, Decimal("0.0001"))
