"""Whale Alert: large transfers of many chains at once, with owners it knows and blocks it does not tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Page, Payload
from shared.providers.moments import EARLIEST, SKEW, moment
from shared.providers.numbers import Row, Unreadable
from shared.records.flows import FlowRecord, FlowRequest, Transfer, WatchedToken, numbered

WHALE_ALERT = Descriptor(
    id="whale_alert",
    family="whale_alert",
    kind="flows",
    rank=30,
    default_url="https://api.whale-alert.io",
    url_setting="WHALE_ALERT_URL",
    key_need="at_default_url",
    key_setting="WHALE_ALERT_KEY",
    # Source: https://docs.whale-alert.io/ (free plan: ten calls a minute, from 500,000 dollars)
    limits=(Limit(10, MINUTE_S, "free"),),
    limits_setting="WHALE_ALERT_LIMITS",
)
LEAST_USD = 500_000
PAGE = 100
MOST_PAGES = 3
_NAMES = {"bitcoin cash": "bitcoin-cash"}
_HEXADECIMAL = frozenset({"ethereum", "polygon", "arbitrum"})
"""Chains whose addresses and hashes it writes without 0x."""
CHAINS = frozenset(
    {"bitcoin", "ethereum", "polygon", "tron", "solana", "litecoin", "dogecoin", "bitcoin-cash", "cardano"}
)


@dataclass(frozen=True, slots=True)
class WhaleAlertFlows:
    """The transfers since a moment."""

    base_url: str
    descriptor: Descriptor = WHALE_ALERT

    def serves(self, request: FlowRequest) -> bool:
        """Return whether it tells of all the chains."""
        return CHAINS.issuperset(request.chains)

    def cost(self, request: FlowRequest) -> int:
        """Return one call; more are rare."""
        return 1

    async def fetch(self, http: Http, request: FlowRequest, key: str | None) -> Payload:
        """Ask for the transfers since then, a few pages at most.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.whale-alert.io/ (transactions; `X-WA-API-KEY`)
        """
        headers = {"x-wa-api-key": key} if key else {}
        asked = {"start": str(int(request.since.timestamp())), "min_value": str(LEAST_USD), "limit": str(PAGE)}
        pages: list[Page] = []
        for _ in range(MOST_PAGES):
            call = Call(self.descriptor.id, f"{self.base_url}/v1/transactions", asked, headers, key)
            pages.append(await ask(http, call))
            body = pages[-1].body
            cursor = body.get("cursor") if isinstance(body, dict) else None
            if not isinstance(body, dict) or body.get("count") != PAGE or not isinstance(cursor, str):
                break
            asked = asked | {"cursor": cursor}
        return Payload(tuple(pages))

    def normalise(self, payload: Payload, request: FlowRequest, *, fetched_at: datetime) -> list[FlowRecord]:
        """Reduce the pages to transfers of the chains and coins asked for.

        Coins made, burnt, locked or frozen are no transfers and dropped. Its dollars are not read: ours are made of our own
        quotes. An owner counts when it is an exchange.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        names = _coins(request)
        found: list[Transfer] = []
        for page in payload.pages:
            with refusing(self.descriptor.id, "transactions"):
                body = numbers.mapping(page.body)
                # Without any, the list is missing.
                rows = numbers.rows_of(body.get("transactions") or [])
                if body.get("result") != "success":
                    raise Unreadable("no success")
                found += _transfers(rows, names, request, fetched_at)
        return list(numbered(found))


def _coins(request: FlowRequest) -> dict[tuple[str, str], WatchedToken]:
    coins = {(chain, coin.symbol): coin for chain, coin in request.coins.items() if request.assets != "tokens"}
    tokens = {(chain, token.symbol): token for (chain, _), token in request.tokens.items()}
    both = {**tokens, **coins} if request.assets != "native" else coins
    return {name: token for name, token in both.items() if name[0] in request.chains}


def _transfers(
    rows: list[Row], names: dict[tuple[str, str], WatchedToken], request: FlowRequest, fetched_at: datetime
) -> Iterator[Transfer]:
    for row in rows:
        chain, amount = numbers.text(row, "blockchain").lower(), numbers.amount(row, "amount")
        chain = _NAMES.get(chain, chain)
        token = names.get((chain, numbers.text(row, "symbol").lower()))
        at = moment(row, "timestamp")
        if amount is None or at is None or not EARLIEST <= at <= fetched_at + SKEW:
            raise Unreadable("a transfer without amount or time")
        if token is None or row.get("transaction_type") != "transfer" or not request.matters(token.token_id, amount):
            continue
        yield _transfer(row, chain, token.token_id, amount, at, fetched_at)


def _transfer(row: Row, chain: str, token_id: str, amount: Decimal, at: datetime, fetched_at: datetime) -> Transfer:
    sender, receiver = numbers.mapping(row.get("from")), numbers.mapping(row.get("to"))
    return Transfer(
        chain=chain,
        tx_hash=_written(chain, numbers.text(row, "hash")),
        from_address=_address(chain, sender),
        to_address=_address(chain, receiver),
        token_id=token_id,
        amount=amount,
        at=at,
        from_owner=_exchange(sender),
        to_owner=_exchange(receiver),
        provider=WHALE_ALERT.id,
        fetched_at=fetched_at,
    )


def _address(chain: str, party: Row) -> str | None:
    address = numbers.optional_text(party, "address")
    # Many inputs are told as one, without an address.
    return None if address is None or " " in address else _written(chain, address)


def _written(chain: str, text: str) -> str:
    return f"0x{text.removeprefix('0x').lower()}" if chain in _HEXADECIMAL else text


def _exchange(party: Row) -> str | None:
    return numbers.optional_text(party, "owner") if party.get("owner_type") == "exchange" else None
