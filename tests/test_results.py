"""A folder of results is whole or not there, and says how it was made."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from advosim import __version__
from advosim.reading import measuring
from advosim.reading.collaboration import collaboration
from advosim.results import folder as results
from advosim.results.summary import summary
from advosim.scenario import load
from advosim.scenario.problems import InputError
from advosim.story.page import story

TABLES = ("weeks", "organisations", "campaigns", "publics", "alliances", "elections", "ballots", "events")
FIGURES = ("overview", "tactics", "frames", "timeline", "participation")
FILES = {f"{table}.{kind}" for table in TABLES for kind in ("parquet", "csv")} | {f"{name}.png" for name in FIGURES}
FILES |= {"manifest.json", "codebook.csv", "story.md", "outcomes.csv", "costs.csv", "collaboration.csv"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure takes a second and has tests of its own."""
    monkeypatch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))


# ---------------------------------------------------------------- what is written


def test_a_run_leaves_tables_figure_and_manifest(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "deep" / "run")
    assert names(folder) == FILES
    assert names(folder.parent) == {"run"}
    assert all((folder / f"{name}.png").read_bytes().startswith(b"\x89PNG\r\n") for name in FIGURES)


@pytest.mark.usefixtures("undrawn")
def test_the_story_and_what_is_measured_are_those_of_the_record(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "run")
    assert (folder / "story.md").read_text(encoding="utf-8") == story(record)
    measures = {"outcomes": measuring.outcomes, "costs": measuring.costs, "collaboration": collaboration}
    for name, table in ((name, measure(record)) for name, measure in measures.items()):
        pd.testing.assert_frame_equal(pd.read_csv(folder / f"{name}.csv"), table, check_dtype=False)


@pytest.mark.usefixtures("undrawn")
def test_tables_come_back_as_they_were(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "run")
    for table in TABLES:
        before = getattr(record, table)
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{table}.parquet"), before)
        read = pd.read_csv(folder / f"{table}.csv", keep_default_na=False)
        pd.testing.assert_frame_equal(read, before, check_dtype=False)


@pytest.mark.usefixtures("undrawn")
def test_the_manifest_says_how_to_repeat_the_run(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "run")
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["program"] == "advosim"
    assert told["scenario"] == json.loads(json.dumps(load.resolved(record.scenario)))
    assert (told["seed"], told["weeks"]) == (record.seed, 20)
    assert told["versions"]["advosim"] == __version__
    assert {"python", "numpy", "numba", "pandas", "mesa"} <= set(told["versions"])
    assert {"platform", "machine", "git", "started", "saved", "left_out"} <= set(told)
    assert told["seconds"] == record.seconds
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert set(told["files"]) == FILES - {"manifest.json"}


@pytest.mark.usefixtures("undrawn")
def test_git_state_is_of_the_working_copy_and_needs_no_git(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert results.manifest(record)["git"]["folder"] is None
    monkeypatch.setenv("PATH", "")
    assert results.manifest(record)["git"] == {"advosim": None, "folder": None}


def test_the_default_place_tells_scenarios_and_seeds_apart(record: Any) -> None:
    scenario = record.scenario
    place = results.default_place("Made up", scenario)
    assert place.parent == Path("results")
    assert place.name.startswith("made_up-")
    assert place == results.default_place("Made up", scenario)
    assert place != results.default_place("Made up", scenario.but({"seed": 2}))
    assert place != results.default_place("Made up", scenario.but({"polity.home.governance.repression": 0.2}))


# ---------------------------------------------------------------- whole or not at all


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("writer", ["to_parquet", "to_csv"])
def test_a_full_disk_leaves_nothing(writer: str, record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pd.DataFrame, writer, full)
    with pytest.raises(results.SaveError, match="No space left on device; nothing of them is left"):
        results.write(record, tmp_path / "run")
    assert names(tmp_path) == set()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("place", ["_to_disk", "_swap", "manifest"])
def test_a_failure_at_any_step_keeps_the_older_results(
    place: str, record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results.write(record, tmp_path / "run")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(results, place, full)
    with pytest.raises(results.SaveError):
        results.write(record, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert names(tmp_path) == {"run"}


@pytest.mark.usefixtures("undrawn")
def test_older_results_come_back_if_the_new_cannot_be_renamed(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results.write(record, tmp_path / "run")
    rename = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if ".partial-" in self.name:
            full()
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(results.SaveError):
        results.write(record, folder)
    assert names(tmp_path) == {"run"}
    assert names(folder) == FILES


@pytest.mark.usefixtures("undrawn")
def test_an_interrupt_leaves_nothing(record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(results, "_to_disk", interrupted)
    with pytest.raises(KeyboardInterrupt):
        results.write(record, tmp_path / "run")
    assert names(tmp_path) == set()


@pytest.mark.usefixtures("undrawn")
def test_newer_results_replace_older_ones_whole(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "run")
    results.write(record, folder)
    assert names(folder) == FILES
    assert names(tmp_path) == {"run"}


@pytest.mark.usefixtures("undrawn")
def test_what_is_no_part_of_results_stays(record: Any, tmp_path: Path) -> None:
    folder = results.write(record, tmp_path / "run")
    (folder / "notes.txt").write_text("mine")
    (folder / "sweep").mkdir()
    (folder / "sweep" / "sweep.json").write_text("{}")
    story = (folder / "story.md").read_bytes()
    (folder / "story.md").write_text("edited")
    with pytest.raises(InputError, match=r"notes\.txt, story\.md, sweep") as refused:
        results.write(record, folder)
    assert "--force" in refused.value.problems[0].hint
    results.write(record, folder, force=True)
    assert names(folder) == FILES | {"notes.txt", "sweep"}
    assert (folder / "notes.txt").read_text() == "mine" and (folder / "sweep" / "sweep.json").is_file()
    assert (folder / "story.md").read_bytes() == story
    assert names(tmp_path) == {"run"}


@pytest.mark.usefixtures("undrawn")
def test_results_land_where_a_link_points(record: Any, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "run")
    for _ in range(2):
        results.write(record, tmp_path / "link")
        assert names(tmp_path / "far" / "run") == FILES
        assert (tmp_path / "link").is_symlink() and names(tmp_path / "far") == {"run"}


def test_places_that_can_take_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path / "here")
    for place, what in ((".", "that you are in"), ("..", "that you are in"), ("../loop", "leads nowhere"),
                        ("x" * 256, "too long"), ("\N{SNOWMAN}" * 90, "too long"), ("x/" * 3000, "too long"),
                        ("a\0b", "is no name"), ("/", "that you are in")):  # fmt: skip
        with pytest.raises(InputError, match=what):
            results.check_place(place)
    results.check_place("x" * 255)
    os.rmdir(tmp_path / "here")
    with pytest.raises(InputError, match="has been removed"):
        results.check_place("out")
    assert names(tmp_path) == {"loop"}


@pytest.mark.usefixtures("undrawn")
def test_a_name_of_full_length_is_taken(record: Any, tmp_path: Path) -> None:
    results.write(record, tmp_path / ("x" * 255))
    assert names(tmp_path) == {"x" * 255}


MANY = """
import sys
from made_up import made_up
from advosim.results import folder as results
results._draw = lambda record, file: None
results.write(made_up(), sys.argv[1])
"""


def test_several_writers_leave_one_whole_folder(root: Path, tmp_path: Path) -> None:
    known = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    words = [sys.executable, "-c", MANY, str(tmp_path / "run")]
    writers = [subprocess.Popen(words, env=known) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0] * 2
    assert names(tmp_path) == {"run"}
    told = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert set(told["files"]) == names(tmp_path / "run") - {"manifest.json"}


# Writes to the folder in argv[1] and stays in the middle of it until it is killed.
HANGING = """
import sys, time
from pathlib import Path
from made_up import made_up
from advosim.results import folder as results

def hang(record, file):
    Path(sys.argv[2]).touch()
    time.sleep(600)

results._draw = hang
results.write(made_up(), sys.argv[1])
"""


@pytest.mark.skipif(os.name == "nt", reason="no kill -9 on Windows")
@pytest.mark.usefixtures("undrawn")
def test_what_a_kill_leaves_does_not_look_whole_and_goes_with_the_next_run(
    record: Any, root: Path, tmp_path: Path
) -> None:
    folder, reached = tmp_path / "out" / "run", tmp_path / "reached"
    paths = os.pathsep.join([str(root), str(root / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(folder), str(reached)], env={**os.environ, "PYTHONPATH": paths}
    )
    try:
        deadline = time.monotonic() + 60
        while not reached.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert reached.exists()
        [partial] = folder.parent.iterdir()
        assert partial.name.startswith(results._start(folder, "partial"))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [path.name for path in folder.parent.iterdir()] == [partial.name]
    assert not (partial / "manifest.json").exists()
    results.write(record, folder)
    assert names(folder.parent) == {"run"}
    assert names(folder) == FILES


@pytest.mark.usefixtures("undrawn")
def test_results_that_a_killed_run_was_replacing_come_back(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{results._start(tmp_path / 'run', 'old')}{results._here()}-999999999"
    old = results.write(record, tmp_path / "run").replace(tmp_path / name)
    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(results.SaveError):
        results.write(record, tmp_path / "run")
    assert names(tmp_path / "run") == FILES
    assert not old.exists()


@pytest.mark.skipif(os.name == "nt", reason="on Windows age alone tells")
@pytest.mark.usefixtures("undrawn")
def test_the_folder_of_a_run_that_still_writes_is_left_alone(record: Any, tmp_path: Path) -> None:
    mine, others = (results._start(tmp_path / name, "partial") for name in ("run", "other"))
    alive = tmp_path / f"{mine}{results._here()}-{os.getppid()}"
    elsewhere = tmp_path / f"{mine}another_host-1"
    other = tmp_path / f"{others}another_host-1"
    for folder in (alive, elsewhere, other):
        folder.mkdir()
    results.write(record, tmp_path / "run")
    assert names(tmp_path) == {"run", alive.name, elsewhere.name, other.name}
    os.utime(elsewhere, (0, 0))
    results.write(record, tmp_path / "run")
    assert names(tmp_path) == {"run", alive.name, other.name}


# ---------------------------------------------------------------- what is refused


@pytest.mark.usefixtures("undrawn")
def test_a_folder_of_something_else_is_refused_and_kept(record: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / "manifest.json").write_text('{"program": "another"}')
    with pytest.raises(InputError, match="holds something else than results"):
        results.write(record, tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.usefixtures("undrawn")
def test_an_empty_folder_is_taken(record: Any, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert names(results.write(record, tmp_path / "run")) == FILES


@pytest.mark.parametrize("below", ["", "/a", "/a/b"])
def test_a_place_that_cannot_be_written_is_refused_and_nothing_made(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="is a file|cannot be written"):
        results.check_place(Path(f"{tmp_path}/file{below}"))
    assert names(tmp_path) == {"file"}


def test_looking_at_a_place_makes_nothing(tmp_path: Path) -> None:
    results.check_place(tmp_path / "a" / "b")
    assert names(tmp_path) == set()


# ---------------------------------------------------------------- summary


def test_the_summary_tells_the_run(record: Any, tmp_path: Path) -> None:
    text = summary(record, results.write(record, tmp_path / "run"))
    for part in (
        "Made up: 20 weeks, seed 7",
        "Does the table hold?",
        "-0.20 -> +0.10; steps: +0.30 in week 12",
        "50.0% -> 60.0% in private",
        "above 0.05% of the citizens in 1 week, at most 0.40% (week 5)",
        "signed in 1 week, at most 3.10% (week 3)",
        "repress in 1 week, accommodate in 1 week",
        "1 organisation; closed: greens in week 18",
        "1 campaign: 1 petition",
        "week    2  largest shock of news, on reform in home",
        "week    5  largest protest that media covered, on reform in home",
        "week   12  policy on reform in home moves by +0.30",
        "week   10  reform: home.repression = 0.9",
        str(tmp_path / "run"),
        "compile 2.0 s",
    ):
        assert part in text


def test_the_summary_tells_who_gave_in_and_what_was_lost(record: Any) -> None:
    given_in = {"week": 6, "polity": "home", "issue": "reform", "organisation": "big_oil", "event": "concession"}
    events = pd.concat([record.events, pd.DataFrame([{**given_in, "side": "for", "size": 0.3}])], ignore_index=True)
    text = summary(replace(record, events=events, lost=1234))
    assert "week    6  big oil gives in to a boycott, on reform in home" in text
    assert "the log of events was full; the last 1,234 are not in it" in text


def test_the_summary_names_reforms_that_a_shorter_run_left_out(record: Any) -> None:
    cut = replace(record, weeks=record.weeks[:11], events=record.events[:5], left_out=("week 15: repression = 0.8",))
    assert "left out, for the run ends earlier: week 15: repression = 0.8" in summary(cut)


def test_a_run_without_organisations_and_events_has_a_summary(record: Any) -> None:
    text = summary(replace(record, organisations=record.organisations[:0], events=record.events[:0]))
    assert "0 organisations; closed: none" in text
    assert "0 campaigns: none" in text


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells a process's state there")
def test_a_process_that_was_killed_and_not_waited_for_does_not_run() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert results.is_running(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not results.is_running(process.pid)
    process.wait()
    assert not results.is_running(process.pid)


def test_the_page_on_results_lists_every_folder_that_is_kept(root: Path) -> None:
    kept = re.findall(r"^!/results/(\w+)/$", (root / ".gitignore").read_text(encoding="utf-8"), re.MULTILINE)
    page = (root / "results" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == kept
