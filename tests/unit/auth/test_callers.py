"""Who is believed to be whom; the forged and broken ones are in tests/security."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.auth.callers import VerifiedCallers, callers_of
from shared.core.errors import SettingsError, TokenRefusedError, UnavailableError
from shared.core.settings import Settings
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments
from tests.identities import Identities, identities, now


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    with identities(tmp_path_factory.mktemp("identity")) as known:
        yield known


def callers_over(people: Identities, clock: SteppingClock | None = None, **environment: str) -> VerifiedCallers:
    return callers_of(people.settings(**environment), MemoryDocuments(), clock or SteppingClock(now()))


async def test_a_token_tells_who_its_bearer_is(people: Identities) -> None:
    caller = await callers_over(people).identify(people.headers("ann", plan="pro"))

    assert caller is not None
    assert (caller.uid, caller.email, caller.name, caller.plan) == ("ann", "ann@example.org", "Ann", "pro")
    assert caller.via == "token"
    assert caller.may("anything")


async def test_an_unknown_plan_is_the_free_one(people: Identities) -> None:
    caller = await callers_over(people).identify(people.headers("ann", plan="emperor"))

    assert caller is not None
    assert caller.plan == "free"


async def test_who_gives_no_token_is_nobody(people: Identities) -> None:
    assert await callers_over(people).identify({}) is None


async def test_behind_the_gateway_the_caller_is_who_the_gateway_forwards(people: Identities) -> None:
    callers = callers_over(people, BEHIND_GATEWAY="true")
    headers = {
        "authorization": f"Bearer {people.token('the-gateway')}",
        "x-forwarded-authorization": f"Bearer {people.token('ann')}",
    }

    caller = await callers.identify(headers)

    assert caller is not None
    assert caller.uid == "ann"
    assert await callers.identify({"authorization": headers["authorization"]}) is None


async def test_elsewhere_a_forwarded_token_is_not_looked_at(people: Identities) -> None:
    headers = {"x-forwarded-authorization": f"Bearer {people.token('ann')}"}

    assert await callers_over(people).identify(headers) is None


async def test_a_seen_token_is_believed_without_asking_again_until_it_expires(tmp_path: Path) -> None:
    clock = SteppingClock(now())
    with identities(tmp_path) as people:
        callers, headers = callers_over(people, clock), people.headers("ann")
        first = await callers.identify(headers)

    clock.advance(timedelta(minutes=59))
    again = await callers.identify(headers)
    clock.advance(timedelta(minutes=1, seconds=30))  # the token was signed a moment after the clock was stopped

    assert first == again
    with pytest.raises(TokenRefusedError, match=r"^Token expired$"):
        await callers.identify(headers)


async def test_a_revoked_token_is_found_out_where_it_is_looked_up_strictly(people: Identities) -> None:
    callers, headers = callers_over(people), people.headers("rita")
    await callers.identify(headers, strictly=True)

    people.accounts.revoke("rita", now())

    with pytest.raises(TokenRefusedError, match=r"^Token revoked$"):
        await callers.identify(headers, strictly=True)


async def test_a_token_found_revoked_is_looked_up_anew_everywhere_else_too(people: Identities) -> None:
    callers, headers = callers_over(people), people.headers("rolf")
    await callers.identify(headers)
    people.accounts.disable("rolf")

    with pytest.raises(TokenRefusedError, match=r"^Account disabled$"):
        await callers.identify(headers, strictly=True)

    assert callers.remembered == 0


async def test_who_signs_in_again_after_a_revocation_is_believed(people: Identities) -> None:
    callers = callers_over(people)
    people.accounts.revoke("rosa", now() - timedelta(minutes=5))

    caller = await callers.identify(people.headers("rosa"), strictly=True)

    assert caller is not None


async def test_without_the_signing_keys_nobody_can_tell(tmp_path: Path) -> None:
    with identities(tmp_path) as people:
        callers, headers = callers_over(people), people.headers("ann")

    with pytest.raises(UnavailableError):
        await callers.identify(headers)


async def test_without_the_accounts_nobody_acts(tmp_path: Path) -> None:
    with identities(tmp_path) as people:
        callers, headers = callers_over(people), people.headers("ann")
        await callers.identify(headers)

    with pytest.raises(UnavailableError):
        await callers.identify(headers, strictly=True)


async def test_many_at_once_are_all_told_right(people: Identities) -> None:
    callers = callers_over(people)
    uids = [f"person-{number}" for number in range(20)]

    found = await asyncio.gather(*(callers.identify(people.headers(uid)) for uid in uids))

    assert [caller.uid for caller in found if caller] == uids


def test_the_emulators_unsigned_tokens_cannot_be_let_in() -> None:
    with pytest.raises(SettingsError, match="nobody signed"):
        Settings.from_environment({"FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099"})


@pytest.mark.parametrize("url", ["https://keys.example.org", "http://127.0.0.1.example.org:80", "http://10.0.0.1:80"])
def test_keys_of_another_machine_cannot_be_let_in(url: str) -> None:
    with pytest.raises(SettingsError, match="another machine"):
        Settings.from_environment({"FIREBASE_STAND_IN_URL": url})
