"""Draws are uniform and independent, elementary functions accurate, and both the same bits with JIT on and off."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats
from worlds import printed_with_and_without_jit

from advosim.world import chance
from advosim.world.chance import F, U
from advosim.world.compile import compiled_here

N = 200_000


@compiled_here
def _draws(k, n):
    result = np.empty(n, np.float32)
    for i in range(n):
        result[i] = chance.draw(k, i)
    return result


@compiled_here
def _draws64(k, n):
    result = np.empty(n, np.float64)
    for i in range(n):
        result[i] = chance.draw64(k, i)
    return result


def _mapped(function, x):
    """`function` of every element of `x`, as the compiled kernels call it."""

    @compiled_here
    def loop(x, result):
        for i in range(len(x)):
            result[i] = function(x[i])

    result = np.empty_like(x)
    loop(x, result)
    return result


def _key(seed=1, week=1, name="test"):
    return U(chance.key(U(seed), week, chance.stream(name)))


def _ulps(ours, theirs):
    whole = np.int64 if ours.dtype == np.float64 else np.int32
    return np.abs(ours.view(whole).astype(np.int64) - theirs.view(whole).astype(np.int64)).max()


def test_names_have_ids_that_never_change():
    assert chance.name_key("greens") == U(7016805961714494371)
    assert isinstance(chance.stream("influence"), np.uint64)
    assert len({int(chance.name_key(f"organisation {i}")) for i in range(10_000)}) == 10_000


def test_keys_of_neighbouring_seeds_weeks_and_streams_differ():
    keys = {chance.key(seed, week, stream) for seed in range(20) for week in range(20) for stream in range(20)}
    assert len(keys) == 8000


def test_integers_of_all_types_draw_the_same():
    # An int64 and a uint64 make a float64 in numba, which would lose the low bits without a word.
    for k in (np.int64(2**62 + 1), U(2**62 + 1)):
        assert chance.mix(k) == chance.mix(U(2**62 + 1))
        for i in (3, np.int64(3), np.uint32(3), U(3)):
            assert chance.draw(k, i) == chance.draw(U(2**62 + 1), U(3))
            assert chance.draw64(k, i) == chance.draw64(U(2**62 + 1), U(3))
            assert chance.pair(k, i) == chance.pair(U(2**62 + 1), U(3))
            assert chance.key(i, i, k) == chance.key(U(3), U(3), U(2**62 + 1))


def test_pairs_are_ordered():
    pairs = {chance.pair(a, b) for a in range(100) for b in range(100)}
    assert len(pairs) == 10_000


@pytest.mark.parametrize("draws", [_draws, _draws64])
def test_draws_are_uniform(draws):
    u = draws(_key(), N)
    assert u.min() >= 0 and u.max() < 1
    assert stats.chisquare(np.bincount((u * 1000).astype(int), minlength=1000)).pvalue > 1e-4
    # The lowest bits too.
    assert stats.chisquare(np.bincount((u * 2.0**24).astype(np.int64) % 64, minlength=64)).pvalue > 1e-4


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_draws_of_neighbours_are_independent(seed):
    here = _draws64(_key(seed, 1), N)
    others = {
        "id": np.roll(here, 1),
        "week": _draws64(_key(seed, 2), N),
        "seed": _draws64(_key(seed + 1, 1), N),
        "stream": _draws64(_key(seed, 1, "test2"), N),
    }
    for name, there in others.items():
        cells = (here * 20).astype(int) * 20 + (there * 20).astype(int)
        assert stats.chisquare(np.bincount(cells, minlength=400)).pvalue > 1e-4, name
        assert abs(np.corrcoef(here, there)[0, 1]) < 4.5 / np.sqrt(N), name


def test_one_id_is_uniform_over_weeks():
    u = np.array([chance.draw(_key(1, week), 7) for week in range(5000)])
    assert stats.kstest(u, "uniform").pvalue > 1e-4


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-1e-6, 1e-6), (-20, 20), (-745, 709.78), (-746, -700)])
def test_exp_is_within_one_ulp(low, high):
    x = np.random.default_rng(1).uniform(low, high, N)
    assert _ulps(_mapped(chance.exp, x), np.exp(x)) <= 1


def test_exp_at_the_extremes():
    assert chance.exp(0.0) == 1.0 and chance.exp(-0.0) == 1.0
    assert chance.exp(-1e300) == 0.0 == chance.exp(-np.inf)
    assert 1.79e308 < chance.exp(1e300) < np.inf
    assert chance.exp(709.0) == pytest.approx(np.exp(709.0), rel=1e-15)
    assert chance.exp(-745.0) == np.exp(-745.0)
    assert np.isnan(chance.exp(np.nan))


def test_log_is_within_one_ulp():
    random = np.random.default_rng(1)
    ranges = [random.uniform(0, 2, N), random.uniform(0.7, 1.5, N), np.exp(random.uniform(-744, 709, N))]
    for x in [*ranges, 1 + random.uniform(-1e-7, 1e-7, N)]:
        assert _ulps(_mapped(chance.log, x), np.log(x)) <= 1


def test_log_at_the_extremes():
    assert chance.log(1.0) == 0.0
    assert chance.log(0.0) == -np.inf and chance.log(np.inf) == np.inf
    assert np.isnan(chance.log(-1.0)) and np.isnan(chance.log(np.nan))
    assert chance.log(5e-324) == pytest.approx(np.log(5e-324), rel=1e-15)


def test_exp32_is_within_two_ulp_and_saturates():
    x = np.random.default_rng(1).uniform(-87, 88, 1_000_000).astype(np.float32)
    assert _ulps(_mapped(chance.exp32, x), np.exp(x.astype(np.float64)).astype(np.float32)) <= 2
    assert chance.exp32(F(0)) == 1.0
    assert 0 < chance.exp32(F(-1000)) < 2e-38
    assert 1e38 < chance.exp32(F(1000)) < np.inf


def test_logistic_keeps_its_precision_at_both_ends():
    x = np.random.default_rng(1).uniform(-700, 700, N)
    np.testing.assert_allclose(_mapped(chance.logistic, x), special.expit(x), rtol=1e-15)
    assert chance.logistic(0.0) == 0.5
    assert chance.logistic(-1e9) == 0.0 and chance.logistic(1e9) == 1.0


def test_power32_is_the_power():
    for base in (0.0, 0.3, 0.95, 1.0):
        for count in (0, 1, 2, 7, 100):
            assert chance.power32(F(base), count) == pytest.approx(F(base) ** count, rel=1e-5, abs=1e-37)


def test_normal_is_the_quantile():
    random = np.random.default_rng(1)
    u = np.concatenate([random.random(N), 10.0 ** -random.uniform(0, 16, 1000)])
    np.testing.assert_allclose(_mapped(chance.normal, u), special.ndtri(u), rtol=1e-14, atol=1e-15)
    assert chance.normal(0.5) == 0.0
    assert -8.3 < chance.normal(0.0) < -8.2 and 8.2 < chance.normal(1.0) < 8.3


def test_variates_have_their_moments():
    u = _draws64(_key(), 1_000_000)
    z = _mapped(chance.normal, u)
    assert [z.mean(), z.var(), stats.skew(z), stats.kurtosis(z)] == pytest.approx([0, 1, 0, 0], abs=0.02)
    e = _mapped(chance.exponential, u)
    assert [e.mean(), e.var()] == pytest.approx([1, 1], abs=0.02)
    assert chance.exponential(0.0) == 0.0
    a, b, c = (_draws64(_key(1, week), 100_000) for week in (1, 2, 3))
    median = np.array([chance.beta22(*three) for three in zip(a, b, c, strict=True)])
    assert stats.kstest(median, stats.beta(2, 2).cdf).pvalue > 1e-4


BITS = """
import hashlib
import numpy as np
from advosim.world import chance as c

digest = hashlib.sha256()
with c.wrapping():
    k = c.key(7, 3, c.stream("bits"))
    for i in range(300):
        u, v = c.draw64(k, i), np.float32(c.draw(k, i))
        x = 1400.0 * u - 700.0
        floats = [u, c.exp(x), c.exp(u), c.log(u), c.log(c.exp(x)), c.logistic(x), c.logistic(u), c.normal(u)]
        floats += [c.normal(u * u * u * 1e-9), c.exponential(u), c.beta22(u, c.draw64(k, i + 1), 0.5)]
        singles = [v, c.exp32(np.float32(x / 8)), c.exp32(v), c.power32(v, i % 9), c.beta22(v, np.float32(0.5), v)]
        digest.update(np.array(floats, np.float64).tobytes() + np.array(singles, np.float32).tobytes())
        digest.update(np.array([int(c.mix(c.U(i))), int(c.pair(i, k)), int(k)], np.uint64).tobytes())
print(digest.hexdigest())
"""


def test_bits_are_the_same_with_jit_on_and_off():
    assert printed_with_and_without_jit(BITS) == {"eab2915a30614f404e57a58132409e272d4fc719ad6fde10c1f074bd485fc4cd\n"}
