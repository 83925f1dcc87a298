"""All benchmarks in one go: our rules beside other programs, the machine, how cost grows, sweeps, and a cluster.

`python benchmarks/all.py [--quick] [--only PART,PART] [--against TABLE]` writes a table and a figure. Times are of the
processor, in turn, beside a yardstick (`measured`): quote ratios within one table. What is not installed is left out,
with a sentence. Outputs of other programs are checked against ours before they are timed.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cluster
import numpy as np
import peers
import reduced
import scaling
import sweep as sweeps
import week as weeks_of
from measured import Row, gathered, processor, rounds, row

from advosim import Scenario
from advosim.experiment.sweep import designs
from advosim.simulation import simulate
from advosim.week import line
from advosim.world.codes import TALKS
from advosim.world.found import Settled, found
from advosim.world.state import World, copy

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks"
LOUD, LOUDER = ({"mechanism.expression.threshold": threshold} for threshold in (0.25, 0.12))
"""Settings under which a fifth of the citizens talk, and half of them; as shipped it is one in 25."""
LATER = 80
"""Weeks after which as many go on talking from week to week."""
ENOUGH = 0.1
"""Seconds that a work should take at least: in the first of the weeks caches are full of what others did."""
FEWEST = 3
"""Weeks that follow each other, however long they take."""
CHECKED = 10
"""Weeks after which outputs are held against each other."""
SLOWER = 1.05
NS = "ns a citizen, issue, week"


def full_and_reduced(sizes: tuple[int, ...], times: int) -> Iterator[Row]:
    """The full rule on several worlds, and the reduced rule by whom can run it, all in turn."""
    with tempfile.TemporaryDirectory() as folder:
        forms: dict[str, tuple[str, peers.Peer, int]] = {"ours (numba)": ("numba", reduced.in_numba, sizes[-1])}
        try:
            built = reduced.library(folder)
            forms |= {f"C, {name}": ("numba", reduced.in_c(built, form), sizes[-1]) for name, form in FORMS.items()}
        except OSError:
            print("gcc is not there: C is left out")
        forms |= {name: peer for name, peer in peers.PEERS.items() if peers.there(peer[0])}
        for n in sizes:
            yield from at_size(n, {name: peer for name, (_, peer, most) in forms.items() if n <= most}, times)


FORMS = {"SELL-16": "sell", "packed CSR": "csr"}


def at_size(n: int, forms: dict[str, peers.Peer], times: int) -> Iterator[Row]:
    """All that is measured in a world of a size."""
    one = weeks_of.scenario(n)
    found(weeks_of.scenario(1_000), 1)  # loads what is compiled
    begin = time.process_time()
    start = reduced.start_of(found(one, 1))
    yield row("founding, one issue", n, "citizens", (time.process_time() - begin) / n * 1e9, "ns a citizen")
    running, states, weeks = {}, {}, {}
    for name, peer in forms.items():
        running[name] = one_peer = peer(start)
        seconds = [processor(lambda number=number, one=one_peer: one.week(number)) for number in range(CHECKED)]
        weeks[f"reduced rule, {name}"] = enough(seconds[-1])
        states[name] = one_peer.state()
        apart = max(reduced.differences(states["ours (numba)"], states[name]))
        if apart > 0.001:
            raise SystemExit(f"{name} does another rule: {apart:.2%} of citizens differ after {CHECKED} weeks")
        yield row(f"reduced rule, {name}: unlike ours", n, "citizens", apart, "share of citizens")
    works = {f"reduced rule, {name}": several(one, weeks[f"reduced rule, {name}"]) for name, one in running.items()}
    worlds = {
        "baseline": scaling.begun(scaling.citizens(n)),
        "one issue": scaling.begun(one),
        "a fifth talk": scaling.begun(one.but(LOUD), LATER),
        "half talk": scaling.begun(one.but(LOUDER), LATER),
    }
    begun = {name: talking(world) for name, (world, _) in worlds.items()}
    for name, (world, run) in worlds.items():
        what = f"full rule, {name}"
        weeks[what] = enough(processor(partial(run, copy(world), FEWEST)) / FEWEST)
        # Each time from the same week on, or it would be other weeks the longer it takes.
        copies = [copy(world) for _ in range(times + 1)]
        works[what] = lambda run=run, copies=copies, count=weeks[what]: run(copies.pop(), count)
        run(world, weeks[what])
    issues = {"full rule, baseline": 3}
    for name, taken in rounds(works, times).items():
        yield taken.row(name, n, "citizens", 1e9 / n / issues.get(name, 1), NS, weeks[name])
    for name, before in begun.items():
        share = (before + talking(worlds[name][0])) / 2
        yield row(f"full rule, {name}: talk", n, "citizens", share, "share of citizens")


def enough(seconds: float) -> int:
    """Weeks at once, of which one takes that long."""
    return max(FEWEST, min(40, int(ENOUGH / seconds)))


def talking(world: World) -> float:
    """The share of citizens who talk on an issue, after the last week."""
    words = world.people.citizens.word[world.now.clock["week"][0] % 2]
    return float((words & np.uint32(TALKS) != 0).mean())


def several(one: reduced.Running, count: int) -> Callable[[], Any]:
    """Some weeks more of who has had those that are checked."""
    numbers = iter(range(CHECKED, 10**6))
    return lambda: [one.week(next(numbers)) for _ in range(count)]


def machine(n: int, times: int) -> Iterator[Row]:
    """What the machine gives: reading at random, reading along ties, copying; and how much of it a week needs."""
    world = found(scaling.citizens(n), 1)
    people, block = world.people.citizens, np.zeros(2**27, np.uint8)
    other, words, places = np.empty_like(block), people.word[0, 0].copy(), people.neighbour
    anywhere = np.random.default_rng(1).integers(0, n, len(places), dtype=np.uint32)
    run = line(1)
    run(world, 30)
    works: dict[str, Callable[[], Any]] = {
        "read along ties": lambda: gathered(places, words),
        "read at random": lambda: gathered(anywhere, words),
        "copy": lambda: np.copyto(other, block),
        "week": lambda: run(world, 1),
    }
    taken, issues = rounds(works, times), people.own.shape[0]
    for name in ("read along ties", "read at random"):
        yield taken[name].row(f"machine: {name}", n, "citizens", 1e9 / len(places), "ns a word")
    speed = 2 * block.nbytes / statistics.median(taken["copy"].seconds) / 1e9
    moved = bytes_moved(world) / n / issues
    spent = statistics.median(taken["week"].seconds) / n / issues * 1e9
    yield row("machine: copy, read and write", n, "citizens", speed, "GB/s")
    yield row("full rule, baseline: moved", n, "citizens", moved, "bytes a citizen, issue, week")
    yield row("full rule, baseline: of the machine's", n, "citizens", moved / spent / speed, "share of bandwidth")


def bytes_moved(world: World) -> float:
    """Bytes that a week needs at least: each column read once, what changes written once, and what talkers pass on."""
    people = world.people.citizens
    columns = {name: column for name, column in people._asdict().items() if name not in ("start", "neighbour", "word")}
    before = {name: column.copy() for name, column in columns.items()}
    line(1)(world, 1)
    written = sum(column.nbytes for name, column in columns.items() if (column != before[name]).any())
    issues, letter = len(people.own), 8
    # A talker reads his tie, and writes a letter that is read.
    told = talking(world) * issues * len(people.neighbour) * (people.neighbour.itemsize + 2 * letter)
    # Last week's words are read to list who talks, and again as a column.
    words = people.word.nbytes + people.word[0].nbytes
    return sum(column.nbytes for column in columns.values()) + written + words + told


def whole_sweeps(times: int, weeks: int = 100) -> Iterator[Row]:
    """A run of the reference sweep, full rule, founding and outcomes included; others' tools with the reduced rule."""
    chosen, kept = sweeps.experiment(100), Settled()
    points, seeds, at_once = itertools.cycle(designs.points(chosen)), range(1, 4), 4

    def ours() -> None:
        for point in itertools.islice(points, at_once):
            scenario = chosen.at(point)
            for seed in seeds:
                # As in a worker, nobody holds the record, whose memory the next run takes.
                sweeps.outcomes.reduce(simulate(scenario, seed, threads=1, settled=kept), chosen.outcomes)

    start = reduced.start_of(found(chosen.at(next(points)), 1))
    works: dict[str, Callable[[], Any]] = {"sweep, ours, full rule": ours}
    for name, (package, runs) in peers.SWEEPS.items():
        if peers.there(package):
            works[f"sweep, {name}, reduced rule"] = lambda runs=runs: runs(start, 1, weeks)
    for name, taken in rounds(works, times).items():
        count = at_once * len(seeds) if name.startswith("sweep, ours") else 1
        figure = taken.row(name, len(start.attitude), "citizens", 1, "", count)
        yield figure._replace(value=1 / figure.value, unit="runs a core-second")


def mechanisms(times: int) -> Iterator[Row]:
    """Weeks with newcomers, and with networks across borders, against the same worlds without."""
    fresh, across = Scenario.load("new_organisations"), Scenario.load("transnational_network")
    pairs = {
        "newcomers": (fresh, Scenario.load("baseline")),
        "networks across borders": (across, across.but({"mechanism.across_borders.meet": 0.0})),
    }
    for name, (with_it, without) in pairs.items():
        small = [{f"polity.{place}.citizens": 2_000 for place in given.polity} for given in (with_it, without)]
        works = {
            side: scaling.weeks(given.but({"weeks": 400, **change}), 10)
            for side, given, change in zip(("with", "without"), (with_it, without), small, strict=True)
        }
        taken = rounds(works, times)
        yield taken["with"].row(f"week with {name}", 2_000, "citizens", 1e5, "us")
        yield taken["without"].row(f"week without {name}", 2_000, "citizens", 1e5, "us")


def threads(n: int, times: int) -> Iterator[Row]:
    """Two threads against one, by the clock: weeks, and what the machine itself gains when both only read or copy."""
    (one, run), (two, _) = scaling.begun(scaling.citizens(n)), scaling.begun(scaling.citizens(n))
    places, words = one.people.citizens.neighbour, one.people.citizens.word[0, 0].copy()
    block, pool = np.zeros(2**27, np.uint8), ThreadPoolExecutor(2)
    other = np.empty_like(block)
    parts, pairs = np.array_split(places, 2), list(zip(np.array_split(other, 2), np.array_split(block, 2), strict=True))
    works: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "": (partial(run, one, FEWEST), partial(line(2), two, FEWEST)),
        "read along ties, ": (lambda: gathered(places, words), lambda: [*pool.map(gathered, parts, [words] * 2)]),
        "copy, ": (lambda: np.copyto(other, block), lambda: [*pool.map(np.copyto, *zip(*pairs, strict=True))]),
    }

    def clock(work: Callable[[], Any]) -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    flat = {name + by: work for name, both in works.items() for by, work in zip(("one", "two"), both, strict=True)}
    taken = rounds(flat, times, clock)
    for name in works:
        ratio = statistics.median(taken[name + "one"].seconds) / statistics.median(taken[name + "two"].seconds)
        yield row(f"{'machine: ' if name else ''}{name}two threads against one", n, "citizens", ratio, "times as fast")
    same = all(np.array_equal(a, b) for a, b in zip(one.people.citizens, two.people.citizens, strict=True))
    yield row("two threads against one: same bits", n, "citizens", float(same), "1 = yes")


def on_avx2(n: int, times: int) -> Iterator[Row]:
    """The kernel compiled for x86-64-v3 against the same for this processor, each in processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        narrow = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": folder}

        def timed(extra: dict[str, str]) -> float:
            command = [sys.executable, __file__, "--one-week", str(n)]
            told = subprocess.run(command, env={**os.environ, **extra}, check=True, capture_output=True, text=True)
            return float(told.stdout.split()[-1])

        pairs = [(timed(narrow), timed({})) for _ in range(times)]
    ratio = statistics.median(a / b for a, b in pairs)
    yield row("full rule, baseline: AVX2 / this machine", n, "citizens", ratio, "times the time")


def one_week(n: int) -> None:
    """For `on_avx2`: print a week's time in yards."""
    figure = rounds({"week": scaling.weeks(scaling.citizens(n))}, 5)["week"].row("", n, "", 1, "")
    print(figure.yards)


def parts(quick: bool) -> dict[str, Callable[[], Iterator[Row]]]:
    """What is measured, by name."""
    sizes, times = ((2_000, 20_000), 3) if quick else ((10_000, 100_000, 1_000_000), 5)
    known: dict[str, Callable[[], Iterator[Row]]] = {
        "rules": lambda: full_and_reduced(sizes, times),
        "machine": lambda: machine(sizes[-1], times),
        "sweeps": lambda: whole_sweeps(2),
        "rest": lambda: scaling.by_rest(times),
        "weeks": lambda: scaling.by_weeks(times),
        "runs": lambda: scaling.by_runs(2),
        "mechanisms": lambda: mechanisms(times),
        "cluster": lambda: cluster.measured(400 if quick else 4_000),
        "citizens": lambda: scaling.by_citizens(100_000 if quick else 10_000_000, times),
    }
    return (
        known
        if quick
        else {**known, "threads": lambda: threads(sizes[-1], times), "avx2": lambda: on_avx2(sizes[1], 3)}
    )


def written(rows: list[Row], folder: Path) -> None:
    """The table and the figure."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "benchmarks.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        for one in rows:
            spread, yards = ("" if number is None else f"{number:.3g}" for number in (one.spread, one.yards))
            writer.writerow([*one[:3], f"{one.value:.3g}", one.unit, spread, yards, f"{one.load:.1f}"])


def read(file: Path) -> list[Row]:
    """A table written before. Raises SystemExit where it has other columns."""
    with open(file, encoding="utf-8", newline="") as lines:
        found_ = list(csv.DictReader(lines))
    if not found_ or tuple(found_[0]) != Row._fields:
        raise SystemExit(f"{file} is not a table of these benchmarks: its columns should be {', '.join(Row._fields)}")
    number = {name: (lambda text: float(text) if text else None) for name in ("value", "spread", "yards", "load")}
    return [Row(**{k: int(v) if k == "size" else number.get(k, str)(v) for k, v in one.items()}) for one in found_]  # type: ignore[arg-type]


def compared(rows: list[Row], before: list[Row]) -> list[tuple[str, float, bool]]:
    """Times against those of an older table, both in yards, and whether they are over 5% longer beyond their spread."""
    old = {(one.what, one.size, one.of): one for one in before if one.yards}
    result = []
    for one in rows:
        other = old.get((one.what, one.size, one.of))
        if one.yards and other and other.yards:
            ratio, noise = one.yards / other.yards, (one.spread or 0) + (other.spread or 0)
            result.append((f"{one.what}, {one.size:,} {one.of}", ratio, ratio > SLOWER + noise))
    return result


def drawn(rows: list[Row], file: Path) -> None:
    """Costs of rules by the size of the world, how cost grows, and runs of sweeps; of what was measured."""
    import matplotlib.pyplot as plt

    panels = [(rules_drawn, [one for one in rows if one.unit == NS])]
    panels += [(growth_drawn, rows)] if any(one.what.startswith("exponent: ") for one in rows) else []
    sweeps_ = [one for one in rows if one.unit == "runs a core-second"]
    panels += [(sweeps_drawn, sweeps_)] if sweeps_ else []
    figure, axes = plt.subplots(1, len(panels), figsize=(6.5 * len(panels), 6), layout="constrained", squeeze=False)
    for (draw, own), place in zip(panels, axes[0], strict=True):
        draw(place, own)
    figure.savefig(file, dpi=110)


def rules_drawn(axes: Any, rows: list[Row]) -> None:
    names = list(dict.fromkeys(one.what for one in rows))
    full, reduced_ = ([name for name in names if name.startswith("full") == wanted] for wanted in (True, False))
    styles = ("-", "-.", (0, (4, 1, 1, 1, 1, 1)), ":")
    looks: dict[str, tuple[str, Any]] = {name: ("black", style) for name, style in zip(full, styles, strict=False)}
    looks |= {name: (f"C{number}", "--") for number, name in enumerate(reduced_)}
    for what, (color, style) in looks.items():
        own = [one for one in rows if one.what == what]
        axes.plot([one.size for one in own], [one.value for one in own], ls=style, marker="o", color=color, label=what)
    axes.set(xscale="log", yscale="log", xlabel="citizens", ylabel=NS, title="Rules, one thread")
    sizes = sorted({one.size for one in rows})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)


def growth_drawn(axes: Any, rows: list[Row]) -> None:
    for slope in (one for one in rows if one.what.startswith("exponent: ") and "1e5" not in one.what):
        own = [one for one in rows if one.what == slope.what.removeprefix("exponent: ")]
        sizes, costs = [one.size / own[0].size for one in own], [one.value / own[0].value for one in own]
        axes.plot(sizes, costs, marker="o", label=f"{slope.of}: {slope.value:.2f} {slope.unit.replace('+-', '± ')}")
    axes.axline((1, 1), (10, 10), color="grey", lw=0.8, label="in proportion")
    axes.set(xscale="log", yscale="log", xlabel="times as many", ylabel="times the time", title="Growth, exponents")
    axes.legend(fontsize=8, frameon=False)


def sweeps_drawn(axes: Any, rows: list[Row]) -> None:
    names = [one.what.removeprefix("sweep, ").replace(", ", "\n") for one in rows]
    axes.bar_label(axes.barh(names, [one.value for one in rows]), fmt="%.3g", padding=3)
    room = 3 * max(one.value for one in rows)
    axes.set(xscale="log", xlim=(None, room), xlabel="runs a second of one core")
    axes.set_title("Sweeps: 2,000 citizens, 100 weeks")


def main(given: argparse.Namespace) -> int:
    """Measure, print and write down after each part, so that what was measured is not lost."""
    before, rows, known = read(given.against) if given.against else [], [], parts(given.quick)
    chosen = given.only.split(",") if given.only else list(known)
    if wrong := set(chosen) - set(known):
        raise SystemExit(f"no part {', '.join(sorted(wrong))}; there are {', '.join(known)}")
    for name in chosen:
        for one in known[name]():
            rows.append(one)
            print(one.told(), flush=True)
        written(rows, given.out)
    drawn(rows, given.out / "benchmarks.png")
    slower = 0
    for what, ratio, mark in compared(rows, before):
        slower += mark
        print(f"{what:60} {ratio:6.2f}{' SLOWER' if mark else ''}")
    print(f"written to {given.out}")
    return int(slower > 0)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small worlds, few repeats")
    asked.add_argument("--only", help="parts, with commas between")
    asked.add_argument(
        "--against", type=Path, help="an older table: ratios in yards, what is over 5%% slower is marked"
    )
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("--one-week", type=int, help=argparse.SUPPRESS)
    told = asked.parse_args()
    sys.exit(one_week(told.one_week) if told.one_week else main(told))
