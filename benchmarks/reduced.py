"""The reduced rule of a citizen, which other programs can do as well: one look at all neighbours, then a change.

A citizen goes a step towards neighbours within half of the scale and a step up, hears of the issue from those who know
of it, minds it by how many do, and acts where minding times attitude is worth the risk of acting alone. Here it stands
in our form (numba, slices of sixteen citizens) and in C; `peers` has it in other libraries. All start from the same
citizens over the same ties with the same draws, so that outputs can be held against each other.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import carray, float32, int32, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from advosim.world.compile import prefetch
from advosim.world.state import World

U, W, F, N = np.uint32, np.uint64, np.float32, np.int32
LANES, WINDOW, _WIDE = 16, 4096, W(16)
"""Citizens of a slice, and of a window within which they are sorted by their number of ties."""
FAR = 300_000
"""Citizens above which reading ahead gains more than it costs."""
MISSED = (0.99 * 0.97 ** np.arange(256)).astype(F)
"""The chance not to hear of the issue, by the number of neighbours who know of it."""
FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fopenmp-simd", "-ffp-contract=off", "-shared", "-fPIC"]


class Start(NamedTuple):
    """Citizens and their ties: `neighbour[first[i]:first[i + 1]]`."""

    first: Any
    neighbour: Any
    attitude: Any
    aware: Any
    salience: Any
    threshold: Any
    risk: Any


class State(NamedTuple):
    """What can be held against another program's."""

    attitude: Any
    aware: Any
    acts: Any


class Running(NamedTuple):
    """A program that holds citizens: does the week of a number, and says how they are."""

    week: Callable[[int], Any]
    state: Callable[[], State]


def start_of(world: World) -> Start:
    """The citizens of a world on its first issue, over both layers of ties; one in twenty knows of it."""
    citizens = world.people.citizens
    n = citizens.own.shape[1]
    chance = np.random.default_rng(1)
    aware = chance.random(n) < 0.05
    threshold, risk = chance.random((2, n), F) * F(0.3)
    attitude = (citizens.word[0, 0] & ~U(3)).view(F).copy()
    salience = np.full(n, 0.1, F)
    return Start(citizens.start[::2].copy(), citizens.neighbour, attitude, aware, salience, threshold, risk)


def key_of(week: int) -> np.uint32:
    """The key of a week's draws."""
    return U((week * 0x85EBCA77 + 1) & 0xFFFFFFFF)


def luck(week: int, n: int) -> Any:
    """A week's draws, uniform in 0..1, of all citizens."""
    h = np.arange(n, dtype=U) * U(0x9E3779B1) + key_of(week)
    h = (h ^ (h >> U(16))) * U(0x7FEB352D)
    h = (h ^ (h >> U(15))) * U(0x846CA68B)
    return ((h ^ (h >> U(16))) >> U(8)).astype(F) * F(2.0**-24)


def differences(one: State, other: State) -> tuple[float, float, float]:
    """Shares of citizens whose attitudes are over 1e-4 apart, of those who alone know, of those who act otherwise."""
    apart = np.abs(np.asarray(one.attitude, np.float64) - other.attitude) > 1e-4
    pairs = ((one.aware, other.aware), (one.acts, other.acts))
    return float(apart.mean()), *(float((np.asarray(a, bool) != b).mean()) for a, b in pairs)  # type: ignore[return-value]


def packed(start: Start) -> Any:
    """Attitudes with `aware` in the lowest bit."""
    return (start.attitude.view(U) & ~U(3)) | start.aware.astype(U)


def unpacked(word: Any) -> State:
    """What a packed word says."""
    return State((word & ~U(3)).view(F), word & U(1) != 0, word & U(2) != 0)


class Slices(NamedTuple):
    """Ties transposed in slices of sixteen citizens, who are sorted by degree within windows; the last is filled up."""

    first: Any
    neighbour: Any
    degree: Any
    who: Any
    place: Any

    def laid(self, column: Any) -> Any:
        """A column of citizens in the order of slices."""
        return np.append(column, np.zeros(len(self.who) - len(column), column.dtype))[self.who]


def slices(start: Start) -> Slices:
    """Lay out ties in slices."""
    n = len(start.attitude)
    filled = -(-n // LANES) * LANES
    degree = np.append(np.diff(start.first.astype(np.int64)), np.zeros(filled - n, np.int64))
    who = np.lexsort((degree, np.arange(filled) // WINDOW))
    place = np.empty(filled, np.int64)
    place[who] = np.arange(filled)
    rows = degree[who].reshape(-1, LANES).max(axis=1)
    first = np.concatenate([[0], np.cumsum(rows), [rows.sum()] * 2])
    table = np.zeros(int(rows.sum()) * LANES, U)
    owner = np.repeat(place[:n], degree[:n])
    rank = np.arange(len(owner)) - np.repeat(start.first[:-1].astype(np.int64), degree[:n])
    table[(first[owner // LANES] + rank) * LANES + owner % LANES] = place[start.neighbour]
    return Slices(first.astype(U), table, degree[who].astype(N), who.astype(U), place[:n])


def in_numba(start: Start) -> Running:
    """Our form: packed words in slices of sixteen, which LLVM takes at once."""
    laid = slices(start)
    words = [laid.laid(packed(start)) for _ in range(2)]
    columns = [laid.laid(column) for column in (start.salience, start.threshold, start.risk)]
    ahead = len(start.attitude) > FAR

    def week(number: int) -> None:
        _sell(*laid[:4], words[number % 2], words[1 - number % 2], *columns, MISSED, key_of(number), ahead)
        week.last = number  # type: ignore[attr-defined]

    return Running(week, lambda: unpacked(words[1 - week.last % 2][laid.place]))  # type: ignore[attr-defined]


def library(folder: str) -> Any:
    """The rule in C, built on the spot. Raises OSError without gcc."""
    place = Path(folder) / "reduced.so"
    source = Path(__file__).resolve().with_name("reduced.c")
    subprocess.run(["gcc", *FLAGS, source, "-o", place, "-lm"], check=True)
    return ctypes.CDLL(str(place))


def in_c(built: Any, form: str) -> Callable[[Start], Running]:
    """The rule in C in one of its forms, `csr` or `sell`."""

    def begun(start: Start) -> Running:
        laid = slices(start) if form == "sell" else None
        lay = laid.laid if laid else np.array
        words = [lay(packed(start)) for _ in range(2)]
        columns = [lay(column) for column in (start.salience, start.threshold, start.risk)] + [MISSED]
        ties = list(laid[:4]) if laid else [start.first, start.neighbour]
        count = len(words[0]) // LANES if laid else len(words[0])
        rule, tail = getattr(built, form), [ctypes.c_int64(len(start.attitude) > FAR)] if laid else []

        def week(number: int) -> None:
            arrays = [*ties, words[number % 2], words[1 - number % 2], *columns]
            pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
            rule(ctypes.c_int64(count), *pointers, ctypes.c_uint32(int(key_of(number))), *tail)
            week.last = number  # type: ignore[attr-defined]

        order = laid.place if laid else slice(None)
        return Running(week, lambda: unpacked(words[1 - week.last % 2][order]))  # type: ignore[attr-defined]

    return begun


@intrinsic
def _lanes(context: Any, kind: Any) -> Any:
    """Sixteen numbers on the stack, of which LLVM knows that nothing else points to them."""
    held = kind.instance_type

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        place = cgutils.alloca_once(builder, ir.ArrayType(context.get_value_type(held), LANES))
        return builder.bitcast(place, context.get_value_type(signature.return_type))

    return types.CPointer(held)(kind), generate


@njit(forceinline=True)
def _attitude(word):  # type: ignore[no-untyped-def]
    return U(word & U(0xFFFFFFFC)).view(F)


@njit(forceinline=True)
def _bits(attitude):  # type: ignore[no-untyped-def]
    return F(attitude).view(U) & U(0xFFFFFFFC)


@njit(forceinline=True)
def _drawn(who, key):  # type: ignore[no-untyped-def]
    h = U(U(who * U(0x9E3779B1)) + key)
    h = U(U(h ^ (h >> U(16))) * U(0x7FEB352D))
    h = U(U(h ^ (h >> U(15))) * U(0x846CA68B))
    return F(N(U(h ^ (h >> U(16))) >> U(8))) * F(2.0**-24)


@njit(error_model="numpy")
def _sell(first, neighbour, degree, who, past, present, salience, threshold, risk, missed, key, ahead):  # type: ignore[no-untyped-def]
    x, apart = carray(_lanes(float32), (LANES,)), carray(_lanes(float32), (LANES,))
    close, flags, ties = (
        carray(_lanes(int32), (LANES,)),
        carray(_lanes(int32), (LANES,)),
        carray(_lanes(int32), (LANES,)),
    )
    for s in range(W(len(past)) // _WIDE):
        b = W(s) * _WIDE
        if ahead:
            for e in range(W(first[s + 2]) * _WIDE, W(first[s + 3]) * _WIDE):
                prefetch(past, W(neighbour[W(e)]))
        for lane in range(LANES):
            x[lane], ties[lane] = _attitude(past[b + W(lane)]), degree[b + W(lane)]
            apart[lane], close[lane], flags[lane] = F(0.0), N(0), N(0)
        for j in range(N(first[s + 1] - first[s])):
            row = (W(first[s]) + W(j)) * _WIDE
            for lane in range(LANES):
                word = past[W(neighbour[row + W(lane)])]
                tied = N(j) < ties[lane]
                gap = _attitude(word) - x[lane]
                near = (abs(gap) < F(0.5)) & tied
                apart[lane] += gap if near else F(0.0)
                close[lane] += N(near)
                flags[lane] += N((word & U(1)) | ((word & U(2)) << U(15))) if tied else N(0)
        for lane in range(LANES):
            i = b + W(lane)
            word, minded = past[i], salience[i]
            talk, acting, degree_ = flags[lane] & N(0xFFFF), flags[lane] >> N(16), F(max(ties[lane], N(1)))
            knows = (word & U(1) != U(0)) | (_drawn(who[i], key) >= missed[W(min(talk, N(255)))])
            y = x[lane] + (F(0.05) * (apart[lane] / F(max(close[lane], N(1)))) + F(0.01) * (F(1.0) - abs(x[lane])))
            y = max(min(y, F(1.0)), F(-1.0))
            z = F(0.9) * minded + F(0.2) * (F(talk) / degree_) * (F(1.0) - minded)
            alone = F(1.0) - F(acting) / degree_
            acts = knows & (z * y - risk[i] * alone > threshold[i] * alone)
            apart[lane], x[lane] = (z if knows else minded), (y if knows else x[lane])
            flags[lane] = N(knows) | (N(acts) << N(1))
        for lane in range(LANES):
            salience[b + W(lane)] = apart[lane]
            present[b + W(lane)] = _bits(x[lane]) | U(flags[lane])
