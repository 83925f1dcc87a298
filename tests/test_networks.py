"""Networks are simple, symmetric, sorted, of the asked degree, and of the kind that they claim to be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import printed_with_and_without_jit

from advosim.world import networks
from advosim.world.chance import stream

N = 20_000
SOCIAL = stream("social")


def _public(n):
    """Four publics of shares .4, .3, .2, .1 in each of ten districts."""
    return np.searchsorted([0.4, 0.7, 0.9], np.arange(n) * 10 / max(n, 1) % 1.0, side="right")


def _trait(n):
    return np.random.default_rng(1).uniform(-1, 1, n).astype(np.float32)


def _laid(n, *ties):
    return networks.layers(n, [lambda drawn=drawn: drawn for drawn in ties])


def _build(kind, n, degree, strength=0.5, seed=1, stream=SOCIAL):
    return _laid(n, _drawn(kind, n, degree, strength, seed, stream))


def _drawn(kind, n, degree, strength=0.5, seed=1, stream=SOCIAL):
    if kind == "small_world":
        return networks.small_world(n, degree, strength, seed, stream)
    if kind == "preferential_attachment":
        return networks.preferential_attachment(n, degree, seed, stream)
    if kind == "blocks":
        return networks.blocks(_public(n), degree, strength, seed, stream)
    return networks.spatial(n, degree, strength, _trait(n), seed, stream)


KINDS = ["small_world", "preferential_attachment", "blocks", "spatial"]


def _ends(network):
    start, neighbour = network
    return np.repeat(np.arange(len(start) - 1), np.diff(start)), neighbour.astype(np.int64)


def _check(network, n):
    start, neighbour = network
    assert start.dtype == np.uint32 and neighbour.dtype == np.uint32
    assert start.shape == (n + 1,) and start[0] == 0 and start[-1] == len(neighbour)
    one, other = _ends(network)
    assert (one != other).all()
    pairs = one * n + other
    assert (np.diff(pairs) > 0).all(), "sorted rows without repetition"
    assert (np.sort(other * n + one) == pairs).all(), "symmetric"


def _clustering(network, of=500):
    """The mean share of the pairs among a citizen's neighbours who are neighbours themselves."""
    start, neighbour = network
    rows = [set(neighbour[start[i] : start[i + 1]].tolist()) for i in range(len(start) - 1)]
    shares = []
    for i in range(0, len(rows), len(rows) // of):
        if (d := len(rows[i])) > 1:
            shares.append(sum(len(rows[i] & rows[j]) for j in rows[i]) / (d * (d - 1)))
    return np.mean(shares)


@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(0, 80),
    degree=st.floats(0, 100) | st.integers(0, 12),
    strength=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 2**63),
)
@settings(max_examples=100)
def test_networks_are_simple_symmetric_and_sorted(kind, n, degree, strength, seed):
    network = _build(kind, n, degree, strength, seed)
    _check(network, n)
    assert len(network[1]) <= 2 * n * (degree / 2 + 1)
    if degree == 0:
        assert len(network[1]) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("degree", [1, 3, 6, 10, 7.4])
def test_the_mean_degree_is_as_asked(kind, degree):
    network = _build(kind, N, degree)
    _check(network, N)
    assert len(network[1]) / N == pytest.approx(degree, rel=0.03)


@pytest.mark.parametrize("kind", ["small_world", "spatial"])
def test_degree_is_capped_at_everybody(kind):
    for n in (3, 5, 11):
        start, _ = _build(kind, n, 1000)
        assert (np.diff(start) == n - 1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_depends_on_seed_and_stream(kind):
    first = _build(kind, 500, 8)
    again = _build(kind, 500, 8)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    for other in (_build(kind, 500, 8, seed=2), _build(kind, 500, 8, stream=stream("face_to_face"))):
        assert not np.array_equal(first[1], other[1])


@pytest.mark.parametrize("kind", ["small_world", "spatial"])
def test_a_citizens_ties_do_not_hang_on_the_number_of_slots_of_others(kind):
    few, many = _build(kind, 400, 4, 0.0), _build(kind, 400, 8, 0.0)
    if kind == "small_world":
        assert set(zip(*_ends(few), strict=True)) <= set(zip(*_ends(many), strict=True))
    assert len(few[1]) < len(many[1])


def test_small_worlds_lose_their_clustering_by_rewiring():
    ring = _laid(N, networks.small_world(N, 10, 0.0, 1, SOCIAL))
    assert (np.diff(ring[0]) == 10).all()
    assert _clustering(ring) == pytest.approx(2 / 3)
    assert _clustering(_laid(N, networks.small_world(N, 10, 0.1, 1, SOCIAL))) > 0.4
    assert _clustering(_laid(N, networks.small_world(N, 10, 1.0, 1, SOCIAL))) < 0.01


def test_rewired_ends_are_uniform():
    one, other = _ends(_laid(N, networks.small_world(N, 10, 1.0, 1, SOCIAL)))
    away = (other - one) % N
    counts = np.bincount(away * 20 // N, minlength=20)
    assert counts.max() / counts.min() < 1.1


def test_preferential_attachment_makes_hubs_everywhere():
    start, _ = _laid(N, networks.preferential_attachment(N, 10, 1, SOCIAL))
    degree = np.diff(start)
    assert degree.max() > 200 and degree.min() >= 5
    # A degree distribution of exponent 3: a tenfold degree is a hundred times rarer.
    assert np.mean(degree >= 100) / np.mean(degree >= 10) == pytest.approx(0.01, rel=0.5)
    hubs = np.sort(np.argsort(degree)[-200:])
    assert np.bincount(hubs * 10 // N, minlength=10).min() >= 5


def test_arrivals_are_a_permutation():
    for n in (1, 2, 3, 100, 1000):
        assert sorted(networks._arrival(a, n, networks.U(99)) for a in range(n)) == list(range(n))


@pytest.mark.parametrize("homophily", [0.0, 0.5, 1.0])
def test_blocks_keep_the_asked_share_within(homophily):
    public = _public(N)
    one, other = _ends(_laid(N, networks.blocks(public, 10, homophily, 1, SOCIAL)))
    chance = np.sum((np.bincount(public) / N) ** 2)
    assert np.mean(public[one] == public[other]) == pytest.approx(homophily + (1 - homophily) * chance, abs=0.01)


def test_tiny_publics_still_get_their_ties():
    public = np.zeros(1000, int)
    public[500:503] = 1
    start, _ = _laid(len(public), networks.blocks(public, 10, 1.0, 1, SOCIAL))
    assert np.diff(start)[500:503].min() >= 5
    with pytest.raises(ValueError, match="public -1"):
        networks.blocks(np.array([-1, 0]), 1, 0.5, 1, SOCIAL)


def test_spatial_ties_are_near_and_clustered():
    side = int(np.sqrt(N))
    one, other = _ends(_laid(N, networks.spatial(N, 10, 0.0, _trait(N), 1, SOCIAL)))
    away = (other - one) % N
    away = np.minimum(away, N - away)
    rows = (away + side // 2) // side
    columns = np.abs(away - rows * side)
    distance = np.maximum(rows, columns)
    assert np.median(distance) <= 3
    assert 0.02 < np.mean(distance > 20) < 0.3
    per_place = [np.sum(distance == r) / r for r in range(1, 12)]
    assert (np.diff(per_place) < 0).all()
    assert _clustering(_laid(N, networks.spatial(N, 10, 0.0, _trait(N), 1, SOCIAL))) > 0.05


def test_homophily_ties_the_like_minded():
    trait = _trait(N)
    correlations = []
    for homophily in (0.0, 0.5, 1.0):
        one, other = _ends(_laid(N, networks.spatial(N, 10, homophily, trait, 1, SOCIAL)))
        correlations.append(np.corrcoef(trait[one], trait[other])[0, 1])
    assert abs(correlations[0]) < 0.02
    assert correlations[0] + 0.2 < correlations[1] < correlations[2] - 0.2
    with pytest.raises(ValueError, match="shape"):
        networks.spatial(5, 2, 0.5, trait, 1, SOCIAL)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r"rewiring 1\.5; allowed: 0 to 1"):
        networks.small_world(10, 2, 1.5, 1, SOCIAL)
    with pytest.raises(ValueError, match="mean degree -1"):
        networks.small_world(10, -1, 0.5, 1, SOCIAL)


# --- files ------------------------------------------------------------------------------------------------------------


# --- layers and polities ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
def test_layers_stand_behind_one_another(threads):
    drawn = networks.small_world(200, 6, 0.1, 1, SOCIAL), networks.preferential_attachment(200, 10, 1, SOCIAL)
    face, social = (_laid(200, each) for each in drawn)
    start, neighbour = networks.layers(200, [lambda: drawn[0], lambda: drawn[1]], threads)
    assert start.shape == (401,) and start.dtype == np.uint32 and neighbour.dtype == np.uint32
    for i in range(200):
        assert (neighbour[start[2 * i] : start[2 * i + 1]] == face[1][face[0][i] : face[0][i + 1]]).all()
        assert (neighbour[start[2 * i + 1] : start[2 * i + 2]] == social[1][social[0][i] : social[0][i + 1]]).all()


def test_rows_of_hubs_are_sorted_and_have_nobody_twice():
    rng = np.random.default_rng(1)
    others = np.concatenate([rng.permutation(3000)] * 2).astype(np.uint32)
    start, neighbour = _laid(3000, (np.zeros(6000, np.uint32), others))
    assert neighbour[: start[1]].tolist() == list(range(1, 3000))
    assert (np.diff(start[1:].astype(int)) == 1).all() and not neighbour[start[1] :].any()


def test_polities_are_joined_with_their_citizens_numbered_through():
    sizes = [50, 1, 70]
    parts = []
    for n in sizes:
        parts.append(_laid(n, _drawn("small_world", n, 4), _drawn("preferential_attachment", n, 6)))
    start, neighbour = networks.joined(parts, sizes)
    assert start.shape == (2 * sum(sizes) + 1,) and start.dtype == np.uint32 and neighbour.dtype == np.uint32
    assert start[-1] == len(neighbour)
    begin = 0
    for part, n in zip(parts, sizes, strict=True):
        for row in range(2 * n):
            there = slice(start[2 * begin + row], start[2 * begin + row + 1])
            assert (neighbour[there] == part[1][part[0][row] : part[0][row + 1]] + begin).all()
        begin += n
    assert networks.joined([], [])[0].tolist() == [0]


BITS = """
import hashlib
import numpy as np
from advosim.world import networks as w

digest = hashlib.sha256()
def rows(*ties):
    return w.layers(n, [lambda drawn=drawn: drawn for drawn in ties])

for n in (1, 2, 10, 150):
    public = np.arange(n) * 3 // n
    trait = (np.arange(n) * 37 % 101 / 101).astype(np.float32)
    for degree in (2, 5, 7.5):
        face = w.small_world(n, degree, 0.3, 5, 77)
        others = [w.preferential_attachment(n, degree, 5, 2**63 + 1), w.blocks(public, degree, 0.6, 5, 79)]
        others += [w.spatial(n, degree, 0.5, trait, 5, 80)]
        single = [rows(drawn) for drawn in (face, *others)]
        for network in [*single, rows(face, others[0]), w.joined([single[0], single[2]], [n, n])]:
            digest.update(network[0].astype(np.int64).tobytes() + network[1].tobytes())
print(digest.hexdigest())
"""


def test_bits_are_the_same_with_jit_on_and_off():
    assert printed_with_and_without_jit(BITS) == {"d092b83b680afe18e47c97b7f4c8dd71fc52a9253b174d92fc3d3f36aebe5edf\n"}
