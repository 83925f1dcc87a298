"""Citizens' social networks: who meets whom, and who follows whom.

Functions named after kinds of networks draw ties; `layers` makes rows of them. A network of n citizens is `(start,
neighbour)`: the neighbours of citizen i are `neighbour[start[i]:start[i + 1]]`, ascending; start is uint32 (n + 1,),
neighbour is uint32 (ties x 2,). Networks are symmetric, without self loops and without double ties. Citizens with
neighbouring numbers are neighbouring people.

Every draw depends on (seed, stream, citizen, slot) only. In a ring of citizens each pair has one member from whom the
other lies less than half a turn ahead, and only this member may draw the tie: so no tie is drawn twice, and the mean
degree comes out as asked (which is capped at n - 1). A mean degree that is no even number gives a further tie to a
hashed share of the citizens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from advosim.world.chance import U, draw64, key, pair, wrapping
from advosim.world.compile import compiled

Network = tuple[np.ndarray, np.ndarray]
Pairs = tuple[np.ndarray, np.ndarray]
"""Ties (one[e], other[e]), both uint32 (ties,), in any order; some may stand twice."""

_ONE, _TWO = U(1), U(2)

CANDIDATES = 8
"""How many people a citizen of `spatial` compares before a homophilous tie."""
_DRAWS = 16  # ids of draws that a slot may use; more than CANDIDATES + 1


def _founded(n: int, degree: float, seed: int, stream: int) -> tuple[np.int64, np.float64, np.uint64]:
    """The number of citizens, half the mean degree after capping, and the key of the draws."""
    if n < 0 or n >= 2**32:
        raise ValueError(f"a network of {n} citizens; allowed: 0 to 4294967295")
    if not degree >= 0:
        raise ValueError(f"mean degree {degree}; allowed: 0 or more")
    return np.int64(n), np.float64(min(degree, max(n - 1, 0)) / 2), U(key(U(seed), 0, U(stream)))


def _share(name: str, value: float) -> np.float64:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} {value}; allowed: 0 to 1")
    return np.float64(value)


# --- from pairs to rows -----------------------------------------------------------------------------------------------


@compiled
def _count(start, layers, layer, one, other):
    """Count entries of row r in start[r + 2], double ties as well, self loops not."""
    for e in range(U(one.size)):
        if one[e] != other[e]:
            start[U(one[e]) * U(layers) + U(layer) + _TWO] += 1
            start[U(other[e]) * U(layers) + U(layer) + _TWO] += 1


@compiled
def _begin(start):
    """Counts become beginnings: row r will begin at start[r + 1]."""
    for r in range(2, start.size):
        start[r] += start[r - 1]


@compiled
def _scatter(start, layers, layer, one, other, row):
    """Fill rows in the order of the pairs. Beginnings move on to ends: so row r begins at start[r] in the end."""
    for e in range(U(one.size)):
        if one[e] != other[e]:
            mine = U(one[e]) * U(layers) + U(layer) + _ONE
            theirs = U(other[e]) * U(layers) + U(layer) + _ONE
            row[start[mine]] = other[e]
            start[mine] += 1
            row[start[theirs]] = one[e]
            start[theirs] += 1


_GAPS = (701, 301, 132, 57, 23, 10, 4, 1)
"""Of a Shell sort: Ciura 2001. Rows are short and nearly sorted, but for those of hubs."""


@compiled
def _sort(first, last, start, row):
    """Sort rows first..last, and count double entries."""
    double = 0
    for r in range(first, last):
        begin, end = np.int64(start[r]), np.int64(start[r + 1])
        for gap in _GAPS:
            for e in range(begin + gap, end):
                one, at = row[e], e
                while at >= begin + gap and row[at - gap] > one:
                    row[at] = row[at - gap]
                    at -= gap
                row[at] = one
        for e in range(begin + 1, end):
            double += 1 if row[e] == row[e - 1] else 0
    return double


@compiled
def _single(start, row):
    """Drops repetitions from sorted rows, in place, and returns how many entries are left."""
    left = 0
    for r in range(start.size - 1):
        begin, end = start[r], start[r + 1]
        start[r] = left
        for e in range(begin, end):
            if e == begin or row[e] != row[e - 1]:
                # Writing never overtakes reading; row[e - 1] is overwritten by itself or by a smaller one of this row.
                row[left] = row[e]
                left += 1
    start[start.size - 1] = left
    return left


def layers(n: int, draws: Sequence[Callable[[], Pairs]], threads: int = 1) -> Network:
    """The k networks of n citizens that `draws` draw, in one: citizen i's neighbours in layer l stand in row k i + l.

    start is uint32 (k n + 1,), int64 where there are more than 2^32 entries. Layers are drawn and laid down on several
    threads; pairs are let go before anything else is done.
    """
    k = len(draws)
    pairs = at_once(lambda draw: draw(), draws, threads)
    entries = 2 * sum(len(one) for one, _ in pairs)
    start = np.zeros(k * n + 2, np.uint32 if entries < 2**32 else np.int64)
    at_once(lambda each: _count(start, k, each[0], *each[1]), list(enumerate(pairs)), threads)
    _begin(start)
    row = np.empty(start[-1], np.uint32)
    at_once(lambda each: _scatter(start, k, each[0], *each[1], row), list(enumerate(pairs)), threads)
    del pairs
    start = start[:-1]
    bounds = np.linspace(0, k * n, max(1, threads) + 1).astype(np.int64)
    double = sum(at_once(lambda ends: _sort(*ends, start, row), list(pairwise(bounds)), threads))
    return start, row[: _single(start, row)].copy() if double else row


def at_once(work: Callable[[Any], Any], parts: Sequence[Any], threads: int) -> list[Any]:
    """What `work` makes of each part, on several threads: for compiled code, which lets go of the interpreter."""
    if threads <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))


# --- who draws whom ---------------------------------------------------------------------------------------------------


@compiled
def _below(own, draw, size):
    """A number from 0 to size - 1."""
    return np.int64(draw64(own, draw) * np.float64(size))


@compiled
def _slots(own, half):
    """How many ties a citizen draws: half the mean degree, rounded up or down by chance."""
    whole = np.int64(half)
    return whole + np.int64(draw64(own, 0) < half - np.float64(whole))


@compiled
def _ahead(place, size):
    """How many of the others in a ring of `size` the one at `place` may draw; those half a turn off are the first's."""
    return (size - 1) // 2 + np.int64(size % 2 == 0 and place < size // 2)


@compiled
def _among(taken, count, one):
    t = 0
    while t < count and taken[t] != one:
        t += 1
    return t < count


@compiled
def _free(taken, count, away, window):
    """The first distance from `away` on, within 1..window, that is not taken; count < window."""
    while _among(taken, count, away):
        away = away % window + 1
    return away


@compiled
def _room(n, half):
    """Arrays for the pairs, and for what one citizen has taken."""
    most = np.int64(half) + 1
    return np.empty(n * most, np.uint32), np.empty(n * most, np.uint32), np.empty(most, np.int64)


# --- small world ------------------------------------------------------------------------------------------------------


@compiled
def _small_world_distances(own, slots, window, rewiring, taken):
    count = 0
    for s in range(1, slots + 1):
        if draw64(own, _DRAWS * s) >= rewiring:
            taken[count] = s
            count += 1
    for s in range(1, slots + 1):
        if draw64(own, _DRAWS * s) < rewiring:
            taken[count] = _free(taken, count, 1 + _below(own, _DRAWS * s + 1, window), window)
            count += 1


@compiled
def _small_world(n, half, rewiring, k):
    one, other, taken = _room(n, half)
    pairs = 0
    for i in range(n):
        own = pair(k, i)
        window = _ahead(i, n)
        slots = min(_slots(own, half), window)
        _small_world_distances(own, slots, window, rewiring, taken)
        for s in range(slots):
            one[pairs] = i
            other[pairs] = (i + taken[s]) % n
            pairs += 1
    return one[:pairs], other[:pairs]


def small_world(n: int, degree: float, rewiring: float, seed: int, stream: int) -> Pairs:
    """A ring whose citizens are tied to the degree/2 next ones, each tie's far end rewired to anybody by chance.

    `degree` is the mean, 0 or more; `rewiring` the probability, 0 to 1. Watts & Strogatz 1998, Nature 393.
    ValueError outside the ranges.
    """
    rewiring = _share("rewiring", rewiring)
    with wrapping():
        n, half, k = _founded(n, degree, seed, stream)
        return _small_world(n, half, rewiring, k)  # type: ignore[no-any-return]


# --- preferential attachment ------------------------------------------------------------------------------------------


@compiled
def _arrival(a, n, k):
    """The citizen who comes a-th: a hashed permutation of 0..n-1, so that early comers (hubs) live everywhere.

    Rounds of an odd product and a shift permute the powers of two; who falls outside walks on.
    """
    bits = 1
    while (1 << bits) < n:
        bits += 1
    mask = (_ONE << U(bits)) - _ONE
    shift = U((bits + 1) // 2)
    x = U(a)
    while True:
        for r in range(4):
            h = pair(k, r)
            x = (x * (h | _ONE) + (h >> U(32))) & mask
            x = x ^ (x >> shift)
        if x < U(n):
            return np.int64(x)


@compiled
def _copied(ends, before, own, slot, taken, count):
    """A random end of an earlier tie, or the next one along that is not taken yet."""
    at = _below(own, _DRAWS * slot + 1, before)
    while _among(taken, count, np.int64(ends[at])):
        at = (at + 1) % before
    return np.int64(ends[at])


@compiled
def _preferential_attachment(n, half, k):
    one, other, taken = _room(n, half)
    ends = np.empty(2 * len(one), np.uint32)
    pairs = 0
    for a in range(n):
        i = _arrival(a, n, k)
        own = pair(k, i)
        slots = min(_slots(own, half), a)
        before = 2 * pairs
        for s in range(slots):
            first = slots == a or before == 0
            taken[s] = _arrival(s, n, k) if first else _copied(ends, before, own, s + 1, taken, s)
        for s in range(slots):
            one[pairs], other[pairs] = i, taken[s]
            ends[2 * pairs], ends[2 * pairs + 1] = i, taken[s]
            pairs += 1
    return one[:pairs], other[:pairs]


def preferential_attachment(n: int, degree: float, seed: int, stream: int) -> Pairs:
    """Citizens come one after another and tie themselves to the ends of degree/2 random earlier ties: hubs emerge.

    The first degree/2 + 1 all know each other. Who comes when is hashed, so that hubs are spread over all districts and
    publics. The mean degree falls short of `degree` by about degree^2 / 4n. Barabasi & Albert 1999, Science 286; copied
    from earlier ties as in Sanders & Schulz 2016, Inf. Proc. Letters 116. ValueError outside the ranges.
    """
    with wrapping():
        n, half, k = _founded(n, degree, seed, stream)
        return _preferential_attachment(n, half, k)  # type: ignore[no-any-return]


# --- blocks -----------------------------------------------------------------------------------------------------------


@compiled
def _free_member(members, first, size, place, window, step, taken, count):
    """The first member of a ring, from `step` steps ahead on, who is not taken; -1 where all are."""
    for s in range(window):
        away = 1 + (step + s) % window
        who = np.int64(members[first + (place + away) % size])
        if not _among(taken, count, who):
            return who
    return np.int64(-1)


@compiled
def _blocks(n, half, homophily, k, public, first, members, place):
    one, other, taken = _room(n, half)
    everybody = np.arange(n).astype(np.uint32)
    pairs = 0
    for i in range(n):
        own = pair(k, i)
        window = _ahead(i, n)
        begin = first[public[i]]
        size = first[public[i] + 1] - begin
        own_window = _ahead(place[i], size)
        slots = min(_slots(own, half), window)
        for s in range(slots):
            who = np.int64(-1)
            if own_window > 0 and draw64(own, _DRAWS * (s + 1)) < homophily:
                step = _below(own, _DRAWS * (s + 1) + 1, own_window)
                who = _free_member(members, begin, size, place[i], own_window, step, taken, s)
            if who < 0:
                step = _below(own, _DRAWS * (s + 1) + 2, window)
                who = _free_member(everybody, 0, n, i, window, step, taken, s)
            taken[s] = who
            if who >= 0:
                one[pairs], other[pairs] = i, who
                pairs += 1
    return one[:pairs], other[:pairs]


@compiled
def _members(public, publics):
    """Citizens sorted by public, where each public begins, and each citizen's place in its own."""
    n = len(public)
    first = np.zeros(publics + 1, np.int64)
    place = np.empty(n, np.int64)
    for i in range(n):
        place[i] = first[public[i] + 1]
        first[public[i] + 1] += 1
    for p in range(publics):
        first[p + 1] += first[p]
    members = np.empty(n, np.uint32)
    for i in range(n):
        members[first[public[i]] + place[i]] = i
    return members, first, place


def blocks(public: np.ndarray, degree: float, homophily: float, seed: int, stream: int) -> Pairs:
    """Each tie leads, with probability `homophily`, to a random member of the own public, and else to anybody.

    `public` is int (n,), numbers from 0. With shares s_p of the publics, the share of ties within publics comes out as
    homophily + (1 - homophily) sum s_p^2. A public too small for that ties its members to anybody instead; below some
    hundred citizens a few ties drawn both within and at large coincide. Holland, Laskey & Leinhardt 1983, Social
    Networks 5. ValueError outside the ranges.
    """
    homophily = _share("homophily", homophily)
    public = np.ascontiguousarray(public, np.int64)
    if len(public) and public.min() < 0:
        raise ValueError(f"public {public.min()}; allowed: 0 or more")
    with wrapping():
        n, half, k = _founded(len(public), degree, seed, stream)
        members, first, place = _members(public, np.int64(public.max() + 1 if n else 0))
        return _blocks(n, half, homophily, k, public, first, members, place)  # type: ignore[no-any-return]


# --- plane ------------------------------------------------------------------------------------------------------------


@compiled
def _on_the_plane(u, v, core, reach, side):
    """How many numbers ahead the person lives who is drawn from the uniforms u (how far) and v (which way).

    The number x of people who live nearer has P(X > x) = (1 + x / core)^(-1/2) up to the reach. They live on square
    rings; ring r has 8 r places, of which the 4 r ahead belong to this citizen.
    """
    rest = 1.0 - u * (1.0 - 1.0 / np.sqrt(1.0 + 4.0 * reach * reach / core))
    ring = np.int64(min(1.0 + 0.5 * np.sqrt(core * (1.0 / (rest * rest) - 1.0)), reach))
    q = np.int64(v * np.float64(4 * ring))
    if q <= ring:
        return q * side + ring
    if q <= 3 * ring:
        return ring * side + 2 * ring - q
    return (4 * ring - q) * side - ring


@compiled
def _candidate(own, draw, core, reach, side, window):
    u = draw64(own, draw)
    # One draw serves twice: its low bits are as random as its high ones.
    v = u * 67108864.0
    v = v - np.floor(v)
    return (_on_the_plane(u, v, core, reach, side) - 1) % window + 1


class Plane(NamedTuple):
    """Where and whom citizens of a polity look for: the square on which they live, and who is alike."""

    core: float
    """Neighbours within whom the chance of a tie is even."""
    reach: float
    """Furthest distance, in steps."""
    side: int
    """Citizens along a side."""
    homophily: float
    trait: Any
    """(n,), by which people are alike."""


@compiled
def _chosen(i, own, slot, plane, window, taken, count):
    """The distance of the one whom citizen i ties itself to in this slot."""
    trait, n = plane.trait, plane.trait.size
    alike = draw64(own, _DRAWS * slot) < plane.homophily
    best = np.int64(0)
    least = np.float32(np.inf)
    for c in range(1, CANDIDATES + 1):
        away = _candidate(own, _DRAWS * slot + c, plane.core, plane.reach, plane.side, window)
        if _among(taken, count, away):
            continue
        if not alike:
            return away
        gap = abs(trait[(i + away) % n] - trait[i])
        if best == 0 or gap < least:
            best, least = away, gap
    return best if best > 0 else _free(taken, count, away, window)


@compiled
def _spatial(n, half, homophily, trait, k):
    one, other, taken = _room(n, half)
    side = max(np.int64(1), np.int64(np.sqrt(np.float64(n))))
    reach = np.float64(max(1, (side - 1) // 2))
    plane = Plane(max(0.5, 0.5 * half), reach, side, homophily, trait)
    pairs = 0
    for i in range(n):
        own = pair(k, i)
        window = _ahead(i, n)
        slots = min(_slots(own, half), window)
        for s in range(slots):
            away = _chosen(i, own, s + 1, plane, window, taken, s)
            taken[s] = away
            one[pairs], other[pairs] = i, (i + away) % n
            pairs += 1
    return one[:pairs], other[:pairs]


def spatial(n: int, degree: float, homophily: float, trait: np.ndarray, seed: int, stream: int) -> Pairs:
    """Ties on a plane, fewer the farther; of those within reach, people who are alike are preferred.

    Citizens live row by row on a square of side sqrt(n) that is closed on all sides, so districts, which are ranges of
    numbers, are strips. The chance of a tie falls with distance as r^-3 beyond the degree/4 nearest (Lambiotte et al.
    2008, Physica A 387, find r^-2 for telephone calls, under which neighbourhoods thin out as n grows). With
    probability `homophily` (0 to 1) a tie goes to the one of CANDIDATES people drawn so whose `trait` (float32 (n,))
    differs least from the own, and else to the first of them. ValueError outside the ranges.
    """
    homophily = _share("homophily", homophily)
    trait = np.ascontiguousarray(trait, np.float32)
    if trait.shape != (n,):
        raise ValueError(f"trait of shape {trait.shape}; allowed: ({n},)")
    with wrapping():
        n, half, k = _founded(n, degree, seed, stream)
        return _spatial(n, half, homophily, trait, k)  # type: ignore[no-any-return]


# --- polities -------------------------------------------------------------------------------------------------------


def joined(parts: Sequence[Network], sizes: Sequence[int]) -> Network:
    """The networks of several polities behind one another, citizens numbered through.

    `sizes` are the polities' citizens. `parts` may be layered: any number of rows for a citizen will do. start is
    uint32, int64 where there are more than 2^32 entries.
    """
    if len(parts) == 1:
        return parts[0]
    starts, neighbours = [np.zeros(1, np.int64)], [np.zeros(0, np.uint32)]
    citizens, entries = 0, 0
    for (start, neighbour), size in zip(parts, sizes, strict=True):
        starts.append(start[1:].astype(np.int64) + entries)
        neighbours.append(neighbour + np.uint32(citizens))
        citizens += int(size)
        entries += len(neighbour)
    kind = np.uint32 if entries < 2**32 else np.int64
    return np.concatenate(starts).astype(kind), np.concatenate(neighbours)
