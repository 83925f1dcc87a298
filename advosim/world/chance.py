"""Counter-based draws, and the elementary functions that have the same bits on every machine.

A draw depends on (seed, week, stream, id) and on nothing else: there is no generator whose state is passed round.
`key` is taken once a week and mechanism, `draw` once for each id.

Only + - * /, square roots and bit operations are used here: they are correctly rounded everywhere, while libm's exp and
log differ between processors. With JIT off the products of `mix` wrap with a warning: enter `wrapping()` first. With
JIT on, `key`, `pair` and `mix` called from the interpreter return an int: hand it on as U(...), since numba takes an
int for an int64.

The generator is SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), its finaliser Stafford's variant 13.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from advosim.world.compile import compiled, inlined

U = np.uint64
F = np.float32

_GOLDEN = U(0x9E3779B97F4A7C15)
_C1, _C2 = U(0xBF58476D1CE4E5B9), U(0x94D049BB133111EB)
_S11, _S27, _S30, _S31, _S40 = U(11), U(27), U(30), U(31), U(40)
_ULP24 = F(2.0**-24)
_ULP53 = np.float64(2.0**-53)


def wrapping() -> np.errstate:
    """A context in which 64-bit products wrap in silence also when JIT is off; nothing changes for compiled code."""
    return np.errstate(over="ignore")


def name_key(name: str) -> np.uint64:
    """The 64-bit id of a name: BLAKE2b of its UTF-8, the same in every process, version and machine."""
    return U(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


def stream(name: str) -> np.uint64:
    """The stream of a mechanism, from its name; keep it as a module global, which the compiler freezes."""
    return name_key(name)


@compiled
def mix(z):
    """Scatter the bits of z, a uint64, one to one."""
    # An int64 would make a float64 with a uint64.
    z = U(z)
    z = (z ^ (z >> _S30)) * _C1
    z = (z ^ (z >> _S27)) * _C2
    return z ^ (z >> _S31)


@compiled
def key(seed, week, stream):
    """The uint64 key of a stream in a week; seed and week are integers >= 0, stream is a uint64."""
    return mix(mix(mix(U(seed) + _GOLDEN) + _GOLDEN * U(week)) + U(stream))


@compiled
def pair(a, b):
    """The uint64 id of the ordered pair of two ids: pair(a, b) differs from pair(b, a)."""
    return mix(mix(U(a) + _GOLDEN) + _GOLDEN * U(b))


@compiled
def draw(k, i):
    """Uniform float32 in [0, 1) with 24 random bits, for id i under key k."""
    return F(np.int64(mix(U(k) + _GOLDEN * U(i)) >> _S40)) * _ULP24


@compiled
def draws(k, first, step, number, luck):
    """Fill luck[:number] with draw(k, first), draw(k, first + step) ...; by single words that go through together."""
    z, by = U(k) + _GOLDEN * U(first), _GOLDEN * U(step)
    for j in range(U(number)):
        luck[j] = F(np.int32(mix(z + by * U(j)) >> _S40)) * _ULP24


@compiled
def draw64(k, i):
    """Uniform float64 in [0, 1) with 53 random bits, for id i under key k. Shares its bits with `draw(k, i)`."""
    return np.float64(np.int64(mix(U(k) + _GOLDEN * U(i)) >> _S11)) * _ULP53


_LOG2E = np.float64(1.44269504088896338700e00)
_LN2_HIGH = np.float64(6.93147180369123816490e-01)
_LN2_LOW = np.float64(1.90821492927058770002e-10)
# Adding it rounds to an integer, which then stands in the low bits.
_ROUND = np.float64(1.5 * 2.0**52)
_ROUND_BITS = _ROUND.view(np.int64)
_EXP_LOWEST = np.float64(-746.0)
_EXP_HIGHEST = np.float64(709.782712893384)
_T3, _T4, _T5, _T6, _T7, _T8, _T9, _T10, _T11, _T12, _T13 = [np.float64(1 / math.factorial(n)) for n in range(3, 14)]
_I1, _I52, _I1023 = np.int64(1), np.int64(52), np.int64(1023)


@compiled
def exp(x):
    """e^x as float64, below 1 ulp from the truth; 0 below -745.2, and saturates at 1.8e308 instead of infinity.

    The reduction of FDLIBM's e_exp.c (Sun Microsystems 1993), then Taylor's series in two chains. No division, since
    numba's test for zero would keep loops from being vectorised.
    """
    x = np.float64(x)
    x = max(x, _EXP_LOWEST)
    x = min(x, _EXP_HIGHEST)
    shifted = x * _LOG2E + _ROUND
    n = shifted - _ROUND
    high = x - n * _LN2_HIGH
    low = n * _LN2_LOW
    r = high - low
    lost = (high - r) - low
    t = r * r
    even = _T12
    odd = _T13
    even = _T10 + t * even
    odd = _T11 + t * odd
    even = _T8 + t * even
    odd = _T9 + t * odd
    even = _T6 + t * even
    odd = _T7 + t * odd
    even = _T4 + t * even
    odd = _T5 + t * odd
    even = 0.5 + t * even
    odd = _T3 + t * odd
    y = 1.0 + (r + (lost + t * (even + r * odd)))
    k = np.float64(shifted).view(np.int64) - _ROUND_BITS
    half = k >> _I1
    # Two factors, since 2^k alone leaves the range of normal numbers at both ends.
    first = np.int64((half + _I1023) << _I52).view(np.float64)
    second = np.int64((k - half + _I1023) << _I52).view(np.float64)
    return y * first * second


_MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
_ROOT_HALF = np.int64(0x3FE6A09E00000000)
_TO_ONE = np.int64(0x3FF0000000000000 - 0x3FE6A09E00000000)
_TINIEST_NORMAL = np.float64(2.0**-1022)
_TWO54 = np.float64(2.0**54)
_INFINITY, _NAN = np.float64(np.inf), np.float64(np.nan)


@compiled
def log(x):
    """The natural logarithm as float64, below 1 ulp from the truth; -inf at 0, NaN below. FDLIBM's e_log.c."""
    x = np.float64(x)
    if not x > 0.0:
        return -_INFINITY if x == 0.0 else _NAN
    if x == _INFINITY:
        return x
    n = np.float64(0.0)
    if x < _TINIEST_NORMAL:
        x = x * _TWO54
        n = np.float64(-54.0)
    bits = np.float64(x).view(np.int64) + _TO_ONE
    n = n + np.float64((bits >> _I52) - _I1023)
    f = np.int64((bits & _MANTISSA) + _ROOT_HALF).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * odd))
    half = 0.5 * f * f
    return n * _LN2_HIGH - ((half - (s * (half + (even + odd)) + n * _LN2_LOW)) - f)


_E_LOWEST, _E_HIGHEST = F(-87.0), F(88.0)
_E_LOG2E, _E_LN2_HIGH, _E_LN2_LOW = F(1.44269504088896341), F(0.693359375), F(-2.12194440e-4)
_E_ROUND = F(1.5 * 2.0**23)
_E_ROUND_BITS = _E_ROUND.view(np.int32)
_E_ONE = F(1.0)
_E0, _E1, _E2 = F(1.9875691500e-4), F(1.3981999507e-3), F(8.3334519073e-3)
_E3, _E4, _E5 = F(4.1665795894e-2), F(1.6666665459e-1), F(5.0000001201e-1)
_I23, _I127 = np.int32(23), np.int32(127)


@compiled
def exp32(x):
    """e^x as float32, at most 2 ulp off; saturates below -87 (1.6e-38, not 0) and above 88 (1.7e38). Branchless.

    The reduction and polynomial of Cephes' expf (Moshier 1989).
    """
    x = F(x)
    x = max(x, _E_LOWEST)
    x = min(x, _E_HIGHEST)
    shifted = x * _E_LOG2E + _E_ROUND
    n = shifted - _E_ROUND
    r = (x - n * _E_LN2_HIGH) - n * _E_LN2_LOW
    p = ((((_E0 * r + _E1) * r + _E2) * r + _E3) * r + _E4) * r + _E5
    y = (p * (r * r) + r) + _E_ONE
    return y * np.int32((np.float32(shifted).view(np.int32) - _E_ROUND_BITS + _I127) << _I23).view(np.float32)


@compiled
def logistic(x):
    """1 / (1 + e^-x) as float64; keeps its relative precision at both ends."""
    x = np.float64(x)
    e = exp(-abs(x))
    # np.divide leaves out numba's test for zero, which would keep loops from being vectorised.
    return np.divide(1.0 if x >= 0.0 else e, 1.0 + e)


_BIT = np.uint32(1)


@inlined
def power32(base, count):
    """base to the power of an integer count in 0..2^32 - 1, as float32, by squaring; 1 for count 0.

    Eight steps without branches, and a loop for what a count above 255 has left: where a compiler knows that there is
    nothing left, many powers are taken at once.
    """
    left, factor = np.uint32(count), F(base)
    result = factor if left & _BIT else _E_ONE
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    factor, left = factor * factor, left >> _BIT
    result = result * (factor if left & _BIT else _E_ONE)
    left = left >> _BIT
    while left > 0:
        factor = factor * factor
        result = result * (factor if left & _BIT else _E_ONE)
        left = left >> _BIT
    return result


@compiled
def _polynomial(x, c):
    """Of degree 7, by Horner's scheme."""
    return c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * (c[5] + x * (c[6] + x * c[7]))))))


@compiled
def _normal_middle(q):
    r = 0.180625 - q * q
    above = _polynomial(r, (
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ))  # fmt: skip
    below = _polynomial(r, (
        1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ))  # fmt: skip
    return q * above / below


@compiled
def _normal_tail(r):
    r = r - 1.6
    above = _polynomial(r, (
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ))  # fmt: skip
    below = _polynomial(r, (
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ))  # fmt: skip
    return above / below


@compiled
def _normal_far_tail(r):
    r = r - 5.0
    above = _polynomial(r, (
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ))  # fmt: skip
    below = _polynomial(r, (
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ))  # fmt: skip
    return above / below


_INNERMOST = np.float64(2.0**-54)
_OUTERMOST = np.float64(1.0 - 2.0**-53)


@compiled
def normal(u):
    """The standard normal quantile of u as float64; 0 and 1 are taken as 2^-54 and 1 - 2^-53 (-8.29 and 8.21).

    Wichura 1988, Applied Statistics 37(3), algorithm AS 241, PPND16: about 1e-16 relative.
    """
    u = np.float64(u)
    u = max(u, _INNERMOST)
    u = min(u, _OUTERMOST)
    q = u - 0.5
    if abs(q) <= 0.425:
        return _normal_middle(q)
    r = np.sqrt(-log(u if q < 0.0 else 1.0 - u))
    size = _normal_tail(r) if r <= 5.0 else _normal_far_tail(r)
    return -size if q < 0.0 else size


@compiled
def exponential(u):
    """A standard exponential variate (mean 1) as float64, from u in [0, 1)."""
    return -log(1.0 - np.float64(u))


@compiled
def beta22(a, b, c):
    """The median of three uniforms: a Beta(2, 2) variate (mean 1/2, variance 1/20), of the type of the arguments."""
    low, high = min(a, b), max(a, b)
    return max(low, min(high, c))


def normal_of(seed: int, what: str, *keys: np.uint64) -> float:
    """A standard normal number drawn once, at the founding: by what it is for and by the keys of whose it is."""
    k = U(key(seed, 0, stream(what)))
    for each in keys[:-1]:
        k = U(pair(k, each))
    return float(normal(draw64(k, keys[-1])))
