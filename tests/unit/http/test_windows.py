"""What is left of a window, and the texts that say so."""

import itertools

import pytest

from shared.core.limits import RateLimits
from shared.http.windows import Windows
from tests.clocks import SteppingClock


def windows(quota: int, clock: SteppingClock) -> Windows:
    return Windows(RateLimits.read(f"anonymous={quota}"), clock)


@pytest.mark.parametrize("quota", [1, 3, 10, 999, 1_000, 1_001, 2_345, 12_000])
def test_texts_put_together_say_what_is_left_at_every_request(quota: int) -> None:
    clock = SteppingClock()
    made = windows(quota, clock)
    began = clock.monotonic()
    window = made.open("somebody", "anonymous", began)

    for taken in range(1, quota + 1):
        now = began + 59.9 * taken / quota
        (_, (name, said)), within = made.take(window, now)

        seconds = int(window.until - now + 0.999)
        assert within
        assert (name, said) == (b"ratelimit", b'"anonymous";r=%d;t=%d' % (quota - taken, seconds))
        assert window.told(now)[1][1] == said

    told, within = made.take(window, began + 59.95)
    assert not within
    assert told == ((b"ratelimit-policy", b'"anonymous";q=%d;w=60' % quota), (b"ratelimit", b'"anonymous";r=0;t=1'))


@pytest.mark.parametrize("quota", [5, 300, 6_000])
def test_nobody_takes_more_than_their_share_unasked(quota: int) -> None:
    clock = SteppingClock()
    window = windows(quota, clock).open("somebody", "anonymous", clock.monotonic())

    unasked = sum(1 for _ in itertools.takewhile(bool, iter(lambda: window.take(clock.monotonic()), ())))

    assert unasked == max(1, quota // 10)
    assert window.left == quota - unasked


def test_nothing_is_taken_of_a_window_that_is_over() -> None:
    clock = SteppingClock()
    window = windows(300, clock).open("somebody", "anonymous", clock.monotonic())

    assert window.take(window.until - 0.001) is not None
    assert window.take(window.until) is None
    assert window.told(window.until + 5)[1][1] == b'"anonymous";r=299;t=0'
