"""The classroom's page in a real browser: what a student sees, does with keys and pointer, and takes home."""

from __future__ import annotations

import csv
import json
import shutil
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lesson_texts import HEAD

from advosim.scenario import load

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="the classroom needs the extra 'app'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium on the path")

# No name but this machine's own can be looked up, so that a page which asks elsewhere fails.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip
SIZES = ((1366, 768), (1920, 1080))
REPRESSION = "polity.home.governance.repression"
CHANGED = {"s": "tiny", "b": [[5, REPRESSION, 0.9]], "issue": 1}
FILES = {
    "tiny": 'title = "Tiny"\nextends = "baseline"\nweeks = 40\n[polity.home]\ncitizens = 400\n',
    "abroad": 'title = "Abroad"\nextends = "boomerang"\nweeks = 60\n[polity.home]\ncitizens = 300\n'
    "[polity.north]\ncitizens = 200\n[polity.south]\ncitizens = 200\n",
    "network": 'title = "Network"\nextends = "out_of_the_body"\nweeks = 40\nreform = []\n'
    "[polity.home]\ncitizens = 200\n"
    "[polity.north]\ncitizens = 100\n[polity.south]\ncitizens = 100\n",
    "votes": 'title = "Votes"\nextends = "proportional_system"\nweeks = 40\n[polity.home]\ncitizens = 400\n'
    "[polity.home.governance]\nelection_interval = 26\n"
    "[polity.home.governance.initiative]\nallowed = true\nsignature_share = 0.002\nwindow = 20\n",
}
COLOURS = """id => {
  const canvas = document.getElementById(id);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) found.add(data.slice(i, i + 3).join());
  return found.size;
}"""
SHOWN = """() => [document.body.innerText.replace(document.getElementById('said').innerText, ''),
  document.getElementById('past').style.transform, document.getElementById('now').style.cssText,
  ...[...document.querySelectorAll('main canvas')].map(canvas => canvas.toDataURL())]"""
LESSON = f"""{HEAD}right = [{{ path = "polity.home.governance.repression", value = 0.9 }}]
[[option]]
text = "Fewer speak"
holds = [{{ measure = "expressed", right = "below" }}]
[[option]]
text = "More or as many speak"
holds = [{{ measure = "expressed", right = "above", by = 0.0 }}]
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of small worlds with the shipped lessons' forms: one that asks to choose, one that asks to draw."""
    from advosim.classroom import lessons, server
    from advosim.classroom.asked import Shelf

    folder = tmp_path_factory.mktemp("classroom")
    for name, text in FILES.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "lessons").mkdir()
    (folder / "lessons" / "force.toml").write_text(LESSON, encoding="utf-8")
    drawn = LESSON.replace("look =", "draw = true\nlook =")
    (folder / "lessons" / "line.toml").write_text(drawn, encoding="utf-8")
    shelf = Shelf([folder / f"{name}.toml" for name in FILES])
    app = server.application(shelf, lessons.library([folder / "lessons"], shelf))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/"
    served.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield started
        started.close()


class Page:
    """A tab, and what went wrong in it."""

    def __init__(self, browser: Any, size: tuple[int, int] = SIZES[0]) -> None:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True, reduced_motion="reduce"
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.tab = context.new_page()
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        self.tab.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str, view: dict[str, Any] | None = None) -> Any:
        self.tab.goto(address + ("#" + urllib.parse.quote(json.dumps(view)) if view is not None else ""))
        self.tab.wait_for_function("() => globalThis.told && told.drawn > 0", timeout=60_000)
        return self.tab

    def ready(self) -> None:
        """All weeks of both sides are there, and drawn."""
        self.tab.wait_for_function("() => told.whole()", timeout=60_000)
        self.tab.wait_for_timeout(60)


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    made = Page(browser)
    yield made
    made.tab.context.close()
    assert not made.wrong


def stands(tab: Any, where: str) -> None:
    """Wait until the week that is shown compares so; the page draws it with its next picture."""
    tab.wait_for_function(
        f"() => {{ const shown = Number(document.getElementById('week').value); return shown {where} }}"
    )


def week(tab: Any) -> int:
    return int(tab.input_value("#week"))


def violations(tab: Any) -> list[str]:
    found = axe.Axe().run(tab).response["violations"]
    return [f"{row['id']}: {node['html'][:120]}" for row in found for node in row["nodes"]]


# ---------------------------------------------------------------- what is seen


@pytest.mark.parametrize("name", list(FILES))
def test_both_histories_are_drawn_and_nothing_is_asked_of_others(address: str, page: Page, name: str) -> None:
    tab = page.open(address, {"s": name, "tab": "story", "week": 30})
    page.ready()
    for canvas in ("crowd-a", "crowd-b", "actors-a", "lanes", "curves"):
        colours = tab.evaluate(COLOURS, canvas)
        assert colours > 6, canvas
    assert "week 30 of" in tab.inner_text("#at")
    assert "want more" in tab.inner_text("#numbers-a")
    assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)
    if name == "votes":
        assert "of the seats" in tab.inner_text("#numbers-a")
    assert tab.is_visible("#map") == (name in ("abroad", "network"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("projector", [False, True])
def test_all_fits_without_scrolling(address: str, browser: Any, size: tuple[int, int], projector: bool) -> None:
    page = Page(browser, size)
    tab = page.open(address, {**CHANGED, "projector": projector})
    page.ready()
    box = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert box == list(size)
    play = tab.locator("#play").bounding_box()
    assert play["y"] + play["height"] <= size[1] and tab.locator("aside").is_visible() != projector
    assert not page.wrong


def test_a_tablet_scrolls_down_and_never_sideways(address: str, browser: Any) -> None:
    page = Page(browser, (820, 1180))
    tab = page.open(address, CHANGED)
    assert tab.evaluate("document.documentElement.scrollWidth") == 820 and not page.wrong


@pytest.mark.parametrize("tab_name", ["lesson", "change", "story", "sure"])
def test_nothing_bars_anybody(address: str, page: Page, tab_name: str) -> None:
    tab = page.open(address, {**CHANGED, "tab": tab_name, "week": 20})
    page.ready()
    if tab_name == "change":
        tab.wait_for_selector(".control")
        for summary in tab.locator("#controls summary").all():
            if summary.locator("..").get_attribute("open") is None:
                summary.click()
    if tab_name == "lesson":
        tab.click("[data-lesson=force]")
        tab.wait_for_selector("#predict input")
    assert not violations(tab)


# ---------------------------------------------------------------- hands


def test_it_plays_pauses_and_goes_back_without_a_request(address: str, page: Page) -> None:
    tab = page.open(address, {**CHANGED, "speed": 4})
    page.ready()
    tab.click("#play")
    tab.wait_for_function("() => Number(document.getElementById('week').value) > 2")
    tab.click("#play")
    tab.wait_for_timeout(300)
    stood = week(tab)
    tab.wait_for_timeout(300)
    assert week(tab) == stood > 2
    before = len(page.asked)
    box = tab.locator("#lanes").bounding_box()
    tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 60)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 60, steps=4)
    tab.mouse.up()
    stands(tab, "> 20 && shown < 35")
    tab.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 60)
    stands(tab, "< 8")
    for button, at in (("#next", 1), ("#back", -1)):
        was = week(tab)
        tab.click(button)
        stands(tab, f"=== {was + at}")
    tab.click("#first")
    stands(tab, "=== 1")
    assert len(page.asked) == before


SLOW = """() => {
  const lay = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...how) {
    for (const end = performance.now() + 60; performance.now() < end; );
    return lay.apply(this, how);
  };
}"""
"""A machine on which a crowd takes long to draw."""
PLAYED = """async () => {
  const slider = document.getElementById('week');
  const [week, drawn, began] = [Number(slider.value), told.drawn, performance.now()];
  await new Promise(done => setTimeout(done, 2500));
  return [(1000 * (Number(slider.value) - week)) / (performance.now() - began), told.drawn - drawn];
}"""
PICTURES = """async () => {
  let asked = 0;
  const ask = requestAnimationFrame;
  globalThis.requestAnimationFrame = (...how) => (asked++, ask(...how));
  await new Promise(done => setTimeout(done, 400));
  return asked;
}"""


def test_a_slow_machine_drops_pictures_and_a_paused_tab_asks_for_none(address: str, page: Page) -> None:
    tab = page.open(address, {**CHANGED, "tab": "story", "speed": 8})
    page.ready()
    # The picture of what came last may still be on its way.
    assert any(tab.evaluate(PICTURES) == 0 for _ in range(5))
    tab.evaluate(SLOW)
    tab.click("#play")
    tab.wait_for_timeout(300)
    played, drawn = tab.evaluate(PLAYED)
    assert 6.4 <= played <= 9.6 and drawn < 12


def test_every_control_can_be_reached_and_used_by_keys(address: str, page: Page) -> None:
    tab = page.open(address, {**CHANGED, "tab": "story", "week": 10})
    page.ready()
    tab.evaluate("document.activeElement.blur()")
    for key, meant in (("ArrowRight", 11), ("ArrowLeft", 10), ("End", 40), ("Home", 1)):
        tab.keyboard.press(key)
        stands(tab, f"=== {meant}")
    tab.keyboard.press(" ")
    tab.wait_for_function("() => Number(document.getElementById('week').value) > 1")
    tab.keyboard.press(" ")
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id || document.activeElement.name || ''"))
    wanted = {"scenario", "issues", "projector", "keep", "say", "measure", "first", "back", "play", "next", "week",
              "speed", "tab-story", "panel-story"}  # fmt: skip
    assert wanted <= reached
    tab.focus("#tab-story")
    tab.keyboard.press("ArrowRight")
    assert tab.is_visible("#panel-sure")


def test_a_change_names_itself_and_can_be_taken_back(address: str, page: Page) -> None:
    tab = page.open(address, {"s": "tiny", "tab": "change", "issue": 1, "week": 12})
    page.ready()
    slider = tab.locator(f"[data-path='{REPRESSION}'] input")
    slider.evaluate("e => { e.value = 0.8; e.dispatchEvent(new Event('change')) }")
    assert "Repression 0.1 → 0.8" in tab.inner_text("#changes")
    assert "repression 0.1 → 0.8" in tab.inner_text("#changed-b")
    page.ready()
    tab.check("[name=when][value=next]")
    tab.locator("[data-path='polity.home.governance.assembly_cost'] input").evaluate(
        "e => { e.value = 1; e.dispatchEvent(new Event('change')) }"
    )
    assert "from week 13" in tab.inner_text("#changes") and tab.inner_text("#name-b") == "With two changes"
    page.ready()
    assert tab.evaluate("told.changed") > 0
    tab.locator("#changes button").first.click()
    assert "Repression" not in tab.inner_text("#changes") and "Assembly cost" in tab.inner_text("#changes")
    tab.locator("#changes button").first.click()
    page.ready()
    assert tab.inner_text("#changed-b") == "nothing changed yet"
    tab.fill("#seek", "influence")
    assert "Rule: influence" in tab.inner_text("#controls")
    tab.locator("[data-path='mechanism.influence.on'] input").uncheck()
    assert "rule “influence” on → off" in tab.inner_text("#changes").lower()


def test_a_student_takes_a_seat_and_sees_what_the_organisation_does_by_itself(address: str, page: Page) -> None:
    tab = page.open(address, {"s": "tiny", "tab": "change", "week": 10})
    page.ready()
    tab.locator("#seat summary").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#seat-done tbody tr")
    tab.select_option("#seat-who", index=0)
    tab.select_option("#seat-tactic", "petition")
    tab.select_option("#seat-issue", "housing")
    tab.fill("#seat-weeks", "12")
    tab.focus("#seat-order")
    tab.keyboard.press("Enter")
    assert "petition on housing, weeks → 12, from week 11" in tab.inner_text("#changes").lower()
    page.ready()
    tab.evaluate("document.activeElement.blur()")
    for at in range(11, 19):
        tab.keyboard.press("ArrowRight")
        stands(tab, f"=== {at}")
    tab.wait_for_function(
        "() => document.querySelector('#seat-done tbody tr td:last-child').innerText.includes('petition (housing)')"
    )
    tab.select_option("#shock-kind", "disaster")
    tab.click("#shock-add")
    page.ready()
    assert "disaster on" in tab.inner_text("#changes").lower() and not violations(tab)


def test_the_address_holds_all_that_is_shown(address: str, browser: Any, page: Page) -> None:
    tab = page.open(address, {"s": "tiny"})
    page.ready()
    tab.locator("#issues label").nth(2).click()
    tab.click("#tab-story")
    tab.select_option("#measure", "attitude")
    tab.click("#say")
    tab.locator("#week").evaluate("e => { e.value = 33; e.dispatchEvent(new Event('input')) }")
    tab.click("#keep")
    tab.click("#keep-link")
    link = tab.evaluate("navigator.clipboard.readText()")
    other = Page(browser)
    other.tab.goto(link)
    other.tab.wait_for_function("() => globalThis.told && told.drawn > 0 && told.whole()")
    views: list[Any] = [0, 1]
    for _ in range(20):  # a picture may still be due
        views = [each.evaluate(SHOWN) for each in (page.tab, other.tab)]
        if views[0] == views[1]:
            break
        other.tab.wait_for_timeout(250)
    assert views[0] == views[1]
    other.tab.context.close()


def test_the_story_leads_to_its_week_and_knows_no_later_one(address: str, page: Page) -> None:
    tab = page.open(address, {**CHANGED, "tab": "story", "week": 40})
    page.ready()
    told = tab.locator(".story li")
    last = told.nth(told.count() - 1)
    wanted = int(last.locator("b").inner_text().split()[1])
    last.locator("button").click()
    stands(tab, f"=== {wanted}")
    tab.wait_for_timeout(100)
    weeks = [int(text.split()[1]) for text in tab.locator(".story b").all_inner_texts()]
    assert weeks and max(weeks) <= wanted


def test_the_map_and_the_other_country_can_be_looked_at(address: str, page: Page) -> None:
    tab = page.open(address, {"s": "abroad", "tab": "story", "week": 50})
    page.ready()
    shown = tab.screenshot()
    tab.click("#map")
    assert tab.get_attribute("#map", "aria-pressed") == "false"
    tab.wait_for_timeout(60)
    assert tab.screenshot() != shown
    tab.locator("#polities label").nth(1).click()
    tab.wait_for_timeout(60)
    assert "%" in tab.inner_text("#numbers-a")


def test_allies_from_abroad_stand_at_home_and_on_the_map(address: str, page: Page, tmp_path: Path) -> None:
    """The network of the scenario begins with an alliance across three countries."""
    tab = page.open(address, {"s": "network", "tab": "story", "week": 2, "map": False})
    page.ready()
    at_home = taken(tab, "svg", tmp_path).read_text(encoding="utf-8")
    assert at_home.count("Watch (north)") == at_home.count("Watch (south)") == 2
    tab.click("#map")
    drawn = taken(tab, "svg", tmp_path).read_text(encoding="utf-8")
    assert "Watch (north)" not in drawn and ">union</text>" in drawn and not violations(tab)


# ---------------------------------------------------------------- how sure, and lessons


def test_twins_tell_in_how_many_it_holds(address: str, page: Page) -> None:
    tab = page.open(address, {**CHANGED, "tab": "sure"})
    tab.click("#run-twins")
    tab.wait_for_selector("text=The gold band", timeout=90_000)
    assert " of 20" in tab.inner_text("#twins-told")
    tab.select_option("#take", "final")
    assert " of 20" in tab.inner_text("#twins-told") and not violations(tab)


def test_a_lesson_is_predicted_before_it_is_told(address: str, page: Page) -> None:
    tab = page.open(address, {"s": "tiny"})
    tab.click("[data-lesson=force]")
    tab.wait_for_selector("#predict input")
    assert "Because." not in tab.inner_text("#panel-lesson")
    tab.locator("#predict input").first.check()
    tab.click("#to-end")
    tab.wait_for_selector("#counted", timeout=60_000)
    tab.wait_for_selector("text=Counted in 50 pairs of twins", timeout=240_000)
    assert "Because." in tab.inner_text("#panel-lesson") and "your prediction" in tab.inner_text("#predict")
    counts = [int(text.split()[1]) for text in tab.locator("#predict em").all_inner_texts()]
    assert sum(counts) <= 50 and max(counts) > 0 and not violations(tab)
    tab.click("#teacher summary")
    tab.click("#hide")
    assert "Because." not in tab.inner_text("#panel-lesson")
    tab.locator("#tally button").nth(1).click()
    assert "1 (100%)" in tab.inner_text("#tally")
    tab.click("#reset")
    tab.wait_for_selector("#predict input:not([disabled])")
    assert "100%" not in tab.text_content("#tally")


def test_a_line_is_drawn_and_measured(address: str, page: Page) -> None:
    tab = page.open(address, {"s": "tiny"})
    tab.click("[data-lesson=line]")
    tab.wait_for_selector("text=Draw it")
    page.ready()
    box = tab.locator("#lanes").bounding_box()
    tab.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.4 * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.3 * box["height"], steps=20)
    tab.mouse.up()
    assert week(tab) == 1, "drawing does not move in time"
    tab.click("#to-end")
    tab.wait_for_selector("text=Your line is", timeout=120_000)


# ---------------------------------------------------------------- what is taken home


def taken(tab: Any, what: str, folder: Path) -> Path:
    tab.click("#keep")
    with tab.expect_download(timeout=60_000) as waiting:
        tab.click(f"#keep-{what}")
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_pictures_table_and_scenario_are_saved(address: str, page: Page, tmp_path: Path) -> None:
    tab = page.open(address, {**CHANGED, "week": 40})
    page.ready()
    assert taken(tab, "png", tmp_path).read_bytes().startswith(b"\x89PNG")
    drawing = taken(tab, "svg", tmp_path).read_text(encoding="utf-8")
    assert drawing.startswith("<svg") and "As it was" in drawing and drawing.count("<path") > 30
    with taken(tab, "csv", tmp_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 40 * 3 and {row["side"] for row in rows} == {"as_it_was", "changed"}
    scenario = load.read(taken(tab, "toml", tmp_path))
    assert [(reform.week, reform.set) for reform in scenario.reform] == [(5, {REPRESSION: 0.9})]


def test_one_file_plays_without_a_server(address: str, browser: Any, page: Page, tmp_path: Path) -> None:
    tab = page.open(address, {**CHANGED, "week": 22, "tab": "story"})
    page.ready()
    file = taken(tab, "file", tmp_path)
    alone = Page(browser)
    other = alone.open(file.as_uri())
    alone.ready()
    assert alone.asked == [file.as_uri()] and week(other) == 22
    assert other.inner_text("#numbers-b") == tab.inner_text("#numbers-b")
    assert not other.is_visible("#tab-change") and not violations(other)
    other.click("#play")
    other.wait_for_function("() => Number(document.getElementById('week').value) > 25")
    assert not alone.wrong
    alone.tab.context.close()


def test_a_file_of_ones_own_is_played_or_its_errors_told(address: str, page: Page, tmp_path: Path) -> None:
    tab = page.open(address, {"s": "tiny", "tab": "change"})
    tab.wait_for_selector("#upload")
    own, broken = tmp_path / "own.toml", tmp_path / "broken.toml"
    own.write_text(FILES["tiny"].replace("Tiny", "My own"), encoding="utf-8")
    broken.write_text("title = 'x'\nwekes = 3", encoding="utf-8")
    tab.set_input_files("#upload", own)
    tab.wait_for_function("() => document.title === 'advosim: My own'")
    tab.wait_for_selector("#upload")
    tab.set_input_files("#upload", broken)
    tab.wait_for_selector("#wrong:not([hidden])")
    assert "line 2" in tab.inner_text("#wrong")
    page.wrong = [text for text in page.wrong if "422" not in text]
