"""What a user types: exit codes, messages, and nothing left behind where something was wrong."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from advosim import cli
from advosim.cli import console, scenarios, wiring
from advosim.cli.ending import told
from advosim.results import folder as results
from advosim.scenario import load
from advosim.scenario.problems import InputError

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"numpy", "numba", "pandas", "matplotlib", "mesa", "scipy", "pyarrow", "networkx"}
COMMANDS = {
    "check",
    "run",
    "country",
    "schema",
    "init",
    "warmup",
    "demo",
    "compare",
    "contribution",
    "sweep",
    "calibrate",
    "sensitivity",
    "discover",
    "robustness",
    "explore",
    "rerun",
    "list",
}
FOUND = {**os.environ, "PYTHONPATH": str(ROOT)}
REPRESSION = "polity.home.governance.repression"


def advosim(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def process(*words: str) -> subprocess.CompletedProcess[str]:
    """Another Python, which finds this working copy."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, env=environment)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current folder. After Ctrl-C a command hears no more of it, nor would processes of later tests."""
    heard = signal.getsignal(signal.SIGINT)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ADVOSIM_DEBUG", raising=False)
    yield folder
    signal.signal(signal.SIGINT, heard)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts another function in the place of the simulation."""

    def put(function: Any) -> None:
        module = ModuleType("advosim.simulation")
        module.simulate = module.warmup = function  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "advosim.simulation", module)
        monkeypatch.setattr("advosim.simulation", module, raising=False)
        monkeypatch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))

    return put


@pytest.fixture
def unsimulated(simulated: Callable[[Any], None]) -> None:
    """Nothing may be simulated."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a run began")

    simulated(refuse)


def written(text: str, name: str = "scenario.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def files() -> set[str]:
    return {str(path.relative_to(Path.cwd())) for path in Path.cwd().rglob("*")}


# ---------------------------------------------------------------- help


def test_help_lists_what_there_is_and_no_more() -> None:
    text = advosim("--help").stdout
    assert set(re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)) == COMMANDS
    for later in ("dock", "validate", "ablate"):
        assert later not in text


def test_every_command_of_a_module_is_in_its_list() -> None:
    for module in wiring.MODULES:
        public = {name for name, thing in vars(module).items() if inspect.isfunction(thing) and name[0] != "_"}
        own = {name for name in public if vars(module)[name].__module__ == module.__name__}
        assert own == {command.__name__ for command in module.COMMANDS}
        assert all(command.__doc__ for command in module.COMMANDS)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["check", "baseline"], ["schema"]])
def test_what_simulates_nothing_loads_nothing_heavy(words: list[str]) -> None:
    code = "import sys\nfrom advosim.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    ran = process("-c", code, *words)
    loaded = set(ran.stderr.split())
    assert not loaded & HEAVY
    assert words != ["--help"] or "pydantic" not in loaded


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, advosim; print(*sys.modules)"
    ran = process("-c", code)
    assert not set(ran.stdout.split()) & (HEAVY | {"pydantic", "typer"})


def test_the_module_is_the_command() -> None:
    assert process("-m", "advosim", "--version").stdout.startswith("advosim ")


# ---------------------------------------------------------------- wrong input


BAD = {
    "missing file": ([], "absent.toml", "there is no such"),
    "unknown name": ([], "baselin", "did you mean 'baseline'"),
    "folder": ([], ".", "is a folder"),
    "broken TOML": ([], "title = ", "scenario.toml:1"),
    "empty": ([], "", "title"),
    "unknown key": ([], 'title = "X"\nweks = 3', "scenario.toml:2: unknown key 'weks'"),
    "wrong type": ([], 'title = "X"\nweeks = "long"', "scenario.toml:2"),
    "out of range": ([], 'title = "X"\n[polity.home]\ncitizens = 0', "allowed: 10 to 10,000,000"),
    "not a number": ([], 'title = "X"\n[polity.home.governance]\nrepression = nan', "scenario.toml:3"),
    "infinite": ([], 'title = "X"\n[mechanism.funds]\nfee = inf', "scenario.toml:3"),
    "cycle": ([], 'title = "X"\nextends = "scenario.toml"', "extends"),
    "late reform": ([], f'title = "X"\nweeks = 9\n[[reform]]\nweek = 10\nset = {{ "{REPRESSION}" = 0.5 }}', "10"),
    "no such path": (["--set", "polity.home.governance.represion=1"], "baseline", "did you mean 'repression'"),
    "no value": (["--set", REPRESSION], "baseline", "no path=value"),
    "a path that is too short": (["--set", "=1"], "baseline", "no path=value"),
    "infinite setting": (["--set", f"{REPRESSION}=inf"], "baseline", REPRESSION),
    "seed below 0": (["--seed", "-1"], "baseline", "--seed"),
    "seed above 2**63": (["--seed", 2**63], "baseline", "--seed"),
    "no weeks": (["--weeks", "0"], "baseline", "--weeks"),
    "no threads": (["--threads", "0"], "baseline", "--threads"),
    "unwritable place": (["--out", "taken/run"], "baseline", "cannot be written"),
    "a file as place": (["--out", "taken"], "baseline", "is a file"),
    "a name that no file can have": ([], 300 * "a", "this name is too long"),
    "a place that no folder can have": (["--out", 300 * "a"], "baseline", "this name is too long"),
    "a place with other things": (["--out", "."], "baseline", "is the folder that you are in"),
    "a place around this one": (["--out", "/"], "baseline", "holds the folder that you are in"),
    "a home of nobody": (["--out", "~nosuchuser/x"], "baseline", "there is no user 'nosuchuser'"),
}


@pytest.mark.usefixtures("unsimulated")
@pytest.mark.parametrize("case", BAD)
def test_wrong_input_is_named_and_leaves_nothing(case: str) -> None:
    options, scenario, message = BAD[case]
    written("mine", "taken")
    if "\n" in scenario or "=" in scenario or not scenario:
        scenario = str(written(scenario))
    before = files()
    ran = advosim("run", scenario, *options)
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert "Traceback" not in ran.output
    assert files() == before


@pytest.mark.usefixtures("unsimulated")
def test_all_that_is_wrong_is_said_at_once() -> None:
    scenario = written('title = "X"\nweks = 3\n[polity.home]\ncitizens = 0\n')
    written("mine", "taken")
    ran = advosim("run", scenario, "--set", "mechanism.influence.epsilom=1", "--out", "taken")
    for part in ("weks", "citizens", "epsilom", "taken: is a file", "4 errors; nothing was run or written."):
        assert part in ran.stderr
    assert len(ran.stderr.splitlines()) == 5
    assert ran.exit_code == 2


@pytest.mark.usefixtures("unsimulated")
@pytest.mark.parametrize("command", ["check", "run"])
def test_edge_lists_are_read_before_anything_else(command: str) -> None:
    written("0,1\n3,99\n", "ties.csv")
    scenario = written(
        'title = "X"\n[polity.home]\ncitizens = 20\n'
        '[polity.home.network.face_to_face]\nkind = "edge_list"\nfile = "ties.csv"\n'
    )
    before = files()
    ran = advosim(command, scenario)
    assert ran.exit_code == 2
    assert "ties.csv" in ran.stderr
    assert "99" in ran.stderr
    assert files() == before


# ---------------------------------------------------------------- check


def test_check_says_what_a_scenario_holds_and_notes() -> None:
    ran = advosim("check", "baseline")
    assert ran.exit_code == 0
    assert "no errors" in ran.stdout
    assert "policy_between" not in ran.stdout and "*_between" in ran.stdout, "what is written is a mean over seeds"
    few = advosim("check", written('title = "X"\n[polity.home]\ncitizens = 50\n'))
    assert few.exit_code == 0
    assert "for tests only" in few.stdout


# ---------------------------------------------------------------- run


def test_a_run_leaves_its_results_under_its_name_and_hash(record: Any, simulated: Any) -> None:
    seen = {}

    def simulate(scenario: Any, **options: Any) -> Any:
        seen.update(scenario=scenario, **options)
        options["progress"]("compile", 1, 2)
        options["progress"]("weeks", 20, 20)
        return record

    simulated(simulate)
    ran = advosim("run", "baseline", "--seed", 5, "--weeks", 30, "--set", f"{REPRESSION}=0.75", "--threads", 2)
    assert ran.exit_code == 0, ran.output
    scenario = seen["scenario"]
    assert (scenario.seed, scenario.weeks, seen["threads"]) == (5, 30, 2)
    assert scenario.polity["home"].governance.repression == 0.75
    [folder] = Path("results").iterdir()
    assert folder.name == f"baseline-{load.fingerprint(scenario)}"
    assert "Made up: 20 weeks" in ran.stdout
    assert str(folder) in ran.stdout
    assert advosim("run", "baseline", "--out", folder).exit_code == 0


def test_shorter_runs_leave_out_later_reforms(simulated: Any, record: Any) -> None:
    simulated(lambda scenario, **_: record)
    assert advosim("run", "opening_and_crackdown", "--weeks", 20).exit_code == 0


def failing(*_: Any, **__: Any) -> None:
    raise RuntimeError("the matrix\nis singular")


def test_a_failure_is_one_sentence_and_a_saved_traceback(simulated: Any, here: Path) -> None:
    simulated(failing)
    ran = advosim("run", "baseline")
    assert ran.exit_code == 1
    [line] = ran.stderr.splitlines()
    assert "RuntimeError: the matrix is singular" in line
    saved = re.search(r"The traceback is in (.*?\.txt)", line)
    assert saved
    text = Path(saved[1]).read_text(encoding="utf-8")
    Path(saved[1]).unlink()
    assert "Traceback (most recent call last)" in text
    assert files() == set()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 3 GiB"),
        OSError(12, "Cannot allocate memory"),
        ImportError("libx.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
)
def test_a_lack_of_memory_is_one_sentence(error: Exception, simulated: Any) -> None:
    def lacking(*_: Any, **__: Any) -> None:
        raise error

    simulated(lacking)
    ran = advosim("run", "baseline")
    assert ran.exit_code == 1
    [line] = ran.stderr.splitlines()
    assert "the memory that this process may have does not do" in line and "ulimit -v" in line


@pytest.mark.parametrize(("words", "environment"), [(["--debug"], {}), ([], {"ADVOSIM_DEBUG": "1"})])
def test_debugging_shows_the_traceback(
    words: list[str], environment: dict[str, str], simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated(failing)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = advosim(*words, "run", "baseline")
    assert isinstance(ran.exception, RuntimeError)
    assert ran.exit_code == 1


def test_an_interrupt_is_told_and_leaves_nothing(simulated: Any) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    simulated(interrupted)
    ran = advosim("run", "baseline")
    assert ran.exit_code == 130
    assert "Stopped before the end; nothing was saved." in ran.stderr
    assert files() == set()


def test_a_full_disk_is_told_and_leaves_nothing(simulated: Any, record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    simulated(lambda *_, **__: record)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "_to_disk", full)
    ran = advosim("run", "baseline", "--out", "run")
    assert ran.exit_code == 1
    [line] = ran.stderr.splitlines()
    assert "could not be saved in run: No space left on device" in line
    assert files() == set()


def test_warmup_counts_the_rules_out(simulated: Any) -> None:
    simulated(lambda progress: progress("compile", 3, 3))
    assert "compiled" in advosim("warmup").stdout


# ---------------------------------------------------------------- the whole way


SMALL = ("--set", "polity.home.citizens=200", "--weeks", "12")


def test_from_scenario_to_results(monkeypatch: pytest.MonkeyPatch) -> None:
    first = advosim("run", "baseline", *SMALL, "--out", "first")
    assert first.exit_code == 0, first.output
    assert re.search(r"Baseline: 12 weeks, seed 1\n", first.stdout)
    assert "organisations; closed" in first.stdout
    [told] = re.findall(r"Saved in first: (.*)", first.stdout)
    named = {
        name + end for name, ends in re.findall(r"(\w+) ?(\.\w+|\(.*?\))", told) for end in re.findall(r"\.\w+", ends)
    }
    assert named == {file.name for file in Path("first").iterdir()}
    monkeypatch.setattr(results, "figures_of", lambda record: ())
    again = advosim("run", "baseline", *SMALL, "--out", "again", "--threads", 2)
    other = advosim("run", "baseline", *SMALL, "--out", "other", "--seed", 2)
    assert (again.exit_code, other.exit_code) == (0, 0)
    tables = [Path(folder, "weeks.csv").read_bytes() for folder in ("first", "again", "other")]
    assert tables[0] == tables[1] != tables[2]


def test_a_reform_after_the_end_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "figures_of", lambda record: ())
    ran = advosim("run", "opening_and_crackdown", *SMALL, "--out", "run")
    assert ran.exit_code == 0, ran.output
    assert "reforms of week 53, 131 are left out" in ran.stdout
    assert "reform:" not in ran.stdout
    assert json.loads(Path("run/manifest.json").read_text(encoding="utf-8"))["left_out"]


def test_what_a_script_has_beyond_the_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "figures_of", lambda record: ())
    script = """
        title = "Own"
        extends = "baseline"
        [[shock]]
        week = 20
        kind = "news"
        issue = "climate"
        [[campaign]]
        week = 10
        weeks = 9
        organisation = "climate_ngo_1"
        tactic = "petition"
        issue = "climate"
    """
    Path("own.toml").write_text(textwrap.dedent(script), encoding="utf-8")
    ran = advosim("run", "own.toml", *SMALL, "--out", "run")
    assert ran.exit_code == 0, ran.output
    assert "shocks of week 20 are left out" in ran.stdout and "campaigns of week 10 are cut short" in ran.stdout


def on_one_processor() -> None:
    """No second process makes ready to draw."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@pytest.mark.skipif(os.name == "nt", reason="no such signals on Windows")
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGKILL, -9, marks=pytest.mark.slow)]
)
def test_what_ends_a_run_midway_leaves_no_results(sent: signal.Signals, code: int) -> None:
    assert advosim("warmup").exit_code == 0
    words = [sys.executable, "-m", "advosim", "run", "baseline", "--weeks", "5200", "--out", "run"]
    began = Path("began")
    # A run tells of its progress on stderr once it takes long enough to be in the middle of its weeks.
    with began.open("w") as stderr:
        ran = subprocess.Popen(
            words,
            stdout=stderr,
            stderr=stderr,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            preexec_fn=on_one_processor,
        )
        try:
            deadline = time.monotonic() + 120
            while "weeks:" not in began.read_text(encoding="utf-8") and time.monotonic() < deadline:
                assert ran.poll() is None, began.read_text(encoding="utf-8")
                time.sleep(0.05)
        finally:
            ran.send_signal(sent)
        assert ran.wait(60) == code
    told = began.read_text(encoding="utf-8")
    assert "Traceback" not in told
    assert code != 130 or "nothing was saved" in told
    assert files() == {"began"}


# ---------------------------------------------------------------- country, schema, init


VDEM = "country_name,country_text_id,year,v2csreprss_osp\nAlphaland,AAA,2000,3\nAlphaland,AAA,2001,2\n"


def test_a_country_becomes_a_preset() -> None:
    written(VDEM, "vdem.csv")
    ran = advosim("country", "AAA", "--year", 2000, "--vdem", "vdem.csv")
    assert ran.exit_code == 0
    assert "repression = 0.25" in ran.stdout
    assert "Alphaland" in ran.stderr
    kept = advosim("country", "AAA", "--year", 2000, "--vdem", "vdem.csv", "--out", "aaa.toml")
    assert kept.exit_code == 0
    assert Path("aaa.toml").read_text(encoding="utf-8") == ran.stdout
    scenario = written('title = "X"\n[polity.home.governance]\npreset = "aaa.toml"\n')
    assert advosim("check", scenario).exit_code == 0


@pytest.mark.parametrize(
    ("code", "year", "file", "message"),
    [
        ("AAB", 2000, "vdem.csv", "AAA"),
        ("AAA", 1990, "vdem.csv", "2000"),
        ("AAA", 2000, "absent.csv", "absent.csv"),
        ("AAA", 2000, "other.csv", "other.csv"),
    ],
)
def test_a_country_that_is_not_there_is_an_error(code: str, year: int, file: str, message: str) -> None:
    written(VDEM, "vdem.csv")
    written("a,b\n1,2\n", "other.csv")
    ran = advosim("country", code, "--year", year, "--vdem", file, "--out", "preset.toml")
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert not Path("preset.toml").exists()


def test_several_countries_and_years_become_presets_in_a_folder() -> None:
    written(VDEM, "vdem.csv")
    alone = advosim("country", "AAA:2000", "Alphaland", "--year", 2001, "--vdem", "vdem.csv")
    assert alone.exit_code == 2 and "2 presets need a folder" in alone.stderr
    ran = advosim("country", "AAA:2000", "Alphaland", "--year", 2001, "--vdem", "vdem.csv", "--out", "presets")
    assert ran.exit_code == 0, ran.output
    assert files() - {"vdem.csv", "presets"} == {"presets/aaa_2000.toml", "presets/aaa_2001.toml"}
    assert "repression = 0.5" in Path("presets/aaa_2001.toml").read_text(encoding="utf-8")
    more = advosim("country", "AAA", "--year", 2001, "--year", 1990, "--vdem", "vdem.csv", "--out", "more")
    assert more.exit_code == 2 and "no row for AAA in 1990" in more.stderr and not Path("more").exists()
    none = advosim("country", "AAA", "BBB:2000", "--vdem", "vdem.csv")
    assert none.exit_code == 2 and "write AAA:2012, or --year 2012" in none.stderr


def test_where_one_file_cannot_be_written_none_is(monkeypatch: pytest.MonkeyPatch) -> None:
    written(VDEM, "vdem.csv")
    write = Path.write_text

    def full(self: Path, *words: Any, **options: Any) -> int:
        if self.name == "aaa_2001.toml":
            raise OSError(28, "No space left on device")
        return write(self, *words, **options)

    monkeypatch.setattr(Path, "write_text", full)
    ran = advosim("country", "AAA", "--year", 2000, "--year", 2001, "--vdem", "vdem.csv", "--out", "presets")
    assert ran.exit_code == 2 and "No space left" in ran.stderr
    assert files() == {"vdem.csv"}


def test_a_preset_is_not_overwritten() -> None:
    written(VDEM, "vdem.csv")
    written("mine", "aaa.toml")
    ran = advosim("country", "AAA", "--year", 2000, "--vdem", "vdem.csv", "--out", "aaa.toml")
    assert ran.exit_code == 2
    assert Path("aaa.toml").read_text() == "mine"


def uncommented(text: str) -> str:
    """The starter with all its lines on."""
    return re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("options", [(), ("--empty",)])
@pytest.mark.parametrize("change", [str, uncommented])
def test_the_starter_scenario_holds_with_and_without_its_comments(
    change: Callable[[str], str], options: tuple[str, ...]
) -> None:
    import tomllib

    assert advosim("init", "my_study", *options).exit_code == 0
    Path("my_study/che_2012.toml").write_text("[governance]\nrepression = 0.1\n", encoding="utf-8")
    starter = Path("my_study/my_study.toml")
    starter.write_text(change(starter.read_text(encoding="utf-8")), encoding="utf-8")
    assert advosim("check", starter).exit_code == 0
    schema = json.loads(Path("my_study/advosim.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(tomllib.loads(starter.read_text(encoding="utf-8")), schema)
    assert schema == json.loads(advosim("schema").stdout)


def test_an_empty_start_has_no_strangers() -> None:
    assert advosim("init", "my_study", "--empty").exit_code == 0
    made = load.read("my_study/my_study.toml")
    home = made.polity["home"]
    assert list(made.issue) == ["reform"] and list(made.polity) == ["home"]
    assert list(home.public) == ["first", "second"] and list(home.organisation) == ["supporters", "opponents"]
    assert advosim("run", "my_study/my_study.toml", *SMALL, "--out", "run").exit_code == 0


def test_uncommenting_brings_in_reforms() -> None:
    assert "\n[[reform]]\nweek = 104\nset" in uncommented(scenarios.STARTER)


@pytest.mark.parametrize("taken", ["my_study.toml", "advosim.schema.json"])
def test_init_overwrites_nothing(taken: str) -> None:
    Path("my_study").mkdir()
    written("mine", f"my_study/{taken}")
    ran = advosim("init", "my_study")
    assert ran.exit_code == 2
    assert taken in ran.stderr
    assert Path(f"my_study/{taken}").read_text() == "mine"
    assert files() == {"my_study", str(Path("my_study") / taken)}


# ---------------------------------------------------------------- what is typed wrong


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run baseline --weeks 0", "--weeks: 0 is out of range; allowed: 1 to 5,200"),
        ("compare baseline closed_regime --runs 1", "--runs: 1 is out of range; allowed: 2 to 1,000,000"),
        ("run baseline --seed nan", "--seed: 'nan' is not a whole number; allowed: a whole number, 0 to "),
        ("run baseline --weeks 1e3", "hint: write 1000"),
        ("run baseline --weeks=1e400", "--weeks: '1e400' is not a whole number"),
        (f"run baseline --weeks {'9' * 5000}", " ... is out of range; allowed: 1 to 5,200"),
        (
            "calibrate x.toml --out c --accept 0,5",
            "--accept: '0,5' is not a number; allowed: a number; hint: write 0.5",
        ),
        ("country CHE --vdem x.csv --year 2012 --year x", "--year: 'x' is not a whole number"),
        ("run baseline --weks 3", "--weks: there is no such option; allowed: --seed, "),
        ("run baseline --weeks", "--weeks: needs a value behind it"),
        ("run baseline --force=3", "--force: takes no value"),
        ("check", "SCENARIO: is missing"),
        ("check a b", "'b' is more than this command takes"),
        ("chek baseline", "there is no command 'chek'; allowed: check, run, "),
        (
            "sweep rum x.toml",
            "there is no command 'rum'; allowed: plan, run, status, retry, export; hint: did you mean",
        ),
    ],
)
def test_words_that_cannot_be_taken_are_told_like_all_wrong_input(words: str, told: str) -> None:
    ended = advosim(*words.split())
    assert ended.exit_code == 2 and files() == set()
    first, last = ended.stderr.splitlines()
    assert first.startswith("error: ") and told in first and len(first) < 500
    assert last == "1 error; nothing was run or written."


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u00a0"])
def test_a_blank_word_is_no_place(blank: str) -> None:
    for words in (["--out", blank], [f"--out={blank}"], ["--set", blank], ["--out", blank, "--save-state", blank]):
        ended = advosim("run", "baseline", *words)
        assert ended.exit_code == 2 and files() == set()
        assert ended.stderr.count("it is blank") == len(words) // 2 + len(words) % 2
    with pytest.raises(InputError, match="it is blank"):
        results.check_place(" ")


def test_help_is_no_error() -> None:
    assert advosim("sweep").exit_code == advosim().exit_code == 2
    assert "Usage" in advosim("sweep").output and "error" not in advosim("sweep").stderr
    assert advosim("run", "--help").exit_code == advosim("--version").exit_code == 0


def test_streams_that_are_closed_are_no_failure() -> None:
    command = f"{sys.executable} -m advosim schema <&- >&- 2>&-"
    subprocess.run(["sh", "-c", command], check=True, env=FOUND)


def test_a_reader_that_has_gone_is_no_failure() -> None:
    command = f"{sys.executable} -m advosim schema | head -1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env=FOUND)
    assert (ended.stdout, ended.stderr) == ("{\n", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_command_with_a_sentence(
    number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        console.heed()
        with pytest.raises(typer.Exit) as ended, told():
            os.kill(os.getpid(), number)
            time.sleep(1)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == "Stopped before the end; nothing was saved.\n"


def test_ctrl_c_that_a_library_makes_an_error_of_is_still_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as stopped:
            raise ImportError("numpy failed to load") from stopped
    assert ended.value.exit_code == 130
    assert "Traceback" not in capsys.readouterr().err


def test_ctrl_c_where_nothing_can_be_raised_comes_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Going:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "unraisablehook", console._unraised)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Going()
            time.sleep(5)
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == ""
