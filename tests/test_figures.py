"""The overview draws what the tables hold, for worlds of all shapes."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from advosim import Scenario
from advosim.figures import page, toolkit
from advosim.figures import panels as figures

ISSUES = ("forests", "water", "wages", "land_rights", "press_law")
POLITIES = ("home", "north", "south", "east", "west")
TACTICS = ("research_report", "public_relations", "public_education", "petition", "lobbying", "demonstration")
ORGANISATION_COLUMNS = ["week", "polity", "organisation", "kind", "issue", "tactic", "side", "effort", "closed"]
EVENT_COLUMNS = ["week", "polity", "issue", "organisation", "event", "tactic", "side", "size"]


@dataclass(frozen=True)
class FakeRecord:
    """Tables as a run leaves them, made up."""

    scenario: Scenario
    seed: int
    weeks: pd.DataFrame
    organisations: pd.DataFrame
    events: pd.DataFrame


def fake(
    issues: int = 3,
    polities: int = 1,
    weeks: int = 208,
    organisations: int = 20,
    events: bool = True,
    reforms: tuple[int, ...] = (),
    seed: int = 1,
) -> FakeRecord:
    """A made-up run with the magnitudes of the core loop."""
    rng = np.random.default_rng(seed)
    scenario = fake_scenario(issues, polities, organisations, reforms)
    rows: list[pd.DataFrame] = []
    found: list[dict] = []
    for polity in scenario.polity:
        for issue in scenario.issue:
            table, happened = fake_issue(rng, polity, issue, weeks)
            rows.append(table)
            found += happened
        found += [event(int(w), polity, "", "closure", 0) for w in rng.choice(weeks, weeks // 70, False) + 1]
    table = pd.concat(rows).sort_values(["week", "polity", "issue"], kind="stable", ignore_index=True)
    happened = pd.DataFrame(found if events else [], columns=EVENT_COLUMNS)
    return FakeRecord(scenario, seed, table, fake_organisations(rng, scenario, weeks), happened)


def fake_scenario(issues: int, polities: int, organisations: int, reforms: tuple[int, ...]) -> Scenario:
    polity = {"organisation": {"greens": {"count": organisations}} if organisations else {}}
    settings = [
        {"polity.home.governance.repression": 0.8, "polity.home.governance.media_freedom": 0.3},
        {"polity.home.governance.openness": 0.2},
        {"mechanism.influence.epsilon": 0.4},
    ]
    return Scenario.model_validate(
        {
            "title": "An opening and a crackdown, at $5 or $10 a head",
            "question": "Does a crackdown in mid-run silence advocates, or does it bring people to the streets, "
            "and what remains of the campaigns that had begun before it?",
            "source": "Keck & Sikkink 1998",
            "issue": {name: {} for name in ISSUES[:issues]},
            "polity": dict.fromkeys(POLITIES[:polities], polity),
            "reform": [{"week": w, "set": settings[i % 3]} for i, w in enumerate(reforms)],
        }
    )


def event(week: int, polity: str, issue: str, name: str, side: int, size: float = 0.0) -> dict:
    return dict(zip(EVENT_COLUMNS, (week, polity, issue, "", name, "", side, size), strict=True))


def fake_issue(rng: np.random.Generator, polity: str, issue: str, weeks: int) -> tuple[pd.DataFrame, list[dict]]:
    week = np.arange(1, weeks + 1)
    news = rng.random(weeks) < 0.02
    excitement = decayed(news * rng.exponential(1.3, weeks), 0.85)
    protest = np.floor(rng.lognormal(-9.5, 1, weeks) * np.exp(1.8 * excitement) * 20_000) / 20_000
    petition = np.where(rng.random(weeks) < 0.12, 0.01, 0) * rng.lognormal(0, 1, weeks)
    step = (rng.random(weeks) < 0.007) * rng.lognormal(-1.4, 0.5, weeks) * np.sign(rng.normal(size=weeks))
    policy = np.clip(rng.normal(-0.15, 0.2) + np.cumsum(step + rng.normal(0, 0.002, weeks)), -1, 1)
    active = (protest > 0.0005) | (petition > 0.02)
    chances = {"repress": 0.3, "accommodate": 0.2, "consult": 0.15, "deny": 0.15}
    answers = [[a for a, p in chances.items() if asked and rng.random() < p] for asked in active]
    table = pd.DataFrame(
        {
            "week": week,
            "polity": polity,
            "issue": issue,
            "policy": policy,
            "support": np.clip(rng.uniform(0.45, 0.7) + np.cumsum(rng.normal(0, 0.003, weeks)), 0, 1),
            "agenda": np.exp(excitement) / (32 + np.exp(excitement)),
            "protest": np.minimum(protest, 0.011),
            "petition": np.minimum(petition, 0.31),
            "response": ["+".join(given) or "none" for given in answers],
        }
    )
    marks = (("news", news), ("step", step != 0), ("covered", protest > 0.001))
    return table, [event(int(w), polity, issue, name, 1) for name, on in marks for w in week[on]]


def decayed(pushes: np.ndarray, keep: float) -> np.ndarray:
    level, path = 0.0, []
    for push in pushes:
        level = min(3.0, keep * level + push)
        path.append(level)
    return np.array(path)


def fake_organisations(rng: np.random.Generator, scenario: Scenario, weeks: int) -> pd.DataFrame:
    rows = []
    for polity, described in scenario.polity.items():
        for number in range(sum(o.count for o in described.organisation.values())):
            start, side = 1, "for" if rng.random() < 0.7 else "against"
            while start <= weeks:
                pause, length = int(rng.exponential(12)), int(rng.choice([1, 8, 12]))
                idle, busy = range(start, start + pause), range(start + pause, start + pause + length)
                tactic = str(rng.choice(TACTICS))
                for week in (*idle, *busy):
                    now = tactic if week in busy else ""
                    rows.append((week, polity, f"greens_{number + 1}", "ngo", "forests", now, side, 0.5, False))
                start += pause + length
    table = pd.DataFrame(rows, columns=ORGANISATION_COLUMNS)
    return table[table["week"] <= weeks]


def drawn(record: FakeRecord, **options: object) -> object:
    """Draw; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = figures.overview(record, **options)
        figure.draw_without_rendering()
    return figure


def artists(figure: object, prefix: str) -> dict[str, object]:
    found = [a for axes in figure.axes for a in axes.get_children() if (a.get_gid() or "").startswith(prefix)]
    return {a.get_gid().removeprefix(prefix): a for a in found}


def named_in_keys(figure: object) -> list[str]:
    legends = [axes.get_legend() for axes in figure.axes] + figure.legends
    return [text.get_text() for legend in legends if legend for text in legend.get_texts()]


SHAPES = [
    {},
    {"issues": 1},
    {"issues": 2, "polities": 2},
    {"issues": 5, "reforms": (60, 104, 106)},
    {"issues": 5, "polities": 3, "weeks": 520, "reforms": (1, 200)},
    {"weeks": 1},
    {"weeks": 1, "issues": 5, "polities": 3},
    {"weeks": 2},
    {"weeks": 53},
    {"weeks": 520},
    {"events": False},
    {"organisations": 0},
    {"organisations": 0, "events": False, "weeks": 1, "issues": 1},
]


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def shaped(request: pytest.FixtureRequest) -> tuple[FakeRecord, object]:
    record = fake(**request.param)
    return record, drawn(record)


def test_all_shapes_are_drawn_within_the_page(shaped: tuple[FakeRecord, object]) -> None:
    record, figure = shaped
    assert len(figure.axes) == 7 * len(record.scenario.polity)
    box, page = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= page.x1 and box.y1 <= page.y1


def test_no_words_overlap(shaped: tuple[FakeRecord, object]) -> None:
    boxes = word_boxes(shaped[1])
    assert len(boxes) > 10
    clashes = [(a, b) for i, (a, one) in enumerate(boxes) for b, two in boxes[:i] if one.overlaps(two)]
    assert not clashes


def word_boxes(figure: object) -> list[tuple[str, object]]:
    """Every visible text with its extent, less the blank rim of its line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer, seen = FigureCanvasAgg(figure).get_renderer(), []
    for text in figure.findobj(Text):
        box = text.get_window_extent(renderer)
        if text.get_visible() and text.get_text().strip() and box.width > 0 and ticks_in_view(text):
            seen.append((text.get_text(), box.padded(-1.5)))
    return seen


def ticks_in_view(text: object) -> bool:
    """Whether a tick's label is one that is drawn: matplotlib keeps those beyond the limits, and of inner axes."""
    axes = text.axes
    if axes is None:
        return True
    shown = []
    for axis in (axes.xaxis, axes.yaxis):
        mine = (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if any(text in (tick.label1, tick.label2) for tick in mine):
            drawn = axis._update_ticks() if axis.get_visible() else ()
            shown = [label for tick in drawn for label in (tick.label1, tick.label2)]
            return text in shown
    return True


def test_lines_hold_the_data_of_the_table_and_an_issue_has_one_colour_everywhere() -> None:
    record = fake(polities=2, issues=5, weeks=60)
    figure = drawn(record)
    colours: dict[str, set[str]] = {issue: set() for issue in ISSUES}
    for column, unit in (("policy", 1), ("support", 100), ("protest", 100), ("agenda", 100)):
        lines = artists(figure, f"{column}/")
        assert set(lines) == {f"{p}/{i}" for p in POLITIES[:2] for i in ISSUES}
        for (polity, issue), rows in record.weeks.groupby(["polity", "issue"]):
            line = lines[f"{polity}/{issue}"]
            np.testing.assert_array_equal(line.get_xdata(), rows["week"])
            np.testing.assert_allclose(line.get_ydata(), rows[column] * unit)
            colours[issue].add(line.get_color())
    assert all(len(found) == 1 for found in colours.values())


def test_rows_in_any_order_give_the_same_lines() -> None:
    record = fake(weeks=60)
    mixed = replace(record, weeks=record.weeks.sample(frac=1, random_state=1))
    usual, other = (artists(drawn(each), "policy/") for each in (record, mixed))
    for name, line in usual.items():
        np.testing.assert_array_equal(other[name].get_ydata(), line.get_ydata())


@pytest.mark.parametrize("polities", [1, 2, 3])
def test_weeks_are_marked_three_to_nine_times(polities: int) -> None:
    from matplotlib.figure import Figure

    record = fake(issues=1, polities=polities, weeks=1, organisations=0, events=False)
    for last in [*range(26, 8 * 52, 21), *range(52, 100 * 52, 260)]:
        long = replace(page.page_of(record, None), last=last)
        axes = Figure().add_axes((0, 0, 1, 1))
        page.mark_time([axes] * polities, long)
        ticks = [tick for tick in axes.get_xticks() if 1 <= tick <= last]
        assert 3 <= len(ticks) <= 9, last


def test_names_may_be_categories() -> None:
    record = fake(weeks=60, polities=2)
    tables = {
        name: table.astype({c: "category" for c in ("polity", "issue", "tactic", "event", "side") if c in table})
        for name, table in (("weeks", record.weeks), ("organisations", record.organisations), ("events", record.events))
    }
    assert pixels(drawn(replace(record, **tables))) == pixels(drawn(record))


def test_figures_drawn_in_threads_are_the_same() -> None:
    records = [fake(weeks=30, issues=n) for n in (1, 3)]
    one_by_one = [pixels(figures.overview(record)) for record in records]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda record: pixels(figures.overview(record)), records)) == one_by_one


def pixels(figure: object) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def test_the_legend_names_the_answers_that_occur() -> None:
    record = fake(weeks=30, issues=2)
    record.weeks["response"] = "none"
    record.weeks.loc[(record.weeks["week"] == 9) & (record.weeks["issue"] == "water"), "response"] = "repress+consult"
    figure = drawn(record)
    assert {"repress", "consult"} <= set(named_in_keys(figure))
    assert not {"accommodate", "deny", "none"} & set(named_in_keys(figure))
    bands = artists(figure, "repress/")
    extents = bands["home/water"].get_paths()[0].get_extents()
    assert (extents.x0, extents.x1) == (8.5, 9.5)
    assert not bands["home/forests"].get_paths()


def test_what_did_not_happen_is_said() -> None:
    record = fake(weeks=30, organisations=0)
    quiet = replace(record, weeks=record.weeks.assign(response="none", protest=0.0))
    said = [text.get_text() for axes in drawn(quiet).axes for text in axes.texts]
    assert {"no answer in any week", "none in any week", "no campaigns"} <= set(said)


def test_events_are_marked_where_they_happened() -> None:
    record = fake(weeks=60, issues=1)
    events = pd.DataFrame([event(20, "home", "forests", "step", 1), event(30, "home", "forests", "news", 0)])
    figure = drawn(replace(record, events=events))
    assert {"step of policy", "news shock"} <= set(named_in_keys(figure))
    marks = [
        line for axes in figure.axes for line in axes.lines if line.get_marker() in ("o", "v") and not line.get_gid()
    ]
    at = record.weeks.loc[record.weeks["week"] == 20, "policy"].item()
    assert [list(line.get_xdata()) for line in marks] == [[20], [30]]
    assert marks[0].get_ydata() == [at]


def test_reforms_stand_in_the_polities_they_concern_and_are_explained() -> None:
    figure = drawn(fake(polities=2, weeks=120, reforms=(60, 80, 100)))
    flags = [[t.get_text() for t in axes.texts if t.get_text() in "ABC"] for axes in figure.axes[:2]]
    assert flags == [["A", "B", "C"], ["C"]]
    foot = " ".join(text.get_text() for text in figure.texts).replace("\N{NO-BREAK SPACE}", " ")
    assert "A (week 60) home: repression 0.8, home: media freedom 0.3" in foot
    assert "C (week 100) influence epsilon 0.4" in foot


def test_a_reform_after_the_last_week_drawn_is_left_out() -> None:
    figure = drawn(fake(weeks=50, reforms=(20, 60)))
    assert set(artists(figure, "reform/")) == {"A"}


def test_campaigns_count_both_sides() -> None:
    record = fake(weeks=3, issues=1, organisations=0)
    rows = [
        (2, "home", f"o{n}", "ngo", "forests", "petition", side, 1.0, False)
        for n, side in enumerate(("for", "for", "against"))
    ]
    figure = drawn(replace(record, organisations=pd.DataFrame(rows, columns=ORGANISATION_COLUMNS)))
    ahead, against = (patch.get_data().values for patch in figure.axes[6].patches)
    np.testing.assert_allclose(ahead, [0, -0.46, 0])
    np.testing.assert_allclose(against, [0, 0.23, 0])


def test_many_tactics_share_a_lane() -> None:
    record = fake(weeks=60)
    record.organisations["tactic"] = [f"tactic_{n % 22}" for n in range(len(record.organisations))]
    labels = [label.get_text() for label in drawn(record).axes[6].get_yticklabels()]
    assert "others" in labels and len(labels) <= page.MOST_TACTICS + 1


def test_of_many_polities_one_is_drawn() -> None:
    record = fake(polities=5, weeks=30)
    assert len(drawn(record).axes) == 7
    assert set(artists(drawn(record, polity="east"), "policy/")) == {f"east/{issue}" for issue in ISSUES[:3]}
    with pytest.raises(ValueError, match=r"no polity 'nowhere'.*home, north"):
        figures.overview(record, polity="nowhere")


def test_long_names_and_texts_stay_on_the_page() -> None:
    record = fake(weeks=60, issues=1)
    name = "a_very_long_name_of_an_issue_of_40_chars"
    texts = {"title": "WORD " * 80, "question": "MW" * 500, "source": "word " * 200}
    long = replace(record, scenario=record.scenario.model_copy(update=texts), weeks=record.weeks.assign(issue=name))
    figure = drawn(long)
    assert figure.get_tightbbox().x1 <= figure.bbox_inches.x1
    assert "a very long name of an issue of 40 chars" in named_in_keys(figure)


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_saved_in_the_format_of_the_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"overview.{suffix}"
    toolkit.save(figures.overview(fake(weeks=20)), path)
    assert path.read_bytes()[:5] in (b"\x89PNG\r", b"%PDF-", b"<?xml")


LIGHT = ("elections", "panels")
"""What is asked of a run that draws nothing."""
OTHERS = ("alliances", "ballots", "campaigns", "registry", "timeline", "venues")


def test_importing_figures_loads_nothing_heavy() -> None:
    light, others = (", ".join(f"advosim.figures.{name}" for name in names) for names in (LIGHT, OTHERS))
    code = f"import sys, {light}; assert 'numpy' not in sys.modules; import {others}; "
    code += "assert not {'matplotlib', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[1])
