"""The classroom's server: what it makes, what it keeps, and what it refuses."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lesson_texts import HEAD
from worlds import digest

from advosim.classroom import asked, keep, lessons, server, twins, wire
from advosim.classroom.asked import Asked, Change, Shelf
from advosim.classroom.controls import GROUPS, controls, declared
from advosim.classroom.histories import Full, Histories, History, parting
from advosim.classroom.notebook import play
from advosim.live.branch import snapshot
from advosim.live.frame import cast, frame
from advosim.record import Record, recorded
from advosim.scenario import load
from advosim.scenario.load import Scenario
from advosim.scenario.problems import InputError
from advosim.scenario.schema import Governance
from advosim.simulation import advance, simulate
from advosim.week import line
from advosim.world.found import found

testclient = pytest.importorskip("starlette.testclient", reason="the classroom needs the extra 'app'")

TINY = """
title = "Tiny"
question = "Does it play?"
extends = "baseline"
weeks = 40
[polity.home]
citizens = 400
"""
REPRESSION = "polity.home.governance.repression"
LESSON = f"""{HEAD}[[right]]
path = "polity.home.governance.repression"
value = 0.9
[[option]]
text = "Fewer speak"
holds = [{{ measure = "expressed", right = "below" }}]
[[option]]
text = "As many speak"
holds = [{{ measure = "expressed", right = "near", by = 0.0 }}]
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.toml"
    file.write_text(TINY, encoding="utf-8")
    return file


@pytest.fixture
def shelf(tiny: Path) -> Shelf:
    return Shelf([tiny])


def query(*changes: Any, seed: int = 1, scenario: str = "tiny") -> str:
    return json.dumps({"s": scenario, "seed": seed, "c": list(changes)})


def whole(histories: Histories, text: str) -> list[bytes]:
    history = histories.of(asked.read(text))
    history.go_on(history.scenario.weeks, float("inf"))
    return history.weeks


# ---------------------------------------------------------------- what a page may ask for


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 30_000, "too long"), ("{", "no JSON"), ("[1]", "not understood"), ("[" * 9000, "no JSON"),
        (query(scenario="../../etc/passwd"), "no scenario"), (query(seed=-1), "seed"), (query(seed=10**400), "seed"),
        (query([1, REPRESSION, 9]), "allowed: 0 to 1"), (query([1, REPRESSION, True]), "not allowed"),
        (query([1, REPRESSION, "much"]), "not allowed"), (query([1, REPRESSION, float("nan")]), "not allowed"),
        (query([41, REPRESSION, 0.2]), "after the last week"), (query([10**300, REPRESSION, 0.2]), "week"),
        (query([1.5, REPRESSION, 0.2]), "not understood"), (query([1, REPRESSION]), "not understood"),
        (query([1, "polity.home.governance.represion", 0.2]), "no setting"),
        (query([1, "polity.away.governance.repression", 0.2]), "no polity"),
        (query([0, "polity.home.network.social.file", "/etc/passwd"]), "no setting"),
        (query([5, "polity.home.citizens", 500]), "world is founded"),
        (query([0, "polity.home.citizens", 9_000_000]), "too many"), (query([0, "weeks", 5000]), "no setting"),
        (query([1, "polity.home.governance.electoral_system", "none"]), "majority"),
        (query(*[[1, REPRESSION, 0.2]] * 41), "too many"),
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_what_is_wrong_with_a_request_is_told(shelf: Shelf, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        shelf.resolved(asked.read(text))


def test_changes_are_reforms_in_the_order_of_their_weeks(shelf: Shelf) -> None:
    scenario = shelf.resolved(asked.read(query([20, REPRESSION, 0.3], [1, REPRESSION, 0.8], [20, REPRESSION, 0.4])))
    assert [(reform.week, reform.set) for reform in scenario.reform] == [
        (1, {REPRESSION: 0.8}),
        (20, {REPRESSION: 0.4}),
    ]
    assert shelf.resolved(asked.read(query())) is shelf.scenario("tiny")


def test_every_governance_setting_stands_in_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(Governance.model_fields)


def test_controls_take_the_value_that_they_have_and_come_from_the_schema() -> None:
    shown = controls(Scenario.load("boomerang"))
    assert len({control["path"] for control in shown}) == len(shown) > 300
    for control in shown:
        known = declared(control["path"])
        assert known is not None and control["meaning"]
        assert known.takes(control["value"]), control["path"]
        if control["kind"] in ("number", "whole"):
            assert not known.takes(control["high"] + 1) and not known.takes("x") and not known.takes(float("inf"))


def test_uploads_pass_the_checks_of_the_command_line(shelf: Shelf) -> None:
    name = shelf.lay(TINY)
    assert shelf.scenario(name).title == "Tiny" and shelf.titles()[name] == "Tiny"
    wrong = {
        "title = 'x'\nextends = '/etc/passwd'": "cannot extend",
        "title = 'x'\n[polity.home.governance]\npreset = '../../x'": "cannot use the preset",
        "title = 'x'\n[polity.home.network.social]\nkind = 'edge_list'\nfile = '/etc/passwd'": "edge list",
        "title = 'x'\n[polity.home]\ncitizens = 5000000": "too many",
        "title = 'x'\nweeks = 5000": "too many",
        "title = 'x'\n[polity.home.governance]\nrepression = 7": "0 to 1",
        "title = ": "TOML",
        "title = 'x'\n# " + "x" * 300_000: "too large",
        "a." * 50_000 + "b = 1": "nested too deeply",
        "weeks = " + "9" * 5_000: "too large",
    }
    for text, said in wrong.items():
        with pytest.raises(InputError, match=said):
            shelf.lay(text)


# ---------------------------------------------------------------- histories


def test_histories_have_the_bytes_of_histories_alone(shelf: Shelf) -> None:
    together = Histories(shelf)
    base = whole(together, query())
    for week in (1, 2, 13, 14, 27, 40):
        text = query([week, REPRESSION, 0.9])
        assert whole(together, text) == whole(Histories(shelf), text)
        assert whole(together, text)[: week - 1] == base[: week - 1]
        assert whole(together, text)[week - 1 :] != base[week - 1 :]
    text = query([0, "issue.housing.attitude", 0.5], [9, REPRESSION, 0.9])
    assert whole(together, text) == whole(Histories(shelf), text)


def test_what_a_history_tells_is_what_the_run_records(shelf: Shelf) -> None:
    text = query([14, REPRESSION, 0.9])
    scenario = shelf.resolved(asked.read(text))
    world = found(scenario, 1, scenario.weeks)
    known = cast(world, scenario)
    weeks = [wire.week(frame(world, scenario, known)) for _ in advance(world, scenario, line(1), scenario.weeks, 1)]
    assert whole(Histories(shelf), text) == weeks


def test_parting_is_the_first_week_that_differs() -> None:
    one, two, three = (Change(week, REPRESSION, 0.5) for week in (0, 5, 9))
    assert parting((two,), (two, three)) == 9 and parting((two,), (three,)) == 5 and parting((), (one,)) == 0


def test_the_cache_is_bounded_and_drops_nothing_that_is_watched(shelf: Shelf) -> None:
    now = [0.0]
    histories = Histories(shelf, room=1, clock=lambda: now[0])
    first = whole(histories, query())
    histories.of(asked.read(query()), "a tab")
    now[0] = 100.0
    with pytest.raises(Full):
        histories.of(asked.read(query(seed=2)))
    assert len(histories) == 1, "the one that is watched stays"
    now[0] = 10_000.0
    histories.of(asked.read(query(seed=2)))
    assert len(histories) == 1, "nobody watched it any more"
    now[0] = 20_000.0
    assert whole(histories, query()) == first, "made again to the same bytes"


def test_a_tab_that_leaves_makes_room_and_another_keeps_what_it_watches(shelf: Shelf) -> None:
    now = [0.0]
    histories = Histories(shelf, room=1, clock=lambda: now[0])
    for tab in ("one", "other"):
        histories.of(asked.read(query()), tab)
    histories.leave(asked.read(query()), "one")
    now[0] = 100.0
    with pytest.raises(Full):
        histories.of(asked.read(query(seed=2)), "one")
    histories.leave(asked.read(query()), "other")
    histories.of(asked.read(query(seed=2)), "one")
    assert len(histories) == 1


def test_room_is_made_by_thinning_snapshots_of_what_is_watched(shelf: Shelf) -> None:
    histories = Histories(shelf)
    whole(histories, query())
    history: History = histories.of(asked.read(query()))
    before = history.nbytes
    histories.room = histories.nbytes + 1
    whole(histories, query(seed=2))
    histories.of(asked.read(query(seed=2)))
    assert history.nbytes < before and 0 in history.snapshots and len(histories) == 2
    late = query([30, REPRESSION, 0.9])
    histories.room = 10**9
    assert whole(histories, late) == whole(Histories(shelf), late)


# ---------------------------------------------------------------- the server


def client(shelf: Shelf, **how: Any) -> Any:
    return testclient.TestClient(server.application(shelf, {}, **how), base_url="http://127.0.0.1")


def test_weeks_come_as_they_are_asked_for(shelf: Shelf) -> None:
    page = client(shelf)
    weeks = whole(Histories(shelf), query())
    got, at = b"", 0
    while at < 40:
        part = page.get("/weeks", params={"q": query(), "from": at + 1, "most": 7})
        assert part.status_code == 200 and part.headers["content-type"] == "application/octet-stream"
        sizes, rest = 0, part.content
        while rest:
            rest = rest[4 + struct.unpack_from("<I", rest)[0] :]
            sizes += 1
        assert 1 <= sizes <= 7
        got, at = got + part.content, at + sizes
    assert got == b"".join(weeks)
    stage = page.get("/stage", params={"q": query()}).json()
    assert stage["issues"] == ["climate", "housing", "privacy"] and len(stage["sample"]) == 400


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/weeks", 422), ("/weeks?q={}&from=1&most=1", 422), (f"/weeks?q={query()}&from=0&most=1", 422),
        (f"/weeks?q={query()}&from=1&most=5000", 422), (f"/weeks?q={query()}&from=9999999999999&most=1", 422),
        (f"/weeks?q={query(seed=10**30)}&from=1&most=1", 422), ("/weeks?q=" + "x" * 30_000, 422),
        ("/weeks?q=" + "x" * 50_000, 413), ("/page/..%2fserver.py", 404), ("/page/server.py", 404),
        ("/page/%2e%2e%2f%2e%2e%2fpyproject.toml", 404), ("/page/nothing.js", 404), ("/nothing", 404),
        ("/controls?s=../tiny", 422), ("/twins?view={}&n=20", 422), ("/lesson?name=../x", 422), ("/qr.svg", 404),
        ("/one-file?view=[]", 422), ("/scenario.toml?q=1", 422),
    ],
    ids=lambda text: str(text)[:60],
)  # fmt: skip
def test_what_is_not_there_or_out_of_range_gets_a_clear_answer(shelf: Shelf, address: str, status: int) -> None:
    page = client(shelf)
    answer = page.get(address)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["problems"] and "Traceback" not in answer.text
    histories = page.app.state.room.histories
    assert len(histories) == 0 and not histories._founding, "and costs nothing"


def test_only_own_names_are_answered_and_scripts_are_the_pages_own(shelf: Shelf) -> None:
    page = client(shelf)
    assert page.get("/", headers={"host": "evil.example"}).status_code == 400
    assert page.get("/", headers={"host": "localhost:8123"}).status_code == 200
    home = page.get("/")
    policy = home.headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "script-src 'self'" in policy
    assert keep.EMBEDDED in home.text and "style=" not in home.text
    for name in re.findall(r"page/([\w.]+)", home.text):
        assert page.get(f"/page/{name}").headers["content-security-policy"] == policy
    assert page.get("/page/app.js").headers["content-type"].startswith("text/javascript")


def test_uploads_come_from_the_page_alone_and_are_cut_off(shelf: Shelf) -> None:
    page = client(shelf)
    own = {"origin": "http://127.0.0.1"}
    assert page.post("/upload", content=TINY, headers={"origin": "http://evil.example"}).status_code == 403
    assert page.post("/upload", content=TINY).status_code == 403
    assert page.post("/upload", content="x" * 300_000, headers=own).status_code == 413
    assert page.post("/upload", content=b"\xff\xfe", headers=own).status_code == 422
    for number in ("9" * 5_000, "[" * 90_000):
        assert page.post("/upload", content=f"weeks = {number}", headers=own).status_code == 422
    assert page.get("/stage", params={"q": '{"s": "\\ud800"}'}).status_code == 422
    refused = page.post("/upload", content="title = 'x'\nwekes = 3", headers=own)
    assert refused.status_code == 422 and "line 2" in refused.text and "weeks" in refused.text
    name = page.post("/upload", content=TINY, headers=own).json()["name"]
    assert page.get("/weeks", params={"q": query(scenario=name), "from": 1, "most": 1}).status_code == 200


# ---------------------------------------------------------------- what a class takes home


@pytest.mark.parametrize("name", ["tiny", "baseline"])
def test_a_scenario_that_is_saved_runs_to_the_same_bits(tiny: Path, tmp_path: Path, name: str) -> None:
    shelf = Shelf([tiny, "baseline"])
    changes = asked.changes([[0, "issue.housing.attitude", 0.3], [0, "polity.home.citizens", 300], [5, REPRESSION, 0.9],
                             [5, "mechanism.influence.on", False], [9, REPRESSION, 0.1]])  # fmt: skip
    wanted = Asked(name, 7, changes)
    file = tmp_path / "saved.toml"
    file.write_text(keep.toml(shelf, wanted), encoding="utf-8")
    again, meant = load.read(file), shelf.resolved(wanted)
    assert again.seed == 7 and again.reform == meant.reform
    assert digest(simulate(again, weeks=12)) == digest(simulate(meant, 7, weeks=12))


def test_one_file_holds_both_histories_and_asks_for_nothing(shelf: Shelf) -> None:
    histories = Histories(shelf)
    sides = (asked.read(query()), asked.read(query([14, REPRESSION, 0.9])))
    page = keep.one_file(histories, sides, {"s": "tiny", "b": [[14, REPRESSION, 0.9]], "note": "</script>"})
    outside = re.sub(r"(<script[^>]*>).*?</script>", r"\1</script>", page, flags=re.S)
    assert not re.search(r"(src|href)=\"(?!data:|#)", outside) and '</script>"' not in page
    assert not re.search(r"^(import|export)\b", page, flags=re.M)
    assert "unsafe" not in page and "sha256-" in page
    for number, side in enumerate(sides):
        (text,) = re.findall(rf'id="data-side{number}">([^<]*)<', page)
        assert unpacked(text) == b"".join(whole(histories, query(*[[c.week, c.path, c.value] for c in side.changes])))


def unpacked(text: str) -> bytes:
    """What `keep.packed` packed."""
    data = zlib.decompress(base64.b64decode(text), -15)
    weeks, before = [], np.zeros(0, np.uint8)
    while data:
        size, letters, numbers = struct.unpack_from("<III", data)
        week, data = data[: size + 4], data[size + 4 :]
        rest = np.frombuffer(week[12 + letters + 4 * numbers :], np.uint8)
        rest = rest ^ before if before.size == rest.size else rest
        weeks.append(week[: 12 + letters + 4 * numbers] + rest.tobytes())
        before = rest
    return b"".join(weeks)


# ---------------------------------------------------------------- twins and lessons


def test_a_twin_that_goes_on_from_the_others_state_equals_one_from_the_start(shelf: Shelf) -> None:
    one, other = shelf.resolved(Asked("tiny", 1)), shelf.resolved(asked.read(query([14, REPRESSION, 0.9])))
    pair = twins.run_pair((one, other), 14, 5, lambda: False)
    for run, scenario in zip(pair, (one, other), strict=True):
        record = simulate(scenario, 5)
        told = run.measures[list(twins.MEASURES).index("expressed")].reshape(-1)
        np.testing.assert_array_equal(told, record.weeks["expressed"].to_numpy(np.float32)[-told.size :])
        steps = record.events[(record.events["event"] == "step") & (record.events["issue"] == "housing")]
        assert run.events[twins.EVENTS.index("step"), 0, 1] == len(steps)


def test_claims_are_counted_over_pairs(shelf: Shelf) -> None:
    scenario = shelf.scenario("tiny")
    pair = twins.run_pair((scenario, scenario), 0, 1, lambda: False)
    same = twins.Claim("near", measure="policy", take="final")
    more = twins.Claim("above", measure="policy", take="final")
    than = twins.Claim("above", measure="support", take="mean", than=-1.0)
    public = twins.Claim("near", measure="aware", public="urban_connected", than="urban_connected")
    event = twins.Claim("below", event="step", than=1000)
    assert twins.counts([pair], [[same], [more], [than, same], [public], [event]], scenario, (0, 0)) == [1, 0, 1, 1, 1]


def test_twins_run_while_somebody_asks_and_tell_their_band(shelf: Shelf) -> None:
    witnesses = twins.Witnesses(shelf)
    sides = (asked.read(query()), asked.read(query([5, REPRESSION, 0.9], seed=3)))
    known = witnesses.of(sides, 3)
    known.fill()
    told = twins.told(known, 3, "expressed", 0, 1)
    assert told["done"] == 3 and len(told["low"]) == 40
    assert all(
        low <= middle <= high for low, middle, high in zip(told["low"], told["middle"], told["high"], strict=True)
    )
    assert told["low"][:4] == [0.0] * 4, "twins do not differ before the change"
    assert witnesses.of(sides, 3) is known
    known.touched -= 1000
    known.wanted = 9
    known.fill()
    assert len(known.pairs) == 3, "nobody asks any more"


def test_lessons_are_checked_against_their_scenario(shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "force.toml"
    file.write_text(LESSON, encoding="utf-8")
    lesson = lessons.read(file, shelf)
    shown = lessons.shown("force", lesson, shelf.scenario("tiny"))
    assert shown["view"]["b"] == [[1, REPRESSION, 0.9]] and '"holds"' not in json.dumps(shown)
    assert shown["rule"]["source"] and shown["rule"]["says"]
    found = lessons.check(lesson, shelf, 3)
    assert sum(found.counts) <= 3 and "of 3" in str(found)
    for old, new, said in (
        ('scenario = "tiny"', 'scenario = "tinny"', "did you mean 'tiny'"),
        ('issue = "housing"', 'issue = "horses"', "climate, housing, privacy"),
        ("value = 0.9", "value = 9", "0 to 1"),
        ('measure = "expressed", right = "below"', 'measure = "expresed", right = "below"', "did you mean 'expressed'"),
        ('rule = "expression"', 'rule = "expresion"', "did you mean 'expression'"),
        ('look = "Look."', 'loook = "Look."', "loook"),
        ('right = "below"', 'right = "bigger"', "above"),
        ('title = "More force"', "title = ", "TOML"),
    ):
        file.write_text(LESSON.replace(old, new), encoding="utf-8")
        with pytest.raises(InputError, match=re.escape(said)):
            lessons.read(file, shelf)


def test_shipped_lessons_are_in_order_and_shown_without_their_answers() -> None:
    known = lessons.library([], Shelf())
    assert len(known) == len(lessons.shipped()) >= 1
    page = testclient.TestClient(server.application(Shelf(), known), base_url="http://127.0.0.1")
    assert [row["name"] for row in page.get("/lessons").json()] == list(known)
    for name in known:
        assert page.get("/lesson", params={"name": name}).json()["options"] is not None


def test_snapshots_and_weeks_count_in_what_is_kept(shelf: Shelf) -> None:
    histories = Histories(shelf)
    weeks = whole(histories, query())
    history = histories.of(asked.read(query()))
    world = found(shelf.scenario("tiny"), 1, 40)
    assert histories.nbytes >= sum(map(len, weeks)) + len(history.snapshots) * snapshot(world).nbytes
    first = history.snapshots[0].nbytes
    branch = histories.of(asked.read(query([30, REPRESSION, 0.9])))
    for each in (history, branch):
        kept = sum(map(len, each.weeks)) + sum(kept.nbytes for kept in each.snapshots.values())
        assert kept + 0.9 * first < each.nbytes < kept + 1.1 * first, "the world counts as much as a snapshot"
    assert isinstance(Record(shelf.scenario("tiny"), 1, recorded(world)).names.issues, tuple)


def test_a_notebook_shows_both_histories_in_a_frame_of_its_own(shelf: Shelf, tmp_path: Path) -> None:
    player = play(shelf.scenario("tiny"), {REPRESSION: 0.9}, week=14)
    shown = player._repr_html_()
    assert shown.startswith("<iframe") and 'sandbox="allow-scripts' in shown and "<script" not in shown
    (text,) = re.findall(r'id="data-side1">([^<]*)<', player.page)
    assert unpacked(text) == b"".join(whole(Histories(shelf), query([14, REPRESSION, 0.9])))
    assert player.save(tmp_path / "page.html").read_text(encoding="utf-8") == player.page
    with pytest.raises(InputError, match="0 to 1"):
        play("baseline", {REPRESSION: 2})
