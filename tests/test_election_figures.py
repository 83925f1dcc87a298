"""The figure of elections holds what the record says, and is drawn where there were any."""

from __future__ import annotations

import functools
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import busy, with_neighbour

from advosim import Scenario
from advosim.figures import elections as election_figures
from advosim.figures import registry
from advosim.record import Record
from advosim.results import folder as results
from advosim.simulation import simulate


@functools.cache
def voted(parties: int = 4, weeks: int = 60, reforms: bool = False) -> Record:
    table = busy().but({"weeks": weeks}).model_dump()
    own = table["polity"]["home"]["party"]
    for number in range(parties - len(own)):
        own[f"a_party_with_quite_a_long_name_{number}"] = {"position": number / 10}
    if reforms:
        table["reform"] = [{"week": 20, "set": {"polity.home.governance.electoral_system": "proportional"}}]
    return simulate(Scenario.model_validate(table), 1, threads=1)


def drawn(record: Any, **options: Any) -> Any:
    """Draw; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = election_figures.elections(record, **options)
        figure.draw_without_rendering()
    return figure


def parts(figure: Any, prefix: str) -> dict[str, Any]:
    found = {}
    for artist in figure.findobj(lambda artist: (artist.get_gid() or "").startswith(prefix)):
        found[artist.get_gid().removeprefix(prefix)] = artist
    return found


def test_blocks_are_the_shares_of_votes_and_seats() -> None:
    record = voted()
    figure = drawn(record)
    for share in ("vote_share", "seat_share"):
        bars = parts(figure, f"{share}/")
        expected = {f"{row.party}/{row.week}": 100 * getattr(row, share) for row in record.elections.itertuples()}
        assert {name: bar.get_height() for name, bar in bars.items()} == pytest.approx(expected)


def test_who_governs_and_the_index_are_drawn_from_election_to_election() -> None:
    record = voted()
    figure, table = drawn(record), record.elections
    governing = table[table["in_government"]]
    assert set(parts(figure, "governs/")) == {f"{row.party}/{row.week}" for row in governing.itertuples()}
    (line,) = parts(figure, "gallagher").values()
    values, edges, _ = line.get_data()
    assert list(values) == table.groupby("week")["gallagher"].first().tolist()
    np.testing.assert_allclose(edges, [0.5, 25.5, 51.5, 60.5])
    (line,) = parts(figure, "backing").values()
    assert list(line.get_data().values) == pytest.approx(100 * governing.groupby("week")["vote_share"].sum())


@pytest.mark.parametrize(
    ("parties", "weeks", "reforms"), [(4, 1, False), (4, 30, True), (12, 60, False), (12, 156, True)]
)
def test_all_shapes_are_drawn_within_a_page_of_paper(parties: int, weeks: int, reforms: bool) -> None:
    figure = drawn(voted(parties, weeks, reforms))
    assert figure.get_size_inches()[0] == 7.0 and figure.get_size_inches()[1] <= 10.5
    box, page = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1


def test_of_several_polities_one_that_votes_is_drawn() -> None:
    record = simulate(with_neighbour(busy()), 1, threads=1)
    assert "Elections in home" in " ".join(text.get_text() for text in drawn(record).texts)
    with pytest.raises(ValueError, match=r"no elections in 'abroad' \(home\)"):
        drawn(record, polity="abroad")


def test_without_elections_there_is_no_figure(record: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no elections in this record"):
        drawn(record)
    always = tuple(row.name for row in registry.FIGURES if row.condition is registry.always)
    assert registry.names_of(record) == always
    with_votes = replace(record, elections=voted().elections)
    assert registry.names_of(with_votes) == (*always, "elections")
    folder = results.write(with_votes, tmp_path / "run")
    assert (folder / "elections.png").read_bytes().startswith(b"\x89PNG") and (folder / "elections.csv").is_file()
