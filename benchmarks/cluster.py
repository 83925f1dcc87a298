"""What a sweep costs on dask workers, and what a million runs would: `python benchmarks/cluster.py [runs]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sweep as sweeps
from measured import Row, row
from peers import there

from advosim.experiment.sweep import running

MILLION = 1_000_000


def used() -> tuple[float, float]:
    """Seconds of the processor and MB of a worker, asked of itself."""
    return time.process_time(), sweeps.resident(os.getpid())


def measured(runs: int, workers: int = 2) -> Iterator[Row]:
    """A sweep of the reference world on workers of this machine, twice: the first loads what is compiled."""
    if not there("distributed"):
        return
    from distributed import Client, LocalCluster

    how = {"n_workers": workers, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**how) as cluster, Client(cluster) as client, tempfile.TemporaryDirectory() as scratch:
        running.run(sweeps.experiment(40), Path(scratch) / "first", dask=cluster.scheduler_address, progress=False)
        before, begin, own = client.run(used), time.perf_counter(), time.process_time()
        out = Path(scratch) / "out"
        done = running.run(sweeps.experiment(runs), out, dask=cluster.scheduler_address, progress=False)
        seconds, own = time.perf_counter() - begin, time.process_time() - own
        after = client.run(used)
        disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    spent = sum(after[name][0] - before[name][0] for name in after)
    what = "sweep on dask"
    yield row(f"{what}: runs a second, by the clock", done.done, "runs", done.done / seconds, "runs/s")
    yield row(f"{what}: run", done.done, "runs", spent / done.done * 1e3, "ms of a worker")
    yield row(f"{what}: the command beside", done.done, "runs", own / done.done * 1e3, "ms a run")
    yield row(f"{what}: memory", done.done, "runs", max(mb for _, mb in after.values()), "MB a worker")
    yield row(f"{what}: a million runs", MILLION, "runs", spent / done.done * MILLION / 3600, "hours of one core")
    yield row(f"{what}: a million runs on disk", MILLION, "runs", disk / done.done * MILLION / 1e6, "MB")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for figure in measured(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000):
        print(figure.told())
