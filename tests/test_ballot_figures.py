"""The figure of ballots draws what the tables hold."""

from __future__ import annotations

import numpy as np
from test_figures import artists
from worlds import voting

from advosim.figures.ballots import ballots
from advosim.simulation import simulate


def test_signatures_are_enough_in_the_week_of_the_log_and_wait_for_the_vote() -> None:
    record = simulate(voting(), 1, threads=1)
    figure = ballots(record)
    rising, waiting = artists(figure, "signatures/"), artists(figure, "waiting/")
    enough = record.events[record.events["event"] == "ballot_qualified"]
    rows = record.ballots
    assert len(rows) == len(rising) == len(waiting) > 3
    for row in rows.itertuples():
        name = f"{row.kind}/{row.issue}/{row.week}"
        own = enough[(enough["organisation"] == row.organisation) & (enough["detail"] == row.kind)]
        own = own[(own["issue"] == row.issue) & own["week"].between(row.launched, row.week)]
        (week,), share = own["week"], min(row.signatures / row.needed, 1.5)
        np.testing.assert_allclose(rising[name].get_xydata(), [(row.launched, 0), (week, share)])
        np.testing.assert_allclose(waiting[name].get_xydata(), [(week, share), (row.week, share)])


def test_a_ballot_without_enough_signatures_rises_to_its_end() -> None:
    shares = {f"polity.home.governance.{kind}.signature_share": 0.08 for kind in ("initiative", "referendum")}
    record = simulate(voting().but(shares), 5, threads=1)
    failed = record.ballots[record.ballots["fate"] == "failed"]
    assert len(failed)
    rising = artists(ballots(record), "signatures/")
    for row in failed.itertuples():
        line = rising[f"{row.kind}/{row.issue}/{row.week}"].get_xydata()
        np.testing.assert_allclose(line, [(row.launched, 0), (row.week, row.signatures / row.needed)])
