"""A sweep in one HTML file: what it holds, and in a real browser how runs are narrowed down, chosen and run again."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from advosim import InputError, Scenario, cli, simulate
from advosim.experiment.exploring import explore, tales
from advosim.experiment.sweep import load, running
from advosim.experiment.sweep.workers import InProcess
from advosim.results import folder as results
from advosim.scenario import load as scenarios
from advosim.scenario import written
from advosim.story import page

REPRESSION, ALLOWED = "polity.home.governance.repression", "polity.home.governance.initiative.allowed"
TABLE: dict[str, Any] = {
    "title": "Force </script> & openness",
    "question": "Who speaks?",
    "scenario": {"as_is": Scenario(title="A"), "small": Scenario(title="B").but({"polity.home.citizens": 300})},
    "design": {"kind": "factorial"},
    "factor": {
        REPRESSION: {"levels": [0.1, 0.5, 0.9], "also": ["polity.home.governance.surveillance"]},
        ALLOWED: {"levels": [False, True]},
    },
    "replicates": {"count": 5},
    "outcome": {"protest": {"of": "protest", "issue": "all"}, "policy": {"of": "policy_change", "issue": "all"}},
}


STORY = """# A \\*free\\* world &amp; &lt;b&gt;

A **large** step, *seen* by all.

- In week 3 `policy` moved.

| issue | policy | supporters ask |
| --- | --- | --- |
| climate | +0.10 | +0.50 |
"""


def known(scenario: Scenario, seed: int) -> dict[str, float]:
    """Outcomes without a model, by which runs can be told apart."""
    governance = scenario.polity["home"].governance
    if seed == 5 and governance.repression > 0.8:
        raise RuntimeError("this one fails")
    return {"protest": governance.repression + seed / 100, "policy": float(governance.initiative.allowed)}


def swept(folder: Path) -> Path:
    running.run(load.build(TABLE, folder.parent), folder, executor=InProcess(), simulate=known, progress=False)
    return folder


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = swept(tmp_path_factory.mktemp("explored") / "out")
    explored(folder)
    return folder


def explored(folder: Path) -> None:
    """A page of runs that no model made, two of them with a story."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tales, "_story", lambda experiment, row: STORY)
        explore.explore(folder, stories=2)


def held(page: Path) -> dict[str, Any]:
    [text] = re.findall(r'id="data-sweep">(.*?)</script>', page.read_text(encoding="utf-8"), re.S)
    found: dict[str, Any] = json.loads(text)
    return found


# ---------------------------------------------------------------- what is in the file


def test_one_file_holds_all_and_asks_nobody(sweep: Path) -> None:
    page = sweep / "explore" / "explore.html"
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text and not re.search(r'(src|href)="(?!data:|#)', text)
    assert not re.search(r"^(import|export) ", text, re.M)
    told = held(page)
    assert told["title"] == TABLE["title"] and told["of"] == 56 and told["failed"] == 4
    assert [column["name"] for column in told["columns"]] == ["scenario", REPRESSION, ALLOWED, "protest", "policy"]
    assert told["columns"][2]["levels"] == ["false", "true"] and told["columns"][1]["levels"] is None
    assert all(column["meaning"] for column in told["columns"])
    names = {file.name for file in (sweep / "explore").iterdir()}
    assert names == {"explore.html", "scenario1.toml", "scenario2.toml", "manifest.json"}


def test_many_runs_are_drawn_from(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST_RUNS", 10)
    told = held(explore.explore(sweep, stories=0))
    assert len(told["run"]) == 10 and told["of"] == 56 and told["run"] == sorted(set(told["run"]))
    monkeypatch.undo()
    explored(sweep)


def test_runs_that_stand_out_are_told_and_others_say_how(tmp_path: Path) -> None:
    small = TABLE["scenario"]["small"].but({"polity.home.citizens": 50, "polity.home.districts": 2, "weeks": 4})
    table = {**TABLE, "scenario": small, "factor": {REPRESSION: {"levels": [0.1, 0.9]}}, "replicates": {"count": 3}}
    table["design"] = {"kind": "factorial", "from_week": 3}
    table["outcome"] = {"support": {"of": "support", "issue": "all", "reduce": "mean"}}
    experiment = load.build(table)
    running.run(experiment, tmp_path / "out", executor=InProcess(), progress=False)
    told = held(explore.explore(tmp_path / "out", stories=4))
    runs = running.runs(tmp_path / "out").sort_values("support", kind="stable")
    assert len(told["stories"]) == 4 and {str(run) for run in runs["run"].iloc[[0, -1]]} <= set(told["stories"])
    run, text = next(iter(told["stories"].items()))
    row = runs.set_index("run").loc[int(run)]
    assert text == page.story(simulate(experiment.at({REPRESSION: row[REPRESSION]}), int(row["seed"])))
    assert told["command"]["fromWeek"] == 3 and told["command"]["weeks"] == {"scenario": 4}
    assert "--stories N" in told["untold"]
    running.run(experiment, tmp_path / "no", executor=InProcess(), simulate=never, progress=False)
    told = held(explore.explore(tmp_path / "no"))
    assert told["stories"] == {} and "ends otherwise now" in told["untold"]


def never(scenario: Scenario, seed: int) -> dict[str, float]:
    """What no run of the model comes to."""
    return {"support": 2.0 + seed}


def test_a_scenario_as_text_is_the_same_scenario(tmp_path: Path) -> None:
    for name in ("boomerang", "opening_and_crackdown", "twitter_ban"):
        scenario = scenarios.load(name)
        (tmp_path / f"{name}.toml").write_text(written.text(scenario), encoding="utf-8")
        assert scenarios.resolved(scenarios.read(str(tmp_path / f"{name}.toml"))) == scenarios.resolved(scenario)


def test_what_cannot_be_explored_is_refused(sweep: Path, tmp_path: Path) -> None:
    nothing = CliRunner().invoke(cli.app, ["explore", str(tmp_path / "none")])
    assert nothing.exit_code == 2 and "none" in nothing.stderr
    (tmp_path / "out" / "explore").mkdir(parents=True)
    (tmp_path / "out" / "explore" / "mine.txt").write_text("mine", encoding="utf-8")
    shutil.copytree(sweep, tmp_path / "out", dirs_exist_ok=True, ignore=shutil.ignore_patterns("explore"))
    with pytest.raises(InputError, match=r"mine\.txt"):
        explore.explore(tmp_path / "out")
    assert [file.name for file in (tmp_path / "out" / "explore").iterdir()] == ["mine.txt"]
    ran = CliRunner().invoke(cli.app, ["explore", str(tmp_path / "out"), "--force", "--stories", "0"])
    assert ran.exit_code == 0 and "explore.html" in ran.stdout and (tmp_path / "out" / "explore" / "mine.txt").exists()


# ---------------------------------------------------------------- in a browser

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND")
INK = """id => {
  const canvas = document.getElementById(id);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 100) found.add(data.slice(i, i + 3).join());
  return found.size;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("there is no chromium on the path")
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def tab(browser: Any, sweep: Path) -> Iterator[Any]:
    wrong: list[str] = []
    asked: list[str] = []
    made = browser.new_page(viewport={"width": 1366, "height": 768})
    made.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("request", lambda request: asked.append(request.url))
    page = (sweep / "explore" / "explore.html").as_uri()
    made.goto(page)
    made.wait_for_function("() => document.getElementById('count').textContent")
    yield made
    made.close()
    assert not wrong
    assert {url for url in asked if not url.startswith("data:")} == {page}


def drag(tab: Any, canvas: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = tab.locator(f"#{canvas}").bounding_box()
    tab.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    tab.mouse.up()


def test_all_is_drawn_and_fit_for_all(tab: Any) -> None:
    assert tab.inner_text("#count") == "56 of 56 runs; 4 failed runs are left out"
    assert tab.inner_text("h1") == TABLE["title"]
    assert all(tab.evaluate(INK, canvas) > 5 for canvas in ("parallel", "scatter", "multiples"))
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(tab).response["violations"]
    assert [f"{row['id']}: {node['html'][:120]}" for row in found for node in row["nodes"]] == []


def test_dragging_along_an_axis_narrows_down_and_a_click_lets_go(tab: Any) -> None:
    width = tab.locator("#parallel").bounding_box()["width"]
    at = (56 + (width - 112) / 4) / width  # the second of five axes: repression
    drag(tab, "parallel", (at, 0.05), (at, 0.35))
    assert tab.inner_text("#count").startswith("16 of 56 runs")
    assert "narrowed" in tab.locator("#filters fieldset").nth(1).get_attribute("class")
    drag(tab, "parallel", (at, 0.5), (at, 0.5))
    assert tab.inner_text("#count").startswith("56 of 56 runs")


def test_a_frame_narrows_down_two_columns(tab: Any) -> None:
    tab.select_option("#across", label="repression")
    tab.select_option("#up", label="protest")
    drag(tab, "scatter", (0.1, 0.95), (0.4, 0.3))
    assert tab.inner_text("#count").startswith("20 of 56 runs")
    tab.click("#clear")
    assert tab.inner_text("#count").startswith("56 of 56 runs")


def test_keys_alone_narrow_down_and_choose(tab: Any) -> None:
    tab.get_by_label("repression from").focus()
    tab.keyboard.press("End")
    assert tab.inner_text("#count").startswith("16 of 56 runs")
    tab.locator("#run").focus()
    tab.keyboard.press("ArrowDown")
    assert re.match(r"Run \d+, seed \d+, with scenario as_is, repression 0.9, ", tab.inner_text("#story"))
    assert re.search(r"protest 0\.9\d*, more than in \d+% of the others", tab.inner_text("#story"))


def test_a_chosen_run_tells_how_it_is_run_again(tab: Any, sweep: Path) -> None:
    tab.select_option("#across", label="repression")
    drag(tab, "scatter", (0.115, 0.8), (0.12, 0.99))
    drag(tab, "parallel", (0.5, 0.5), (0.5, 0.5))  # an axis is no run
    tab.click("#clear")
    last = tab.locator("#run option").last.get_attribute("value")
    tab.select_option("#run", last)
    words = shlex.split(tab.inner_text("#command"))
    told = held(sweep / "explore" / "explore.html")
    assert words[:2] == ["advosim", "run"] and words[2].endswith("explore/scenario2.toml")
    assert words[words.index("--seed") + 1] == str(told["seed"][int(last)])
    sets = [words[number + 1] for number, word in enumerate(words) if word == "--set"]
    again = scenarios.read(words[2], scenarios.settings(sets))
    experiment = load.build(TABLE, sweep.parent)
    row = running.runs(sweep).query(f"run == {told['run'][int(last)]}").iloc[0]
    point = {path: row[path] for path in ("scenario", REPRESSION, ALLOWED)}
    point[ALLOWED] = bool(point[ALLOWED])
    assert scenarios.fingerprint(again) == scenarios.fingerprint(experiment.at(point))
    assert again.polity["home"].citizens == 300 and again.polity["home"].governance.surveillance == point[REPRESSION]


def test_a_run_that_leaves_a_past_is_run_again_from_there(browser: Any, tmp_path: Path, monkeypatch: Any) -> None:
    home = TABLE["scenario"]["small"].but({"polity.home.citizens": 50, "polity.home.districts": 2, "weeks": 6})
    table = {**TABLE, "scenario": home, "factor": {REPRESSION: {"levels": [0.1, 0.9]}}, "replicates": {"count": 1}}
    table["design"] = {"kind": "factorial", "from_week": 3}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(results, "_draw", lambda record, *files: [file.touch() for file in files])
    running.run(load.build({**table, "keep": {"weeks": 1}}), "out", executor=InProcess(), progress=False)
    shown = browser.new_page()
    shown.goto(explore.explore("out", stories=0).absolute().as_uri())
    shown.select_option("#run", "1")
    for command in shown.inner_text("#command").split(" && "):
        ran = CliRunner().invoke(cli.app, shlex.split(command)[1:])
        assert ran.exit_code == 0, ran.output
    shown.close()
    weeks = pd.read_parquet("out/weeks.parquet").query("run == 1")["friction"]
    assert pd.read_parquet("run-1/weeks.parquet").query("week > 0")["friction"].tolist() == weeks[-18:].tolist()


def test_a_chosen_run_shows_its_story_or_says_how(tab: Any, sweep: Path) -> None:
    told = held(sweep / "explore" / "explore.html")
    with_story = [str(run) in told["stories"] for run in told["run"]]
    here, there = with_story.index(True), with_story.index(False)
    tab.select_option("#run", str(here))
    assert tab.locator("#run option:checked").inner_text().endswith("with its story")
    assert tab.locator("#told").inner_text().replace("\n\n", "\n").split("\n") == [
        "A *free* world & <b>", "A large step, seen by all.", "In week 3 policy moved.",
        "climate: policy +0.10; supporters ask +0.50",
    ]  # fmt: skip
    assert tab.locator("#told b").all_inner_texts() == ["large", "climate"] and not tab.inner_text("#untold")
    tab.select_option("#run", str(there))
    assert not tab.locator("#tale").is_visible() and "--stories N" in tab.inner_text("#untold")


def test_a_small_picture_comes_large(tab: Any) -> None:
    box = tab.locator("#multiples").bounding_box()
    tab.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.75 * box["height"])
    chosen = [tab.locator(f"#{name} option:checked").inner_text() for name in ("across", "up")]
    assert chosen == ["repression", "policy"]
