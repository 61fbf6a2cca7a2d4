"""The circuit breaker: who fails again and again is left alone, and tried again after a pause."""

from keepsake.core.breaker import Breaker


def test_a_few_failures_are_forgiven_and_an_answer_forgets_them():
    """Catches a pause after failures that lie far apart."""
    breaker = Breaker(failures=3, pause_seconds=5)

    began = [breaker.failed(0), breaker.failed(0)]
    breaker.succeeded()
    began += [breaker.failed(0), breaker.failed(0)]

    assert not any(began)
    assert breaker.may_call(0)


def test_the_last_of_too_many_failures_begins_a_pause():
    """Catches callers who all wait in vain."""
    breaker = Breaker(failures=2, pause_seconds=5)

    began = [breaker.failed(10), breaker.failed(10)]

    assert [False, True] == began
    assert [False, False, True] == [breaker.may_call(now) for now in (10, 14.9, 15)]


def test_after_the_pause_only_one_call_tries():
    """Catches a crowd that meets a service which has just come back."""
    breaker = Breaker(failures=1, pause_seconds=5)
    breaker.failed(0)

    tries = [breaker.may_call(5), breaker.may_call(5), breaker.may_call(10)]

    assert [True, False, True] == tries
