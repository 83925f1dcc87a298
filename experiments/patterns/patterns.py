"""Patterns that the literature reports, each as a test of whole runs.

A pattern is a function of the laboratory that yields rows: what is estimated, on which worlds, and in which range it
must lie. Where a pattern is written into a rule, a further row sets that term neutral.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from lab import FIRST_SEED, FOUR_YEARS, Estimate, Lab, Numbers, Row, mean, ratio, resampled, share
from scipy import stats

from advosim import Record, Scenario, vdem
from advosim.reading.outcomes import measured
from advosim.scenario.declare import parameters
from advosim.scenario.schema import Governance

GOVERNANCE = "polity.home.governance."
MOVED = 0.05
"""A change of policy that counts. Baumgartner et al. 2009, on this scale."""
ONSET = 0.0005
"""Share of the citizens from which a protest is one."""
LIVELY = {"mechanism.participation.threshold": 0.2}
"""Readier citizens than usual: where answers to protest are compared, of protest there must be some."""
ANY = np.inf


def off(*mechanisms: str) -> dict[str, Any]:
    return {f"mechanism.{name}.on": False for name in mechanisms}


def governed(**settings: Any) -> dict[str, Any]:
    return {GOVERNANCE + name: value for name, value in settings.items()}


def outcomes(record: Record, names: tuple[str, ...], issues: tuple[str, ...] = ()) -> dict[str, float]:
    """Outcomes of the first polity, averaged over issues."""
    polity = next(iter(record.scenario.polity))
    asked = list(issues or record.scenario.issue)
    return {name: next(iter(measured(record, [name], [polity], asked).values())) for name in names}


def of(*names: str, issues: tuple[str, ...] = ()) -> Callable[[Record], Mapping[str, float]]:
    return partial(outcomes, names=names, issues=issues)


def without_ties(scenario: Scenario) -> Scenario:
    """Nobody knows anybody, at the start and later."""
    between = {f"relation.{name}.ties": 0.0 for name in scenario.relation}
    return scenario.but({**between, **off("ties", "across_borders"), "mechanism.ties.abroad": 0.0})


# ---------------------------------------------------------------- networks


def change_across_borders(lab: Lab) -> Iterator[Row]:
    """Networking is necessary for organisations to change policy across borders."""
    for name in ("boomerang", "transnational_network"):
        tied = lab.world(name)
        found = [lab.take(one, of("policy_moved"))["policy_moved"] for one in (without_ties(tied), tied)]
        yield Row(f"policies that move with ties minus without, {name}", mean(found[1] - found[0]), 0.0, ANY)


def collapse(lab: Lab) -> Iterator[Row]:
    """And it raises the risk that organisations collapse."""
    for name in ("baseline", "closed_regime", "transnational_network"):
        tied = lab.world(name)
        found = [lab.take(one, of("closures"))["closures"] for one in (without_ties(tied), tied)]
        yield Row(f"closures with ties minus without, {name}", mean(found[1] - found[0]), 0.0, ANY)


# ---------------------------------------------------------------- how much moves


def changes_of_policy(record: Record) -> dict[str, float]:
    weeks = record.weeks
    home = weeks[weeks["polity"] == next(iter(record.scenario.polity))]
    policy = home.pivot(index="week", columns="issue", values="policy")
    return {f"change {issue}": float(policy[issue].iloc[-1] - policy[issue].iloc[0]) for issue in policy}


def stacked(found: Mapping[str, Numbers]) -> Numbers:
    """(worlds, issues)."""
    return np.column_stack(list(found.values()))


def unchanged_issues(lab: Lab) -> Iterator[Row]:
    """Most contests leave policy unchanged; change, when it comes, is large."""
    base = lab.world("baseline")
    for times, organisations in ((0.5, 10), (1, 20), (2, 40), (4, 80)):
        many = {
            f"polity.home.organisation.{name}.count": max(1, round(times * row.count))
            for name, row in base.polity["home"].organisation.items()
        }
        change = np.abs(stacked(lab.take(base.but(many), changes_of_policy)))
        yield Row(
            f"issues unchanged, about {organisations} organisations", mean((change < MOVED).mean(axis=1)), 0.5, 0.7
        )
        if times == 1:
            median = resampled(lambda rows, d=change: float(np.median(d[rows][d[rows] >= MOVED])), len(change))
            yield Row("median change of those that move", median, 0.15, ANY)


def contest(record: Record) -> dict[str, float]:
    """Of the first issue: what moved, and what either side had."""
    weeks = record.weeks
    issue = next(iter(record.scenario.issue))
    start = record.start
    own = weeks[weeks["issue"] == issue]
    sides = record.organisations[record.organisations["week"] == 1]
    means = [max(float(sides.loc[np.sign(sides["stance"]) == side, "funds"].sum()), 1e-9) for side in (1, -1)]
    return {
        "change": float(own["policy"].iloc[-1] - own["policy"].iloc[0]),
        "means": float(np.log(means[0] / means[1])),
        "support": float(own["support"].iloc[0]),
        "gap": float(own["attitude"].iloc[0] - own["policy"].iloc[0]),
        "salience": float(own["salience"].mean()),
        "alignment": float(start.ideal[0, 0] - start.policy[0, 0]),
    }


DRAWN = {
    "repression": (0.0, 1.0), "accommodation": (0.0, 1.0), "assembly_cost": (0.0, 1.0), "openness": (0.0, 1.0),
    "access": (0.0, 1.0), "contestation": (0.0, 1.0), "media_freedom": (0.0, 1.0), "internet_access": (0.1, 0.95),
    "platform_regulation": (0.0, 1.0), "surveillance": (0.0, 1.0), "veto_players": (1, 5),
}  # fmt: skip
"""Of the settings of governance that need no parties, rights or bodies."""


HYPERCUBE = 36
"""Random worlds for each pair: each of the many numbers by which settings act with context takes some to tell."""


def hypercube(lab: Lab) -> tuple[pd.DataFrame, dict[str, Numbers]]:
    """Random worlds of one issue with their contests: settings of governance, means of both sides, attitudes, news."""
    base = lab.world("baseline")
    sample = stats.qmc.LatinHypercube(len(DRAWN) + 3, rng=7).random(HYPERCUBE * lab.pairs)
    settings = pd.DataFrame(
        {name: low + sample[:, k] * (high - low) for k, (name, (low, high)) in enumerate(DRAWN.items())}
    )
    settings["veto_players"] = settings["veto_players"].round()
    richer, attitude, news = np.exp(2.2 * sample[:, -3] - 1.1), 0.8 * sample[:, -2] - 0.4, sample[:, -1]
    worlds = []
    for k, row in enumerate(settings.to_dict("records")):
        row["veto_players"] = int(row["veto_players"])
        changed = governed(**row) | {"issue.climate.attitude": float(attitude[k])}
        changed["mechanism.attention.news_chance"] = float(0.1 * news[k])
        for name, one in base.polity["home"].organisation.items():
            times = float(np.sqrt(richer[k]) if one.stance > 0 else 1 / np.sqrt(richer[k]))
            changed |= {
                f"polity.home.organisation.{name}.{part}": getattr(one, part) * times for part in ("funds", "income")
            }
        worlds.append((base.but(changed), FIRST_SEED + k))
    return settings, lab.each(worlds, contest, FOUR_YEARS)


def explained(columns: Numbers, of_what: Numbers, rows: Numbers | slice = slice(None)) -> float:
    """Share of variance that a linear model explains of worlds that it was not fitted on (ten parts)."""
    x, y = np.column_stack([np.ones(len(of_what)), columns])[rows], of_what[rows]
    part = np.arange(len(y)) % 10
    left = np.empty_like(y)
    for one in range(10):
        fitted = np.linalg.lstsq(x[part != one], y[part != one], rcond=None)[0]
        left[part == one] = y[part == one] - x[part == one] @ fitted
    return float(1 - left.var() / y.var())


def standard(columns: Numbers) -> Numbers:
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


def who_wins(lab: Lab) -> Iterator[Row]:
    """Resources explain little of who wins, context more, and institutions decide how much either counts."""
    settings, drawn = hypercube(lab)
    change, worlds = drawn["change"], len(settings)
    means = standard(drawn["means"][:, None])
    context = standard(np.column_stack([drawn[name] for name in ("support", "gap", "salience", "alignment")]))
    rules = standard(settings.to_numpy(dtype=float))
    brought = np.column_stack([means, context[:, :1]])
    sides = np.column_stack([brought, brought**2, means * context[:, :1]])
    told = np.column_stack([sides, context[:, 1:], context[:, 1:] ** 2, context[:, 1:] * means])
    told = np.column_stack([told, context[:, :1] * context[:, 1:]])

    def governed_too(columns: Numbers, by: Numbers) -> Numbers:
        return np.column_stack([columns, rules, *(rules * one[:, None] for one in by.T)])

    def over(columns: Numbers, beside: Numbers | None = None) -> Estimate:
        def statistic(rows: Any) -> float:
            less = explained(beside, change, rows) if beside is not None else 0.0
            return explained(columns, change, rows) - less

        whole = statistic(slice(None))
        # Rows drawn twice would be on both sides of a fold: halves without repetition say how sure it is.
        rng = np.random.default_rng(1)
        halves = [statistic(rng.permutation(worlds)[: worlds // 2]) for _ in range(200)]
        spread = 1.96 * float(np.std(halves))
        return Estimate(whole, whole - spread, whole + spread)

    yield Row("variance of the change explained by the sides' means", over(means), -ANY, 0.1)
    yield Row("by support, distance to opinion, salience and what the government wants", over(context), 0.15, ANY)
    yield Row(
        "by settings of governance, alone or with means and support, beyond what these explain",
        over(governed_too(sides, brought), sides), 0.15, ANY,
    )  # fmt: skip
    yield Row(
        "the same, beyond all of that context, part of which settings move themselves",
        over(governed_too(told, np.column_stack([means, context])), told), 0.15, ANY,
    )  # fmt: skip


def at_the_end(record: Record) -> dict[str, float]:
    home = record.weeks[record.weeks["polity"] == next(iter(record.scenario.polity))]
    columns = ("policy", "attitude", "support")
    policy, attitude, support = (home.pivot(index="week", columns="issue", values=name) for name in columns)
    change = policy.iloc[-1] - policy.iloc[0]
    moved = change.abs() >= MOVED
    told = {
        "moved": float(moved.sum()),
        "to the majority": float((np.sign(change) == np.sign(2 * support.iloc[0] - 1))[moved].sum()),
    }
    told |= {f"policy {issue}": float(value) for issue, value in policy.iloc[-1].items()}
    return told | {f"attitude {issue}": float(value) for issue, value in attitude.iloc[-1].items()}


def majority(lab: Lab) -> Iterator[Row]:
    """Policy answers opinion where power is contested, and the majority does not always win (Gilens & Page 2014)."""
    base = lab.world("baseline")
    apart = base.but({f"issue.{name}.policy_answers": 0.0 for name in base.issue})
    for neutral, world in (("", base), ("issue.NAME.policy_answers", apart)):
        found = lab.take(world, at_the_end)
        policy, attitude = (
            stacked({k: v for k, v in found.items() if k.startswith(name)}) for name in ("policy", "attitude")
        )
        link = resampled(
            lambda rows, y=policy, x=attitude: float(np.corrcoef(y[rows].ravel(), x[rows].ravel())[0, 1]), lab.pairs
        )
        yield Row("correlation of policy and mean attitude", link, 0.35, ANY, neutral)
        won = ratio(found["to the majority"], found["moved"])
        yield Row("of what moves, toward the starting majority", won, 0.55, 0.8, neutral)


ALIKE = ("climate_ngo_1", "climate_ngo_2", "climate_ngo_3", "climate_movement_1", "climate_movement_2")


def strange_bedfellows(lab: Lab) -> Iterator[Row]:
    """Coalitions of one kind win at low salience, diverse ones at high."""
    diverse = lab.world("strange_bedfellows")
    alike = diverse.but({"polity.home.alliance.bedfellows.members": list(ALIKE)})
    for neutral in ("", "mechanism.alliance_strength.diversity"):
        gain = []
        for news in (0.0, 0.5):
            changed = {"mechanism.attention.news_chance": news} | ({neutral: 0.0} if neutral else {})
            less, more = (
                lab.take(one.but(changed), of("policy_change", issues=("climate",)))["policy_change"]
                for one in (alike, diverse)
            )
            gain.append(more - less)
        yield Row(
            "what diversity adds to the change of policy, salient minus quiet",
            mean(gain[1] - gain[0]),
            0.0,
            ANY,
            neutral,
        )


def peak_participation(lab: Lab) -> Iterator[Row]:
    """In closed regimes success rises with peak participation, without a magic number."""
    base = lab.world("closed_regime")
    worlds = [
        (
            base.but({"issue.climate.attitude": 0.02 * (k % 31), GOVERNANCE + "repression": 0.1 + 0.2 * (k % 4)}),
            FIRST_SEED + k,
        )
        for k in range(3 * lab.pairs)
    ]
    found = lab.each(worlds, of("protest_peak", "policy_change", issues=("climate",)), FOUR_YEARS)
    peak, change = found["protest_peak"], found["policy_change"]
    rank = resampled(lambda rows: float(stats.spearmanr(peak[rows], change[rows]).statistic), len(peak))
    yield Row("rank correlation of peak and change of policy", rank, 0.0, ANY)
    thirds = np.digitize(peak, np.quantile(peak, (1 / 3, 2 / 3)))
    for low, high, name in ((0, 1, "middle minus lowest"), (1, 2, "highest minus middle")):
        gap = resampled(
            lambda rows, a=low, b=high: float(
                change[rows][thirds[rows] == b].mean() - change[rows][thirds[rows] == a].mean()
            ), len(peak),
        )  # fmt: skip
        yield Row(f"change of policy by thirds of the peak: {name}", gap, 0.0, ANY)


# ---------------------------------------------------------------- answers to protest


def answered(record: Record) -> dict[str, float]:
    """Protests of one side in a week, by violence and answer; of two sides it is not told which was violent."""
    events = record.events[record.events["event"].isin(["repress", "accommodate"])]
    told = set(zip(events["week"], events["issue"], events["side"], events["event"], strict=True))
    weeks = record.weeks
    marched = {side: weeks[f"protest_{side}"].to_numpy() >= ONSET for side in ("for", "against")}
    counts = {f"{how} {what}": 0.0 for how in ("violent", "peaceful") for what in ("all", "repress", "accommodate")}
    for k in np.flatnonzero(marched["for"] ^ marched["against"]):
        week, side = weeks.iloc[k], "for" if marched["for"][k] else "against"
        how = "violent" if week["violent"] else "peaceful"
        counts[f"{how} all"] += 1
        for what in ("repress", "accommodate"):
            counts[f"{how} {what}"] += (week["week"], week["issue"], side, what) in told
    return counts


def answers_to_protest(lab: Lab) -> Iterator[Row]:
    """How states answer protest: violence is repressed far more often, and accommodated as often."""
    base = lab.world("baseline", LIVELY)
    mixed = [
        (base.but(governed(repression=0.1 + 0.2 * (k % 5), accommodation=(0.2, 0.5, 0.8)[k % 3],
                           media_freedom=(0.2, 0.5, 0.9)[k // 3 % 3])), FIRST_SEED + k)
        for k in range(lab.pairs)
    ]  # fmt: skip
    for neutral in ("", "mechanism.protest_signal.violence"):
        worlds = [(one.but({neutral: 0.0}) if neutral else one, seed) for one, seed in mixed]
        found = lab.each(worlds, answered, 104)
        for what, least, most in (("repress", 5.0, ANY), ("accommodate", 0.7, 1.4)):

            def odds(rows: Any, what: str = what, found: Mapping[str, Numbers] = found) -> float:
                parts = []
                for how in ("violent", "peaceful"):
                    hit, every = found[f"{how} {what}"][rows].sum(), found[f"{how} all"][rows].sum()
                    parts.append(np.divide(hit, every - hit))
                return float(np.divide(parts[0], parts[1]))

            yield Row(f"odds ratio of '{what}' by violence", resampled(odds, lab.pairs), least, most, neutral)
        if not neutral:
            for how, what, least, most in (
                ("violent", "repress", 0.75, 0.95),
                ("peaceful", "repress", 0.15, 0.35),
                ("peaceful", "accommodate", 0.05, 0.2),
            ):
                yield Row(
                    f"{how} protests answered by '{what}'",
                    ratio(found[f"{how} {what}"], found[f"{how} all"]),
                    least,
                    most,
                )


def backfire(lab: Lab) -> Iterator[Row]:
    """Acts of force lower later participation where media are closed, and raise it where they are not."""
    for neutral in ("", "mechanism.backfire.gain"):
        gain = []
        for open_to in (0.05, 0.95):
            world = lab.world("baseline", LIVELY).but(
                governed(repression=0.6, media_freedom=open_to, internet_access=0.1 + 0.85 * open_to)
            )
            world = world.but({neutral: 0.0}) if neutral else world
            calm = world.but({"mechanism.intimidation.step": 0.0, "mechanism.backfire.gain": 0.0})
            less, more = (lab.take(one, of("protest"), 104)["protest"] for one in (calm, world))
            gain.append(more - less)
        yield Row("protest by acts of force, media closed", mean(gain[0]), -ANY, 0.0, neutral)
        yield Row("protest by acts of force, media open", mean(gain[1]), 0.0, ANY, neutral)
        yield Row("open minus closed", mean(gain[1] - gain[0]), 0.0, ANY, neutral)


def middling_openness(lab: Lab) -> Iterator[Row]:
    """Protest is most frequent at middling openness."""
    for neutral in ("", "mechanism.participation.by_need"):
        world = lab.world("baseline", {GOVERNANCE + "repression": 0.3} | ({neutral: 0.0} if neutral else {}))
        found = [
            lab.take(world.but(governed(openness=x)), of("protest_weeks"))["protest_weeks"]
            for x in (0.0, 0.25, 0.5, 0.75, 1.0)
        ]
        middle = max(found[1:-1], key=lambda one: float(one.mean()))
        yield Row("weeks of protest, best middle openness minus none", mean(middle - found[0]), 0.0, ANY, neutral)
        yield Row("weeks of protest, best middle openness minus full", mean(middle - found[-1]), 0.0, ANY, neutral)


def social_media(lab: Lab) -> Iterator[Row]:
    """Social media raise protest by coordination, not by changing minds: more turnout than onset."""
    for neutral in ("", "mechanism.persuasion.on"):
        less, more = (
            lab.take(lab.world("baseline", governed(internet_access=x) | ({neutral: False} if neutral else {})),
                     of("protest", "protest_weeks"))
            for x in (0.35, 0.7)
        )  # fmt: skip

        def elasticity(rows: Any, name: str, less: Any = less, more: Any = more) -> float:
            return float(np.log2(np.divide(more[name][rows].mean(), less[name][rows].mean())))

        onset, turnout = (resampled(partial(elasticity, name=name), lab.pairs) for name in ("protest_weeks", "protest"))
        gap = resampled(lambda rows: elasticity(rows, "protest") - elasticity(rows, "protest_weeks"), lab.pairs)
        yield Row("elasticity of weeks of protest by internet access", onset, 0.0, ANY, neutral)
        yield Row("elasticity of turnout", turnout, 0.0, ANY, neutral)
        yield Row("turnout's minus onset's", gap, 0.0, ANY, neutral)


def fourth_moment(values: Numbers) -> float:
    """L-kurtosis (Hosking 1990), .1226 for a normal distribution."""
    x = np.sort(values)
    n = len(x)
    weights = [np.ones(n)]
    for order in (1, 2, 3):
        k = np.arange(n)
        weights.append(weights[-1] * np.maximum(k - order + 1, 0) / (n - order))
    b = [float((w * x).mean()) for w in weights]
    second = 2 * b[1] - b[0]
    return (20 * b[3] - 30 * b[2] + 12 * b[1] - b[0]) / second if second > 0 else np.nan


def yearly(record: Record) -> dict[str, float]:
    """Change a year, averaged over issues, of policy and of what people want."""
    taken = record.weeks.groupby("week")[["policy", "attitude"]].mean().loc[::52]
    return {f"{name} {k}": value for name in taken for k, value in enumerate(taken[name].diff().dropna())}


def punctuation(lab: Lab) -> Iterator[Row]:
    """Change of policy is more punctuated than what drives it, and more so with friction."""
    tails = {}
    for level in (0.5, 1.0, 2.0):
        base = lab.world("baseline")
        usual = base.mechanism.friction.level
        found = lab.take(base.but({"mechanism.friction.level": usual * level}), yearly)
        tails[level] = [
            stacked({k: v for k, v in found.items() if k.startswith(name)}) for name in ("policy", "attitude")
        ]

    def tail(level: float, which: int, rows: Any) -> float:
        return fourth_moment(tails[level][which][rows].ravel())

    over = resampled(lambda rows: tail(1.0, 0, rows) - tail(1.0, 1, rows), lab.pairs)
    rise = resampled(lambda rows: tail(2.0, 0, rows) - tail(0.5, 0, rows), lab.pairs)
    yield Row("L-kurtosis of yearly change, policy minus attitude", over, 0.0, ANY)
    yield Row("of policy, four times the friction minus once", rise, 0.0, ANY)


# ---------------------------------------------------------------- ballots and elections


def initiatives(record: Record) -> dict[str, float]:
    voted = record.ballots[(record.ballots["kind"] == "initiative") & record.ballots["voted"].astype(bool)]
    return {
        "voted": float(len(voted)),
        "accepted": float((voted["fate"] == "accepted").sum()),
        "yes": float(voted["yes"].sum()),
    }


def initiatives_that_pass(lab: Lab) -> Iterator[Row]:
    """Few initiatives pass."""
    found = lab.take(lab.world("swiss_style"), initiatives, 416)
    yield Row(
        "initiatives accepted, of those voted on", share(found["accepted"].sum(), found["voted"].sum()), 0.03, 0.2
    )
    yield Row("mean share of yes", ratio(found["yes"], found["voted"]), 0.25, 0.45)


def far_from_the_people(record: Record) -> dict[str, float]:
    weeks = record.weeks
    held = record.ballots["voted"].astype(bool).any() if len(record.ballots) else False
    distance = (weeks["policy"] - weeks["attitude"]).abs()
    last = weeks["week"] == weeks["week"].max()
    return {
        "distance": np.nan if held else float(distance.mean()),
        "at the end": np.nan if held else float(distance[last].mean()),
    }


def threat_of_an_initiative(lab: Lab) -> Iterator[Row]:
    """The initiative works without a vote, less so as signatures cost more. Pairs with a vote are left out."""
    world = lab.world("initiative_threat")
    none = lab.take(world.but(governed(**{"initiative.allowed": False})), far_from_the_people)
    for signatures in (0.01, 0.03, 0.08):
        found = lab.take(world.but(governed(**{"initiative.signature_share": signatures})), far_from_the_people)
        for name in ("distance", "at the end"):
            when = "over the run" if name == "distance" else name
            change = mean(found[name] - none[name])
            yield Row(
                f"distance of policy to opinion {when}, right at {signatures:.0%} of signatures minus none",
                change,
                -ANY,
                0.0,
            )


def lists(lab: Lab) -> Iterator[Row]:
    """Under lists seats follow votes more closely, and niche demands get further."""
    both = [lab.world(name) for name in ("majority_system", "proportional_system")]
    for beside, systems in (("", both), (", with a party between the large ones", [with_centre(one) for one in both])):
        majority, lists = (lab.take(one, niche, 520) for one in systems)
        apart = mean(lists["gallagher"] - majority["gallagher"])
        yield Row(f"Gallagher index, lists minus majority{beside}", apart, -ANY, 0.0)
        yield Row(f"change of policy on the niche's issue{beside}", mean(lists["niche"] - majority["niche"]), 0.0, ANY)


def with_centre(scenario: Scenario) -> Scenario:
    """With a fourth party between the two large ones, which then can do without the niche's."""
    table = scenario.model_dump()
    parties = table["polity"]["home"]["party"]
    parties["centre"] = {**parties["labour"], "positions": {"taxes": 0.0, "language": -0.25}}
    return Scenario.model_validate(table)


def niche(record: Record) -> dict[str, float]:
    weeks = record.weeks[record.weeks["issue"] == "language"]
    last = weeks.iloc[-1]
    return {"gallagher": float(last["gallagher"]), "niche": float(last["policy"] - weeks["policy"].iloc[0])}


# ---------------------------------------------------------------- abroad


def shaming(lab: Lab) -> Iterator[Row]:
    """Shaming works only with presence at home or third states."""
    world = lab.world("boomerang")
    for neutral, alone, joint in (("", 0.0, 0.5), ("equal coefficients", 0.5, 0.5)):
        rule = {"mechanism.boomerang.alone": alone}
        cases = [
            world.but(off("boomerang")),
            world.but({**rule, "mechanism.boomerang.with_presence": 0.0, "mechanism.boomerang.with_third_states": 0.0}),
            world.but(
                {**rule, "mechanism.boomerang.with_presence": joint, "mechanism.boomerang.with_third_states": joint}
            ),
        ]
        none, shamed, helped = (lab.take(one, of("policy_change"))["policy_change"] for one in cases)
        size = resampled(
            lambda rows, a=shamed - none, b=helped - shamed: float(np.divide(abs(a[rows].mean()), abs(b[rows].mean()))),
            lab.pairs,
        )
        yield Row("effect of shaming alone beside that of what joins it", size, -ANY, 0.2, neutral)


def abroad(record: Record) -> dict[str, float]:
    begun = record.events[(record.events["event"] == "campaign") & (record.events["polity"] == "home")]
    far = begun["tactic"].isin(["appeal_to_regional_body", "appeal_to_international_body", "shaming_by_third_states"])
    loyal = begun["organisation"].str.startswith("loyalists")
    return {
        "appeals": float(far.mean()) if len(begun) else 0.0,
        "all": float(far.sum()),
        "loyalists": float((far & loyal).sum()),
    }


def boomerang(lab: Lab) -> Iterator[Row]:
    """Blocked at home, won abroad."""
    world = lab.world("boomerang")
    shut, open_ = (lab.take(world.but(governed(openness=x)), abroad) for x in (0.1, 0.9))
    yield Row("share of appeals in campaigns, openness .1 minus .9", mean(shut["appeals"] - open_["appeals"]), 0.0, ANY)
    yield Row("of all appeals, the government's loyalists'", ratio(shut["loyalists"], shut["all"]), -ANY, 0.1)
    none, venue = (lab.take(one, of("policy_change"))["policy_change"] for one in (world.but(off("boomerang")), world))
    yield Row("change of policy with the venue minus without", mean(venue - none), 0.0, ANY)


# ---------------------------------------------------------------- tactics


MOST_PETITIONS = 100


def boycotts(record: Record) -> dict[str, float]:
    """Boycotts of one firm that media covered while they ran, and how many of them brought a concession."""
    events = record.events
    covered = events[(events["event"] == "covered") & (events["detail"] == "boycott")]["week"].to_numpy()
    own = events[events["tactic"] == "product_boycott"]
    given = set(zip(*(own[own["event"] == "concession"][name] for name in ("week", "tactic")), strict=True))
    begun: dict[tuple[str, str], int] = {}
    counts = {"boycotts": 0.0, "won": 0.0}
    for row in own.itertuples():
        who = (row.organisation, row.tactic)
        if row.event == "campaign":
            begun[who] = row.week
        elif row.event == "end" and ((begun.get(who, row.week) <= covered) & (covered <= row.week)).any():
            counts["boycotts"] += 1
            counts["won"] += (row.week, row.tactic) in given
    return counts


def covered_boycotts(lab: Lab) -> Iterator[Row]:
    """About a quarter of covered boycotts win, more where reputation was already falling."""
    world = lab.world("producer_boycott")
    found = lab.take(world, boycotts)
    yield Row("covered boycotts that win", ratio(found["won"], found["boycotts"]), 0.15, 0.35)
    firms = ("bottler", "grocer", "film_maker", "take_away_chain")
    for neutral in ("", "mechanism.boycott.by_decline"):
        gain = []
        for open_to in (0.0, 1.0):
            taken = []
            for damage in (0.0, 0.06):
                changed = governed(media_freedom=open_to) | {"mechanism.boycott.damage": damage}
                changed |= {neutral: 0.0} if neutral else {}
                changed |= {f"polity.home.organisation.{firm}.reputation": 0.6 for firm in firms}
                taken.append(lab.take(world.but(changed), of("concessions", issues=("packaging",)), 104)["concessions"])
            gain.append(taken[1] - taken[0])
        yield Row("concessions by falling reputation, covered minus not", mean(gain[1] - gain[0]), 0.0, ANY, neutral)


TAUGHT = range(10, 45)


def attitudes(record: Record) -> dict[str, float]:
    by_week = record.weeks[record.weeks["issue"] == "climate"].set_index("week")["attitude"]
    return {f"week {week}": float(by_week[week]) for week in TAUGHT}


def fading_persuasion(lab: Lab) -> Iterator[Row]:
    """Persuasion decays. One team runs one campaign of public relations; nobody else campaigns."""
    base = lab.world("baseline")
    quiet = base.but({f"polity.home.organisation.{name}.activity": 0.0 for name in base.polity["home"].organisation})
    order = {"week": 10, "weeks": 4, "organisation": "climate_ngo_1", "tactic": "public_relations", "issue": "climate"}
    for neutral in ("", "mechanism.anchoring.on"):
        told = quiet.but({neutral: False}) if neutral else quiet
        none, heard = (stacked(lab.take(one, attitudes, TAUGHT[-1])) for one in (told, told.but({"campaign": [order]})))
        effect = heard - none
        peak = int(effect.mean(axis=0)[: len(TAUGHT) - 8].argmax())
        left = ratio(effect[:, peak + 8], effect[:, peak])
        yield Row("effect on attitudes 8 weeks after its peak, of the peak's", left, -ANY, 0.25, neutral)


def pooling(lab: Lab) -> Iterator[Row]:
    """Pooled resources beat the same resources apart where trust is high, not where it is low."""
    base = lab.world("baseline")
    for trust, least, most in ((0.9, 0.0, ANY), (0.1, -ANY, 0.0)):
        allied = {
            "front": {
                "issue": "climate",
                "members": ["climate_ngo_1", "climate_movement_1", "social_justice_ngo_1"],
                "trust": trust,
            }
        }
        world = base.but({"polity.home.alliance": allied, "mechanism.alliance_formation.on": False})
        apart, pooled = (
            lab.take(one, of("policy_change", issues=("climate",)))["policy_change"]
            for one in (world.but(off("pooling")), world)
        )
        yield Row(f"change of policy by pooling, trust {trust:g}", mean(pooled - apart), least, most)


def informed(record: Record) -> dict[str, float]:
    rows = record.publics[record.publics["week"] == record.publics["week"].max()]
    by = rows.groupby("public")["aware"].mean()
    return {"aware": float(record.weeks[record.weeks["week"] == record.weeks["week"].max()]["aware"].mean()),
            "offline": float(by["rural_offline"])}  # fmt: skip


def mixed_channels(lab: Lab) -> Iterator[Row]:
    """Mixed channels beat one channel where publics differ in access, also without synergy."""
    world = lab.world("digital_divide", {"mechanism.channels.synergy": 0.0})
    mixed = {
        f"tactic.{name}.channels": {"social_media": 0.4, "face_to_face": 0.3, "mass_media": 0.3}
        for name in ("petition", "public_relations", "demonstration")
    }
    one, several = (lab.take(w, informed, 104) for w in (world, world.but(mixed)))
    yield Row("aware citizens, mixed channels minus one", mean(several["aware"] - one["aware"]), 0.0, ANY)
    yield Row("aware of the offline public", mean(several["offline"] - one["offline"]), 0.0, ANY)


# ---------------------------------------------------------------- violence and force

CALLED = [
    {"week": 5, "weeks": 100, "organisation": name, "tactic": "demonstration", "issue": "climate"}
    for name in ("climate_movement_1", "climate_movement_2", "climate_ngo_1")
]
PEACEFUL = {"mechanism.violence.on": False}
VIOLENT = {"mechanism.violence.readiness": 10.0}


def violence(lab: Lab) -> Iterator[Row]:
    """Violent protest loses sympathy and policy beside the same campaigns in peace, though it gains coverage."""
    world = lab.world("baseline", LIVELY).but({"campaign": CALLED})
    peaceful, violent = (
        lab.take(world.but(how), of("attitude", "policy_change", "coverage", "protest_weeks", issues=("climate",)), 104)
        for how in (PEACEFUL, VIOLENT)
    )
    for name, what in (("attitude", "attitude"), ("policy_change", "change of policy")):
        yield Row(f"{what}, violent minus peaceful", mean(violent[name] - peaceful[name]), -ANY, 0.0)

    def a_week(of: Mapping[str, Numbers], rows: Any) -> float:
        return float(np.divide(of["coverage"][rows].sum(), of["protest_weeks"][rows].sum()))

    gain = resampled(lambda rows: a_week(violent, rows) / a_week(peaceful, rows), lab.pairs)
    yield Row("covered acts a week of protest, violent beside peaceful", gain, 1.0, ANY)


def peaceful_success(lab: Lab) -> Iterator[Row]:
    """In closed regimes peaceful campaigns succeed about twice as often as violent ones."""
    world = lab.world("closed_regime", LIVELY).but({"campaign": CALLED, "issue.climate.attitude": 0.4})
    peaceful, violent = (
        lab.take(world.but(how), of("reform_won", issues=("climate",)))["reform_won"] for how in (PEACEFUL, VIOLENT)
    )

    def odds(rows: Any) -> float:
        # Half a win is added to both: where no violent campaign wins, their ratio would be infinite, and sure.
        return float((peaceful[rows].sum() + 0.5) / (violent[rows].sum() + 0.5))

    yield Row("campaigns that win, peaceful beside violent, half a win added", resampled(odds, lab.pairs), 1.5, ANY)


def skew(record: Record) -> dict[str, float]:
    """Signatures of each petition: of a side, in the weeks on end in which somebody signed."""
    sizes: list[float] = []
    for _, own in record.weeks.groupby(["polity", "issue"], observed=True):
        for side in ("for", "against"):
            signed = own[f"petition_{side}"].to_numpy()
            wave = np.cumsum(signed == 0.0)
            sizes += [float(signed[wave == k].sum()) for k in np.unique(wave[signed > 0.0])]
    return {f"size {k}": sizes[k] if k < len(sizes) else np.nan for k in range(MOST_PETITIONS)}


def gini(sizes: Numbers) -> float:
    x = np.sort(sizes[~np.isnan(sizes)])
    if x.size == 0 or x.sum() == 0:
        return np.nan
    return float((2 * np.arange(1, x.size + 1) - x.size - 1) @ x / (x.size * x.sum()))


def sizes_of_petitions(lab: Lab) -> Iterator[Row]:
    """Sizes of petitions are heavily skewed."""
    sizes = stacked(lab.take(lab.world("baseline"), skew))
    yield Row("Gini index of signatures", resampled(lambda rows: gini(sizes[rows].ravel()), len(sizes)), 0.8, ANY)
    known = sizes[~np.isnan(sizes)]
    yield Row("petitions signed by 2% of the citizens", share((known >= 0.02).sum(), known.size), -ANY, 0.02)


DATA = Path(os.environ.get("ADVOSIM_DATA") or Path(__file__).parents[3] / "shared" / "data")
COUNTRY_YEARS = 60


def country_years(lab: Lab) -> Iterator[Row]:
    """How often people protest hardly follows the setting of repression: country-years, each with a seed of its own."""
    file = DATA / "vdem_civil_society_1990_2013.csv"
    if not file.exists():
        return
    table = pd.read_csv(file)
    drawn = table[table["year"] >= 2000].sample(max(COUNTRY_YEARS, 3 * lab.pairs), random_state=24)
    code = "country_text_id" if "country_text_id" in table else "iso3"
    found = vdem.derive_each(
        file,
        [(row[code], int(row["year"])) for _, row in drawn.iterrows()],
        {path: field.default for path, field in parameters(Governance)},
    )
    base = lab.world("baseline")
    worlds = [(base.but(governed(**one.values)), FIRST_SEED + k) for k, one in enumerate(found)]
    setting = np.array([one.values["repression"] for one in found], dtype=float)
    weeks = lab.each(worlds, of("protest_weeks"), FOUR_YEARS)["protest_weeks"]
    rank = resampled(lambda rows: float(stats.spearmanr(setting[rows], weeks[rows]).statistic), len(weeks))
    yield Row("rank correlation of weeks of protest with the setting", rank, -0.5, 0.5)


def restrictive_laws(lab: Lab) -> Iterator[Row]:
    """Restrictive laws on organisations empty the sector."""
    easy, hard = (
        lab.take(lab.world("new_organisations", governed(entry_cost=x)), of("founded", "organisations", "closures"))
        for x in (0.05, 0.95)
    )
    yield Row(
        "organisations at the end, entry cost .95 minus .05",
        mean(hard["organisations"] - easy["organisations"]),
        -ANY,
        0.0,
    )
    born = {name: (one["founded"] + 1) for name, one in (("easy", easy), ("hard", hard))}
    yield Row("organisations founded, .95 beside .05", ratio(born["hard"], born["easy"]), -ANY, 0.9)


class Pattern(NamedTuple):
    """What was found, by whom, how far it was used to choose rules and numbers, and its test."""

    name: str
    source: str
    use: str
    test: Callable[[Lab], Iterator[Row]]


PATTERNS = (
    Pattern(
        "networking is needed for change across borders", "Bloodgood & Clough 2017", "judged", change_across_borders
    ),
    Pattern("networking raises collapse", "Bloodgood & Clough 2017", "judged", collapse),
    Pattern(
        "most contests change nothing; what changes, changes much",
        "Baumgartner et al. 2009",
        "fitted",
        unchanged_issues,
    ),
    Pattern("means decide little, context more, governance how much", "Baumgartner et al. 2009", "judged", who_wins),
    Pattern("policy answers opinion, and not always the majority's", "Gilens & Page 2014", "looked at", majority),
    Pattern("diverse coalitions win at high salience", "Junk 2019", "judged", strange_bedfellows),
    Pattern("success rises with peak participation in closed regimes", "NAVCO 1.2", "judged", peak_participation),
    Pattern("how states answer protest", "Mass Mobilization", "fitted", answers_to_protest),
    Pattern("backfire needs media", "Sutton, Butcher & Svensson 2014", "judged", backfire),
    Pattern("protest peaks at middling openness", "Eisinger 1973", "judged", middling_openness),
    Pattern("social media coordinate", "Enikolopov, Makarin & Petrova 2020", "judged", social_media),
    Pattern("policy is punctuated", "Jones & Baumgartner 2005", "judged", punctuation),
    Pattern("few initiatives pass", "Swissvotes", "fitted", initiatives_that_pass),
    Pattern("the initiative works without a vote", "Gerber 1996; Matsusaka 2018", "judged", threat_of_an_initiative),
    Pattern("shaming needs presence or third states", "Murdie & Davis 2012; Hafner-Burton 2008", "judged", shaming),
    Pattern("a quarter of covered boycotts win", "King 2008", "fitted", covered_boycotts),
    Pattern("persuasion decays", "Kalla & Broockman 2018", "fitted", fading_persuasion),
    Pattern("lists and niche demands", "Lijphart 2012", "judged", lists),
    Pattern("pooling pays where trust is high", "Hula 1999", "judged", pooling),
    Pattern("blocked at home, won abroad", "Keck & Sikkink 1998", "judged", boomerang),
    Pattern("mixed channels reach more", "Chadwick 2017", "judged", mixed_channels),
    Pattern("violence loses sympathy and policy", "Wasow 2020; Simpson, Willer & Feinberg 2018", "looked at", violence),
    Pattern("peaceful campaigns win more often", "NAVCO 1.2", "looked at", peaceful_success),
    Pattern("petitions are skewed", "Yasseri, Hale & Margetts 2017", "looked at", sizes_of_petitions),
    Pattern(
        "protest hardly follows repression over countries", "Mass Mobilization and V-Dem", "looked at", country_years
    ),
    Pattern("restrictive laws empty the sector", "Dupuy, Ron & Prakash 2016", "judged", restrictive_laws),
)
