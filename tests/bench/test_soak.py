"""The verdict of a soak: what it lets pass, and what it does not."""

import random
from dataclasses import replace

import pytest

from bench.soak import Sample, verdict, worker_growth


def samples(worker_mib, event_kib=8.0):
    """Return one sample for each figure of the worker's memory, 50,000 decisions apart."""
    return [
        Sample(50_000 * place, 900.0, 90.0, mib, 400.0, 600.0, 50_000, event_kib)
        for place, mib in enumerate(worker_mib, 1)
    ]


def test_a_worker_that_grows_only_while_it_warms_up_passes():
    """Caches that fill once would be told as a leak."""
    warms_up = samples([80, 100, 110, 120, 120, 121, 120, 121, 120, 121, 120])

    assert [] == verdict(warms_up)


def test_a_worker_that_goes_on_growing_is_told():
    """A leak of a few dozen bytes a decision would go to production."""
    leaks = samples([100 + 5 * place for place in range(10)])

    assert 1 == len(verdict(leaks))
    assert 10.0 == round(worker_growth(leaks), 6)


def wandering(*, leak, seed, count=120):
    """Return what a worker's memory does in 200,000 decisions: it jumps, falls back, and leaks."""
    chance = random.Random(seed)
    mib, high = [], 0.0
    for place in range(count):
        high = chance.uniform(0, 20) if chance.random() < 0.15 else high * 0.9
        mib.append(115 + high + chance.uniform(0, 2) + leak * place * 200_000 / count / 100_000)
    return [
        Sample(200_000 * place // count, 300.0, 90.0, each, 400.0, 600.0, 20_000, 8.0)
        for place, each in enumerate(mib, 1)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_a_worker_that_wanders_and_falls_back_passes(seed):
    """A busy machine would fail a soak by chance, and nobody would believe the next one."""
    assert [] == verdict(wandering(leak=0, seed=seed))


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_is_told_however_the_memory_wanders(seed):
    """A verdict that forgives all noise would forgive a leak, too."""
    assert 1 == len(verdict(wandering(leak=10, seed=seed)))


def test_a_single_jump_is_no_growth():
    """The allocator takes a new arena now and then, once."""
    jumps = samples([120] * 12 + [127] * 8)

    assert [] == verdict(jumps)


def test_a_rise_within_what_an_allocator_wanders_is_no_leak():
    """A short soak would fail by chance, and be run no more."""
    assert [] == verdict(samples([130, 131, 133, 134, 136]))


def test_a_store_that_needs_ever_more_for_what_it_keeps_is_told():
    """Streams that are not trimmed would show only when the store is full."""
    flat = samples([120] * 10)
    later = [replace(sample, event_kib=12.0) for sample in flat[6:]]

    assert 1 == len(verdict([*flat[:6], *later]))


def test_a_soak_too_short_to_judge_does_not_pass():
    """Two points always make a line."""
    assert 1 == len(verdict(samples([100, 100])))
