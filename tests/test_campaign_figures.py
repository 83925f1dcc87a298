"""Figures of campaigns and publics draw what the tables hold, for worlds of all shapes."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_figures import FakeRecord, artists, fake, named_in_keys, word_boxes
from worlds import busy

from advosim.figures import campaigns as campaign_figures
from advosim.figures import timeline as timeline_figure
from advosim.simulation import simulate

FIGURES = ("tactics", "frames", "timeline", "participation")
TACTICS = ("lobbying", "multi_stakeholder_table", "public_relations", "petition", "demonstration", "capacity_building")
FRAMES = ("justice", "security", "prosperity", "identity")
PUBLICS = ("urban_connected", "rural_offline", "marginalised")
WHY = ["concession", "agreement", "hashtag", "local_step", "grant"]


@dataclass(frozen=True)
class PeopledRecord(FakeRecord):
    """Made-up tables, with those of publics."""

    publics: pd.DataFrame

    @property
    def campaigns(self) -> pd.DataFrame:
        """One a week and organisation, as `organisations` tells."""
        return self.organisations[self.organisations["effort"] > 0]


@cache
def peopled(publics: int = 3, tactics: tuple[str, ...] = TACTICS, **shape: object) -> PeopledRecord:
    """The made-up run of the overview, with issues, frames, publics and more events."""
    record, rng = fake(**shape), np.random.default_rng(7)
    campaigns = with_campaigns(rng, record, tactics)
    scenario = with_publics(record, publics)
    weeks = record.weeks.assign(boycott=0.0)
    events = with_events(rng, record, campaigns) if len(record.events) else record.events
    of_publics = views(rng, weeks, list(scenario.polity["home"].public))
    return PeopledRecord(scenario, record.seed, weeks, campaigns, events, of_publics)


def with_publics(record: FakeRecord, count: int) -> object:
    names = (PUBLICS + tuple(f"public_with_a_long_name_{n}" for n in range(count)))[:count]
    text = record.scenario.model_dump()
    for polity in text["polity"].values():
        polity["public"] = {name: {} for name in names}
    return type(record.scenario).model_validate(text)


def with_campaigns(rng: np.random.Generator, record: FakeRecord, tactics: tuple[str, ...]) -> pd.DataFrame:
    """Every spell gets an issue, a tactic, a frame and an effort."""
    rows = record.organisations.sort_values(["polity", "organisation", "week"], kind="stable", ignore_index=True)
    busy = rows["tactic"] != ""
    changed = (rows[["polity", "organisation", "tactic"]] != rows[["polity", "organisation", "tactic"]].shift()).any(
        axis=1
    )
    spell = changed.cumsum().to_numpy()
    count = spell.max(initial=0) + 1
    issues = np.array(list(record.scenario.issue), dtype=object)
    choices = {"issue": issues, "tactic": np.array(tactics, dtype=object), "frame": np.array(FRAMES, dtype=object)}
    for column, names in choices.items():
        rows[column] = np.where(busy, names[rng.integers(len(names), size=count)][spell], "")
    efforts = rng.lognormal(0, 0.5, count)[spell]
    return rows.assign(effort=np.where(busy, efforts, 0.0), side=np.where(busy, rows["side"], ""))


def with_events(rng: np.random.Generator, record: FakeRecord, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Ends of campaigns with gains, answers, and what befalls firms, tables, tags, towns and foundations."""
    issues, last = list(record.scenario.issue), int(record.weeks["week"].max())
    names = sorted(set(campaigns["organisation"])) or ["somebody"]
    rows = []
    for polity in record.scenario.polity:
        for event in (*WHY, *WHY, "repress", "deny", "covered"):
            side = str(rng.choice(["for", "against"]))
            week = int(rng.integers(1, last + 1))
            who = "" if event in ("repress", "deny", "covered", "agreement") else str(rng.choice(names))
            issue = "" if event == "grant" else str(rng.choice(issues))
            rows.append((week, polity, issue, who, event, "", side, rng.normal(0, 0.3)))
    steps = record.events[record.events["event"] == "step"].assign(size=0.2)
    closures = record.events["event"] == "closure"
    others = record.events[record.events["event"] != "step"].copy()
    others.loc[closures, "organisation"] = names[0]
    return pd.concat([others, steps, pd.DataFrame(rows, columns=record.events.columns)], ignore_index=True)


def views(rng: np.random.Generator, weeks: pd.DataFrame, publics: list[str]) -> pd.DataFrame:
    parts = []
    for number, public in enumerate(publics):
        part = weeks[["week", "polity", "issue", "petition", "protest", "boycott", "support"]].copy()
        part[["petition", "protest", "boycott"]] *= (0.2, 1.0, 1.8)[number % 3]
        parts.append(part.assign(public=public, aware=rng.uniform(0.2, 0.6, len(part)), salience=0.1))
    return pd.concat(parts, ignore_index=True)


def drawing(name: str) -> Callable[..., Any]:
    return getattr(timeline_figure if name == "timeline" else campaign_figures, name)


def drawn(name: str, record: PeopledRecord, **options: object) -> object:
    """Draw; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = drawing(name)(record, **options)
        figure.draw_without_rendering()
    return figure


MANY = tuple(f"tactic_of_the_street_{n}" for n in range(20)) + TACTICS
SHAPES = [
    {"issues": 1, "publics": 1},
    {"issues": 4, "polities": 3, "publics": 8},
    {"issues": 5, "polities": 3, "weeks": 520, "reforms": (1, 200), "tactics": MANY},
    {"weeks": 1},
    {"weeks": 53, "organisations": 60},
    {"organisations": 0, "events": False, "weeks": 1, "issues": 1},
]


@pytest.fixture(
    scope="module",
    params=[(name, shape) for shape in SHAPES for name in FIGURES],
    ids=lambda param: f"{param[0]}-{SHAPES.index(param[1])}",
)
def shaped(request: pytest.FixtureRequest) -> object:
    name, shape = request.param
    return drawn(name, peopled(**shape))


def test_all_shapes_are_drawn_within_a_page_of_paper(shaped: object) -> None:
    assert shaped.get_size_inches()[0] == 7.0
    box, page = shaped.get_tightbbox(), shaped.bbox_inches
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= page.x1 and box.y1 <= page.y1


def test_no_words_overlap(shaped: object) -> None:
    boxes = word_boxes(shaped)
    assert len(boxes) > 8
    clashes = [(a, b) for i, (a, one) in enumerate(boxes) for b, two in boxes[:i] if one.overlaps(two)]
    assert not clashes


def test_the_longest_timeline_is_no_longer_than_a_page() -> None:
    record = peopled(issues=5, weeks=520, organisations=60, reforms=(60, 104), tactics=MANY)
    assert drawn("timeline", record).get_size_inches()[1] <= 10.5


# ---------------------------------------------------------------- tactics and frames


def stacked(figure: object, prefix: str) -> dict[str, np.ndarray]:
    """The heights of all layers, by name."""
    return {name: part.get_data().values - part.get_data().baseline for name, part in artists(figure, prefix).items()}


def quarters(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby((rows["week"] - 1) // 13)["effort"].sum()


def test_layers_of_tactics_are_shares_of_effort() -> None:
    record = peopled(weeks=104, polities=2)
    found = stacked(drawn("tactics", record), "tactics/")
    rows = record.organisations[record.organisations["tactic"] != ""]
    for (polity, side), mine in rows.groupby(["polity", "side"]):
        total = quarters(mine).reindex(range(8), fill_value=0)
        for tactic, some in mine.groupby("tactic"):
            share = (100 * quarters(some).reindex(range(8), fill_value=0) / total.where(total > 0, 1)).to_numpy()
            np.testing.assert_allclose(found[f"{polity}/{side}/{tactic.replace('_', ' ')}"], share, atol=1e-9)


def test_bars_of_effort_are_means_of_a_week() -> None:
    record = peopled(weeks=60)
    bars = artists(drawn("tactics", record), "effort/")["home/for"].get_data()
    rows = record.organisations[record.organisations["side"] == "for"]
    expected = quarters(rows).reindex(range(5), fill_value=0).to_numpy() / [13, 13, 13, 13, 8]
    np.testing.assert_allclose(bars.values, expected)
    assert bars.edges[-1] == 60.5


def test_the_heavy_line_bounds_the_inside_tactics() -> None:
    record = peopled(weeks=104)
    figure = drawn("tactics", record)
    layers, line = stacked(figure, "tactics/home/for/"), artists(figure, "inside/home/")["for"].get_data().values
    np.testing.assert_allclose(np.nan_to_num(line), layers["lobbying"] + layers["multi stakeholder table"])
    assert {"Inside", "Outside", "Own strength"} <= set(named_in_keys(figure))


def test_rare_tactics_are_counted_together() -> None:
    record = peopled(weeks=104, tactics=MANY, organisations=60)
    figure = drawn("tactics", record)
    layers = stacked(figure, "tactics/home/for/")
    assert len(layers) <= campaign_figures.MOST_LAYERS + 6
    assert any(name.endswith("others") for name in layers)
    assert {"lobbying", "multi stakeholder table", "capacity building"} <= set(layers)
    whole = sum(layers.values())
    np.testing.assert_allclose(whole[whole > 0], 100)


def test_layers_of_frames_are_shares_of_what_speaks_to_publics() -> None:
    record = peopled(weeks=104)
    found = stacked(drawn("frames", record), "frames/")
    rows = record.organisations
    rows = rows[~rows["tactic"].isin(["", "lobbying", "multi_stakeholder_table", "capacity_building"])]
    for (issue, side), mine in rows.groupby(["issue", "side"]):
        total = quarters(mine).reindex(range(8), fill_value=0)
        for frame, some in mine.groupby("frame"):
            share = (100 * quarters(some).reindex(range(8), fill_value=0) / total.where(total > 0, 1)).to_numpy()
            towards = 1 if side == "for" else -1
            np.testing.assert_allclose(found[f"home/{issue}/{side}/{frame}"], towards * share, atol=1e-9)


def test_frames_tell_silent_campaigns_from_none_and_clear_of_the_line_at_zero() -> None:
    record = peopled(weeks=104, issues=2)
    rows = record.organisations[record.organisations["issue"] == "forests"]
    figure = drawn("frames", replace(record, organisations=rows.assign(tactic="capacity_building")))
    (silent,), (idle,) = (axes.texts for axes in figure.axes)
    assert (silent.get_text(), idle.get_text()) == ("no campaign that speaks to publics", "no campaigns")
    for axes, text in zip(figure.axes, (silent, idle), strict=True):
        zero = axes.transData.transform((1, 0))[1]
        assert text.get_window_extent().y0 > zero + 2


def test_neighbouring_colours_differ_in_grey() -> None:
    from matplotlib.colors import to_rgb

    grey = [
        [float(np.dot(to_rgb(colour), (0.3, 0.59, 0.11))) for colour in colours]
        for colours in (
            campaign_figures.INSIDE_COLOURS,
            campaign_figures.OUTSIDE_COLOURS,
            campaign_figures.FRAME_COLOURS,
        )
    ]
    assert all(min(np.abs(np.diff(shades))) > 0.2 for shades in grey)


# ---------------------------------------------------------------- timeline


def story(events: list[tuple], campaigns: list[tuple], weeks: int = 60) -> PeopledRecord:
    """One issue; events: (week, organisation, event, side, size), campaigns: (organisation, first, last, effort)."""
    record = peopled(weeks=weeks, issues=1, organisations=0)
    rows = [
        (week, "home", who, "ngo", "forests", "petition", "for", effort, False, "justice")
        for who, first, last, effort in campaigns
        for week in range(first, last + 1)
    ]
    happened = [(w, "home", "forests", who, name, "petition", side, size) for w, who, name, side, size in events]
    columns = ["week", "polity", "organisation", "kind", "issue", "tactic", "side", "effort", "closed", "frame"]
    return replace(
        record,
        organisations=pd.DataFrame(rows, columns=columns),
        events=pd.DataFrame(happened, columns=record.events.columns),
    )


def words(figure: object) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def bars(figure: object) -> list[tuple[float, float]]:
    """First and last week of the campaigns that are drawn as bars."""
    found = [
        patch for axes in figure.axes for patch in axes.patches if (patch.get_gid() or "").startswith("campaigns/")
    ]
    return sorted((patch.get_x() + 0.5, patch.get_x() + patch.get_width() - 0.5) for patch in found)


def test_a_campaign_is_a_bar_with_its_name() -> None:
    figure = drawn("timeline", story([], [("greens", 5, 12, 1.0), ("reds", 20, 40, 1.0)]))
    assert bars(figure) == [(5, 12), (20, 40)]
    assert {"greens: petition", "reds: petition"} <= set(words(figure))


def test_campaigns_that_follow_at_once_are_told_apart() -> None:
    begun = [(5, "greens", "campaign", "for", 0.1), (13, "greens", "campaign", "for", 0.1)]
    assert bars(drawn("timeline", story(begun, [("greens", 5, 20, 1.0)]))) == [(5, 12), (13, 20)]


def test_the_campaigns_that_brought_most_are_named() -> None:
    many = [(f"group_{n}", 5 + n, 12 + n, 1.0) for n in range(40)]
    ends = [(12 + n, f"group_{n}", "end", "for", 5.0 if n == 33 else 0.1 * (n % 7)) for n in range(40)]
    figure = drawn("timeline", story(ends, many))
    assert "group 33: petition" in words(figure)
    assert len(bars(figure)) <= timeline_figure.MOST_CAMPAIGNS
    rest = artists(figure, "others/forests/")["for"]
    assert len(bars(figure)) + len(rest.get_paths()) == 40


def test_events_stand_in_their_weeks_with_their_names() -> None:
    told = [
        (10, "oil_firm", "concession", "for", 0.3), (20, "", "agreement", "against", -0.21),
        (30, "greens", "hashtag", "for", 0.01), (40, "town", "local_step", "", 0.1), (50, "greens", "closure", "", 0.0),
        (52, "fund", "grant", "", 2.0), (33, "", "covered", "for", 0.01), (34, "", "repress", "for", 0.01),
    ]  # fmt: skip
    figure = drawn("timeline", story(told, []))
    said = set(words(figure))
    assert {"oil firm gives in", "agreement, −0.21", "hashtag of greens", "policy of town +0.10", "greens"} <= said
    for gid, week in {
        "concession/": 10,
        "hashtag/": 30,
        "closure/": 50,
        "grants/": 52,
        "covered/forests/for": 33,
    }.items():
        assert week in artists(figure, gid)[""].get_xdata(), gid
    keys = named_in_keys(figure)
    assert {"firm gives in", "agreement at a table", "act covered by media", "grants"} <= set(keys)


def test_the_line_of_policy_is_the_table_and_steps_have_their_sizes() -> None:
    record = story([(30, "", "step", "", 0.31)], [])
    figure = drawn("timeline", record)
    line = artists(figure, "policy/")["home/forests"]
    np.testing.assert_array_equal(line.get_ydata(), record.weeks["policy"])
    assert "+0.31" in words(figure)


def level_until(record: PeopledRecord, *steps: tuple[int, float]) -> PeopledRecord:
    """Policy as a series of levels, each from its week on."""
    weeks = record.weeks.copy()
    for week, level in steps:
        weeks.loc[weeks["week"] >= week, "policy"] = level
    return replace(record, weeks=weeks)


def test_steps_at_the_edges_have_their_numbers_and_none_is_zero() -> None:
    sizes = [(1, 0.66), (30, -0.02), (45, 0.001), (60, -0.55)]
    record = story([(week, "", "step", "", size) for week, size in sizes], [])
    record = level_until(record, (1, 0.45), (30, 0.43), (45, 0.431), (60, -0.119))
    said = words(drawn("timeline", record))
    assert {"+0.66", "−0.02", "−0.55"} <= set(said) and "+0.00" not in said


def test_of_steps_that_crowd_the_largest_have_numbers() -> None:
    sizes = [0.02, 0.03, -0.01, 0.3, 0.04, -0.25, 0.05, 0.06]
    levels = np.cumsum(sizes) - 0.2
    record = story([(30 + n, "", "step", "", size) for n, size in enumerate(sizes)], [])
    record = level_until(record, (1, -0.2), *((30 + n, level) for n, level in enumerate(levels)))
    said = [word for word in words(drawn("timeline", record)) if word[1:2] == "0"]
    assert {"+0.30", "−0.25"} <= set(said) and len(said) < len(sizes)


def test_numbers_of_steps_keep_off_the_line_of_policy() -> None:
    record = level_until(story([(30, "", "step", "", 0.5)], []), (1, -0.3), (30, 0.2))
    figure = drawn("timeline", record)
    (number,) = [text for axes in figure.axes for text in axes.texts if text.get_text() == "+0.50"]
    line = artists(figure, "policy/")["home/forests"]
    box, points = number.get_window_extent().padded(-1), line.get_transform().transform(line.get_xydata())
    assert not any(box.contains(x, y) for x, y in points)


def test_campaigns_of_one_organisation_that_run_at_once_are_told_apart() -> None:
    begun = [(2, "greens", "campaign", "for", 0.1), (4, "greens", "campaign", "for", 0.1)]
    record = story(begun, [("greens", 5, 12, 1.0), ("greens", 7, 14, 1.0)])
    tactics = {"tactic": ["petition"] * 8 + ["lobbying"] * 8}
    events = record.events.assign(tactic=["petition", "lobbying"])
    figure = drawn("timeline", replace(record, organisations=record.organisations.assign(**tactics), events=events))
    assert bars(figure) == [(5, 12), (7, 14)]
    assert any(text.get_text().startswith("Of 2 campaigns begun, the 2 ") for text in figure.texts)


def test_the_timeline_counts_the_campaigns_that_the_log_does() -> None:
    record = simulate(busy().but({"weeks": 60}), 1, threads=1)
    figure = drawn("timeline", record, polity="home")
    log = record.events[(record.events["event"] == "campaign") & (record.events["polity"] == "home")]
    assert any(text.get_text().startswith(f"Of {len(log)} campaigns begun") for text in figure.texts)
    strokes = sum(len(one.get_paths()) for one in artists(figure, "others/").values())
    shown = len(bars(figure)) + strokes
    assert len(log[log["week"] < 50]) * 0.9 <= shown <= len(log)


def test_votes_and_appeals_heard_abroad_stand_in_their_weeks() -> None:
    record = story([(10, "greens", "vote", "for", 0.645), (30, "greens", "adopted", "for", 0.8)], [])
    record = replace(record, events=record.events.assign(detail=["initiative accepted", "nations"]))
    figure = drawn("timeline", record)
    assert {"initiative accepted, 64%", "greens heard by nations"} <= set(words(figure))
    assert {"vote", "heard abroad"} <= set(named_in_keys(figure))
    for gid, week in {"vote/": 10, "adopted/": 30}.items():
        assert week in artists(figure, gid)[""].get_xdata(), gid


def test_reforms_have_their_letters() -> None:
    figure = drawn("timeline", peopled(weeks=104, reforms=(60,)))
    assert "A" in words(figure)
    assert any("A\N{NO-BREAK SPACE}(week" in text.get_text() for text in figure.texts)


# ---------------------------------------------------------------- participation


def test_dots_are_acts_a_year_and_ratios_to_the_mean() -> None:
    record = peopled(weeks=104, issues=2)
    figure = drawn("participation", record)
    rows = record.publics
    for act in ("petition", "protest"):
        for (issue, public), mine in rows.groupby(["issue", "public"]):
            (dot,) = artists(figure, f"{act}/{issue}/{public}").values()
            np.testing.assert_allclose(dot.get_xdata(), mine[act].sum() / 2 * 100)
    assert words(figure).count("0.20×") == 4
    assert words(figure).count("1.80×") == 4


def test_publics_left_out_have_open_dots() -> None:
    figure = drawn("participation", peopled(weeks=104, issues=1))
    faces = {name: dot.get_markerfacecolor() for name, dot in artists(figure, "petition/forests/").items()}
    assert [faces[public] == "white" for public in PUBLICS] == [True, False, False]


def test_views_are_medians_of_weeks() -> None:
    record = peopled(weeks=60, issues=1)
    dots = artists(drawn("participation", record), "aware/")["forests"].get_xdata()
    expected = record.publics.groupby("public")["aware"].median()[list(PUBLICS)] * 100
    np.testing.assert_allclose(dots, expected)


def test_every_public_and_issue_has_its_own_values() -> None:
    """As a record has its rows: issue by issue within a public, and neither in the order of the alphabet."""
    columns = ["support", "aware", "petition", "protest", "boycott"]
    record, rng = peopled(weeks=60, issues=3), np.random.default_rng(1)
    rows = record.publics.sort_values(["week", "public", "issue"], ascending=[True, False, False], ignore_index=True)
    number = rows.groupby(["public", "issue"], sort=False).ngroup()
    for place, column in enumerate(columns):
        rows[column] = (0.05 + 0.09 * ((number + 2 * place) % 9)) * rng.uniform(0.95, 1.05, len(rows))
    figure = drawn("participation", replace(record, publics=rows))
    for (issue, public), own in rows.groupby(["issue", "public"]):
        for act in ("petition", "protest", "boycott"):
            (dot,) = artists(figure, f"{act}/{issue}/{public}").values()
            np.testing.assert_allclose(dot.get_xdata(), own[act].mean() * 5200)
        for view in ("aware", "support"):
            (dots,) = artists(figure, f"{view}/{issue}").values()
            (middles,) = artists(figure, f"{view}_half/{issue}").values()
            at = PUBLICS.index(public)
            assert dots.get_xdata()[at] == pytest.approx(100 * own[view].median())
            half = 100 * own[view].quantile([0.25, 0.75])
            np.testing.assert_allclose(middles.get_segments()[at][:, 0], half)


def test_acts_that_nobody_did_are_said() -> None:
    assert words(drawn("participation", peopled(weeks=20, issues=2))).count("none") >= 2


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", FIGURES)
def test_of_many_polities_one_can_be_named(name: str) -> None:
    record = peopled(polities=5, issues=1, weeks=20)
    drawn(name, record, polity="east")
    with pytest.raises(ValueError, match="no polity 'nowhere'"):
        drawing(name)(record, polity="nowhere")


@pytest.mark.parametrize("name", FIGURES)
def test_names_may_be_categories(name: str) -> None:
    record = peopled(weeks=12, issues=1)
    names = ("polity", "issue", "tactic", "event", "side", "frame", "organisation", "public")
    tables = {
        table: getattr(record, table).astype({c: "category" for c in names if c in getattr(record, table)})
        for table in ("weeks", "organisations", "events", "publics")
    }
    assert pixels(drawn(name, replace(record, **tables))) == pixels(drawn(name, record))


def pixels(figure: object) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=60)
    return file.getvalue()


@pytest.mark.parametrize("name", FIGURES)
def test_what_did_not_happen_is_said(name: str) -> None:
    record = peopled(weeks=30, organisations=0, events=False)
    quiet = replace(record, publics=record.publics.assign(petition=0.0, protest=0.0))
    assert ("none" if name == "participation" else "no campaigns") in words(drawn(name, quiet))


def test_pyplot_is_not_imported() -> None:
    here = Path(__file__).resolve()
    code = (
        f"import sys; sys.path[:0] = {[str(here.parent), str(here.parents[1])]}; import test_campaign_figures as t; "
        "import test_figures as o; o.drawn(o.fake(weeks=5)); r = t.peopled(weeks=5); "
        "[t.drawn(n, r) for n in t.FIGURES]; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
