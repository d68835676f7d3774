from datetime import timedelta

from shared.auth.claims import Claims
from shared.auth.remembered import RememberedTokens
from shared.records.caller import Caller
from tests.clocks import SteppingClock


def claims(uid: str, clock: SteppingClock) -> Claims:
    return Claims(Caller(uid=uid, via="token"), clock.now() + timedelta(hours=1))


def test_the_token_not_used_for_longest_is_forgotten_first() -> None:
    clock = SteppingClock()
    remembered = RememberedTokens(clock, most=2)
    remembered.keep("a", claims("ann", clock))
    remembered.keep("b", claims("bob", clock))
    remembered.find("a")

    remembered.keep("c", claims("cid", clock))

    assert [remembered.find(token) is not None for token in "abc"] == [True, False, True]


def test_no_token_can_be_read_from_the_memory() -> None:
    clock = SteppingClock()
    remembered = RememberedTokens(clock)

    remembered.keep("very-secret", claims("ann", clock))

    assert "very-secret" not in repr(remembered.__dict__)
