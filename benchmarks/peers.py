"""The reduced rule of `reduced` in other programs, each in the way that is quickest there.

Each takes a start and gives what runs it week by week; the agent-based ones stand also with their own means of running
many models. What is not installed is left out. Nothing is tuned against them: neighbours are held ready in lists, and
draws are made for all at once.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from reduced import MISSED, F, Running, Start, State, luck

os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
HEARD = MISSED.tolist()
Peer = Callable[[Start], Running]
Sweep = Callable[[Start, int, int], State | None]
"""Runs a number of models for a number of weeks; the state of the last, where it can be had."""


def with_scipy(start: Start) -> Running:
    """numpy over citizens and ties, sums over neighbours by scipy's sparse matrices."""
    from scipy.sparse import csr_array

    n, degree = len(start.attitude), np.diff(start.first.astype(np.int64))
    first, neighbour = start.first.astype(np.int32), start.neighbour.astype(np.int32)
    ones, ties, shape = np.ones(n, F), np.maximum(degree, 1).astype(F), (n, n)
    tied = csr_array((np.ones(len(neighbour), F), neighbour, first), shape=shape)
    at = State(start.attitude.copy(), start.aware.copy(), np.zeros(n, bool))
    salience = start.salience.copy()

    def week(number: int) -> None:
        nonlocal at, salience
        gap = at.attitude[neighbour] - np.repeat(at.attitude, degree)
        near = np.abs(gap) < F(0.5)
        apart = csr_array((gap * near, neighbour, first), shape=shape) @ ones
        close = csr_array((near.astype(F), neighbour, first), shape=shape) @ ones
        seen = tied @ np.stack([at.aware, at.acts], axis=1).astype(F)
        at, salience = changed(np, at, salience, start, (apart, close, seen[:, 0], seen[:, 1], ties, luck(number, n)))

    return Running(week, lambda: at)


def changed(xp: Any, at: State, salience: Any, start: Start, seen: tuple[Any, ...]) -> tuple[State, Any]:
    """The change of all citizens by what they saw, in numpy or what looks like it."""
    apart, close, talk, acting, ties, drawn = seen
    knows = at.aware | (drawn >= xp.asarray(MISSED)[xp.minimum(talk, 255).astype("int32")])
    x = at.attitude
    y = xp.clip(x + F(0.05) * apart / xp.maximum(close, F(1)) + F(0.01) * (F(1) - abs(x)), F(-1), F(1))
    z = F(0.9) * salience + F(0.2) * talk / ties * (F(1) - salience)
    alone = F(1) - acting / ties
    acts = knows & (z * y - start.risk * alone > start.threshold * alone)
    return State(xp.where(knows, y, x), knows, acts), xp.where(knows, z, salience)


def with_jax(start: Start) -> Running:
    """JAX, compiled, on one thread: ties as a table of equal rows, filled up and masked."""
    import jax
    import jax.numpy as jnp

    n, degree = len(start.attitude), np.diff(start.first.astype(np.int64))
    owner = np.repeat(np.arange(n), degree)
    table = np.full((degree.max(), n), n, np.int32)
    table[np.arange(len(owner)) - np.repeat(start.first[:-1].astype(np.int64), degree), owner] = start.neighbour
    rows, given = jnp.asarray(table), Start(None, None, *map(jnp.asarray, start[2:]))
    ties = jnp.maximum(jnp.asarray(degree, jnp.float32), 1)

    @jax.jit
    def next_week(at: Any, salience: Any, drawn: Any) -> Any:
        # Nobody, the last, stands infinitely far off.
        x, aware, acts = (jnp.append(column, last) for column, last in zip(at, (jnp.inf, False, False), strict=True))

        def one(total: Any, row: Any) -> tuple[Any, None]:
            gap = x[row] - at.attitude
            near = abs(gap) < 0.5
            parts = (jnp.where(near, gap, 0), near, aware[row], acts[row])
            return tuple(a + b for a, b in zip(total, parts, strict=True)), None

        nothing = jnp.zeros(n, jnp.float32)
        (apart, close, talk, acting), _ = jax.lax.scan(one, (nothing,) * 4, rows)
        return changed(jnp, at, salience, given, (apart, close, talk, acting, ties, drawn))

    held = [State(given.attitude, given.aware, jnp.zeros(n, bool)), given.salience]

    def week(number: int) -> None:
        held[:] = next_week(held[0], held[1], luck(number, n))
        jax.block_until_ready(held)

    return Running(week, lambda: State(*map(np.asarray, held[0])))


def with_mesa_frames(start: Start) -> Running:
    """mesa-frames: citizens are rows of a Polars table, ties of another, grouped by citizen."""
    import polars as pl
    from mesa_frames import AgentSetPolars, ModelDF

    n, degree = len(start.attitude), np.diff(start.first.astype(np.int64))
    ties = pl.DataFrame({"who": np.repeat(np.arange(n, dtype=np.uint32), degree), "other": start.neighbour})
    missed = pl.Series(MISSED)
    columns = {"attitude": start.attitude, "aware": start.aware, "acts": np.zeros(n, bool), "salience": start.salience}

    class Citizens(AgentSetPolars):  # type: ignore[misc]
        def step(self, number: int) -> None:
            own = self.agents
            gap, near = pl.col("gap"), pl.col("gap").abs() < 0.5
            seen = (
                ties.with_columns(
                    gap=own["attitude"].gather(ties["other"]) - own["attitude"].gather(ties["who"]),
                    talk=own["aware"].gather(ties["other"]),
                    acting=own["acts"].gather(ties["other"]),
                )
                .group_by("who", maintain_order=True)
                .agg(pl.when(near).then(gap).otherwise(0.0).sum().alias("apart"), near.sum().alias("close"),
                     pl.col("talk", "acting").sum(), pl.len().alias("ties"))
            )  # fmt: skip
            all_ = own.join(seen, left_on="unique_id", right_on=pl.col("who").cast(pl.Int64), how="left")
            all_ = all_.with_columns(
                pl.col("apart", "close", "talk", "acting").fill_null(0), pl.col("ties").fill_null(1)
            )
            drawn = pl.Series(luck(number, n)) >= missed.gather(all_["talk"].clip(upper_bound=255))
            x, s, share = pl.col("attitude"), pl.col("salience"), pl.col("talk") / pl.col("ties")
            alone = 1 - pl.col("acting") / pl.col("ties")
            y = (x + 0.05 * pl.col("apart") / pl.col("close").clip(lower_bound=1) + 0.01 * (1 - x.abs())).clip(-1, 1)
            all_ = all_.with_columns(aware=pl.col("aware") | drawn, y=y, z=0.9 * s + 0.2 * share * (1 - s), alone=alone)
            motive = pl.col("z") * pl.col("y") - pl.col("risk") * pl.col("alone")
            self.agents = all_.select(
                "unique_id", "risk", "threshold", "aware",
                attitude=pl.when("aware").then(pl.col("y")).otherwise(x).cast(pl.Float32),
                salience=pl.when("aware").then(pl.col("z")).otherwise(s).cast(pl.Float32),
                acts=pl.col("aware") & (motive > pl.col("threshold") * pl.col("alone")),
            )  # fmt: skip

    model = ModelDF()
    citizens = Citizens(model)
    fixed = {"unique_id": np.arange(n), "threshold": start.threshold, "risk": start.risk}
    citizens.add(pl.DataFrame({**fixed, **columns}))
    model.agents += citizens
    held = next(iter(model.agents._agentsets))
    return Running(held.step, lambda: State(*(held.agents[name].to_numpy() for name in State._fields)))


class Citizen:
    """The rule of one citizen in plain Python; `model.drawn` are the week's draws."""

    def begin(self, number: int, start: Start) -> None:
        self.number, self.acts, self.others = number, False, []
        for name in ("attitude", "aware", "salience", "threshold", "risk"):
            setattr(self, name, getattr(start, name)[number].item())

    def look(self) -> None:
        x, apart, close, talk, acting = self.attitude, 0.0, 0, 0, 0
        for other in self.others:
            gap = other.attitude - x
            if -0.5 < gap < 0.5:
                apart += gap
                close += 1
            talk += other.aware
            acting += other.acts
        self.seen = apart, close, talk, acting

    def change(self) -> None:
        apart, close, talk, acting = self.seen
        ties = len(self.others) or 1
        self.aware = self.aware or self.model.drawn[self.number] >= HEARD[min(talk, 255)]
        self.acts = False
        if self.aware:
            x, s, alone = self.attitude, self.salience, 1 - acting / ties
            x += 0.05 * apart / (close or 1) + 0.01 * (1 - abs(x))
            self.attitude = x = min(max(x, -1.0), 1.0)
            self.salience = s = 0.9 * s + 0.2 * talk / ties * (1 - s)
            self.acts = s * x - self.risk * alone > self.threshold * alone


def acquainted(citizens: list[Any], start: Start) -> None:
    """Tell citizens who they are and whom they know."""
    for number, citizen in enumerate(citizens):
        citizen.begin(number, start)
    first, neighbour = start.first.tolist(), start.neighbour.tolist()
    for citizen in citizens:
        citizen.others = [citizens[i] for i in neighbour[first[citizen.number] : first[citizen.number + 1]]]


def state_of(citizens: list[Any]) -> State:
    return State(*(np.array([getattr(citizen, name) for citizen in citizens]) for name in State._fields))


def mesa_model() -> Any:
    """The reduced rule as a Mesa model."""
    import mesa

    class Person(Citizen, mesa.Agent):  # type: ignore[misc]
        pass

    class Model(mesa.Model):  # type: ignore[misc]
        def __init__(self, start: Start, seed: int | None = None) -> None:
            super().__init__(seed=seed)
            self.people = Person.create_agents(self, len(start.attitude))
            acquainted(list(self.people), start)
            self.datacollector = mesa.DataCollector({"aware": lambda model: model.people.agg("aware", sum)})

        def step(self) -> None:
            self.drawn = luck(int(self.steps) - 1, len(self.people)).tolist()
            self.people.do("look")
            self.people.do("change")
            self.datacollector.collect(self)

    return Model


def with_mesa(start: Start) -> Running:
    """Mesa: an agent for each citizen."""
    model = mesa_model()(start)
    return Running(lambda number: model.step(), lambda: state_of(list(model.people)))


def mesa_runs(start: Start, runs: int, weeks: int) -> None:
    """Mesa's `batch_run`, in this process."""
    from mesa.batchrunner import batch_run

    how: Any = {"number_processes": 1, "iterations": runs, "max_steps": weeks, "display_progress": False}
    batch_run(mesa_model(), {"start": [start]}, **how)


def agentpy_model() -> Any:
    """The reduced rule as an agentpy model."""
    import agentpy

    class Person(Citizen, agentpy.Agent):  # type: ignore[misc]
        pass

    class Model(agentpy.Model):  # type: ignore[misc]
        def setup(self) -> None:
            self.people = agentpy.AgentList(self, len(self.p.start.attitude), Person)
            acquainted(list(self.people), self.p.start)

        def step(self) -> None:
            self.drawn = luck(self.t - 1, len(self.people)).tolist()
            self.people.look()
            self.people.change()

        def update(self) -> None:
            self.record("aware", sum(person.aware for person in self.people))

    return Model


def with_agentpy(start: Start) -> Running:
    """agentpy: an agent for each citizen."""
    model = agentpy_model()({"start": start, "steps": 10**6})
    model.sim_setup(steps=10**6)
    return Running(lambda number: model.sim_step(), lambda: state_of(list(model.people)))


def agentpy_runs(start: Start, runs: int, weeks: int) -> None:
    """agentpy's `Experiment`, in this process."""
    import agentpy

    class Model(agentpy_model()):  # type: ignore[misc]
        def setup(self) -> None:
            self.p.start = start  # not as a parameter: those must be hashable
            super().setup()

    agentpy.Experiment(Model, {"steps": weeks}, iterations=runs).run(display=False)


def starsim_model(start: Start, weeks: int) -> Any:
    """The reduced rule as a Starsim module over a network of given ties."""
    import starsim as ss

    n, degree = len(start.attitude), np.diff(start.first.astype(np.int64))
    ties = np.maximum(degree, 1).astype(F)

    class Rule(ss.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="rule")
            self.define_states(ss.FloatArr("attitude"), ss.FloatArr("minds"), ss.BoolArr("aware"), ss.BoolArr("acts"))

        def init_post(self) -> None:
            super().init_post()
            self.attitude[:], self.minds[:], self.aware[:] = start.attitude, start.salience, start.aware

        def step(self) -> None:
            edges = self.sim.networks[0].edges
            at = State(np.asarray(self.attitude.values, F), self.aware.values, self.acts.values)
            gap = at.attitude[edges.p2] - at.attitude[edges.p1]
            near = np.abs(gap) < 0.5
            sums = (gap * near, near, at.aware[edges.p2], at.acts[edges.p2])
            seen = [np.bincount(edges.p1, column, n).astype(F) for column in sums]
            at, minds = changed(np, at, np.asarray(self.minds.values, F), start, (*seen, ties, luck(self.ti, n)))
            self.attitude[:], self.aware[:], self.acts[:], self.minds[:] = *at, minds

    class Ties(ss.Network):  # type: ignore[misc]
        def step(self) -> None:
            """They stay."""

    known = np.repeat(np.arange(n), degree)
    network = Ties(p1=known, p2=start.neighbour.astype(np.int64), beta=np.ones(len(known), F), name="ties")
    return ss.Sim(n_agents=n, networks=network, modules=Rule(), start=0, dur=weeks - 1, dt=1, verbose=0)


def with_starsim(start: Start) -> Running:
    """Starsim: states are arrays over agents, ties edges of a network."""
    model = starsim_model(start, 300)  # a step takes longer the more are planned
    model.init()
    rule = next(module for module in model.modules if module.name == "rule")
    return Running(
        lambda number: model.run_one_step(), lambda: State(*(getattr(rule, k).values for k in State._fields))
    )


def starsim_runs(start: Start, runs: int, weeks: int) -> None:
    """Starsim's `MultiSim`, in this process."""
    import starsim as ss

    ss.MultiSim([starsim_model(start, weeks) for _ in range(runs)]).run(parallel=False, verbose=0)


PEERS: dict[str, tuple[str, Peer, int]] = {
    "numpy + scipy.sparse": ("scipy", with_scipy, 1_000_000),
    "JAX": ("jax", with_jax, 1_000_000),
    "Starsim": ("starsim", with_starsim, 1_000_000),
    "mesa-frames": ("mesa_frames", with_mesa_frames, 1_000_000),
    "Mesa": ("mesa", with_mesa, 100_000),
    "agentpy": ("agentpy", with_agentpy, 10_000),
}
"""Programs by name: their package, the rule, and the most citizens in a run of reasonable length."""
SWEEPS: dict[str, tuple[str, Callable[[Start, int, int], None]]] = {
    "Mesa batch_run": ("mesa", mesa_runs),
    "agentpy Experiment": ("agentpy", agentpy_runs),
    "Starsim MultiSim": ("starsim", starsim_runs),
}


def there(package: str) -> bool:
    """Whether a package is installed; says so where it is not."""
    if importlib.util.find_spec(package) is not None:
        return True
    print(f"{package} is not installed and left out: pip install {package.replace('_', '-')}", flush=True)
    return False
