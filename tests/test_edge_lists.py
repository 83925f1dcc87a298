"""Ties from files: read where it is clear what they say, refused by line where it is not, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advosim.scenario.problems import InputError
from advosim.world import edge_lists, networks

GRAPHML = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="{}">
<node id="a"/><node id="b"/><node id="c"/><node id="d"/>
<edge source="a" target="b"/><edge source="b" target="c"/></graph></graphml>
"""


def written(folder: Path, text: str, name: str = "ties.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def ties(file: Path, n: int = 100, **how: Any) -> list[tuple[int, int]]:
    found = edge_lists.read(file, n, **how)
    return list(zip(found.one.tolist(), found.other.tolist(), strict=True))


def refusal(file: Path, n: int = 100, **how: Any) -> Any:
    with pytest.raises(InputError) as caught:
        edge_lists.read(file, n, **how)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        "0,1\n1,2\n",
        "0\t1\n1\t2\n",
        "0 1\n1 2\n",
        "0.0,1.0\n1.0,2.0\n",
        "# by hand\n\n0;1\n1;2\n",
        "\ufefffrom,to\n0,1\n\n1,2\n",
        "person,friend\n0,1\n1,2\n",
        "Id,Source,Target\n7,0,1\n8,1,2\n",
        '"","from","to"\n"1",0,1\n"2",1,2\n',
        '"from" "to"\n"1" 0 1\n"2" 1 2\n',
        ",source,target\n0,0,1\n1,1,2\n",
        "weight,source,target\n.5,0,1\n.5,1,2\n",
        "since,ego,alter\n1999,0,1\n2000,1,2\n",
    ],
)
def test_ties_are_read_by_the_names_of_their_columns(text: str, tmp_path: Path) -> None:
    assert ties(written(tmp_path, text)) == [(0, 1), (1, 2)]


def test_double_ties_and_loops_do_not_count(tmp_path: Path) -> None:
    found = edge_lists.read(written(tmp_path, "source;target\n0;1\n2;1\n1;0\n2;2\n"), 4)
    start, neighbour = networks.layers(4, [lambda: (found.one, found.other)])
    assert (start.tolist(), neighbour.tolist()) == ([0, 1, 3, 4, 4], [1, 0, 2, 1])
    said = edge_lists.described(found, 4)
    assert "2 ties among 4 citizens; 1 citizens have none; 1 component, the largest of 3" in said
    assert "1 ties of a citizen with itself" in said and "1 ties are there more than once" in said


def test_columns_that_are_not_read_are_told(tmp_path: Path) -> None:
    found = edge_lists.read(written(tmp_path, "source,target,since,place\n0,1,1999,here\n"), 4)
    assert found.said == ("columns that are not read: since, place",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("0,1\n1,x\n", 2, "column 2 is no whole number"),
        ("from,to\n0,1\n\n1,400\n", 4, "there is no citizen 400"),
        ("0,1\n-1,2\n", 2, "there is no citizen -1"),
        ("0,1\n1.5,2\n", 2, "column 1 is no whole number"),
        ("0,1\n1,\n", 2, "column 2 is empty"),
        ("0,1\n1\n", 2, "one column only"),
        ("0\n1\n", 1, "one column only"),
        ("0,99999999999999999999999\n", 1, "there is no citizen 99999999999999999999"),
        ("", None, "no ties"),
        ("from,to\n", None, "no ties"),
        ("0,1,0\n1,0,1\n0,1,0\n", 1, "which of 3 columns"),
        ("0,1,0,0\n1,0,1,0\n0,1,0,1\n0,0,1,0\n", 1, "square matrix"),
        ("source,weight\n1,2\n", 1, "which of 2 columns (source, weight)"),
        ("a,b,c\n1,2,3\n", 1, "which of 3 columns (a, b, c)"),
        ("source,target,source\n1,2,3\n", 1, "a column is there twice"),
        ("person,friend\nann,bob\nbob,cem\n", 1, "is this a header or a tie"),
        ("source,target,weight\n1,2,much\n", 2, "the weight is no number"),
    ],
)
def test_what_is_wrong_or_ambiguous_is_refused_with_its_line(
    text: str, line: int | None, what: str, tmp_path: Path
) -> None:
    problem = refusal(written(tmp_path, text))
    assert problem.line == line, str(problem)
    assert what in problem.what


def test_other_files_are_not_echoed(tmp_path: Path) -> None:
    assert "secret" not in str(refusal(written(tmp_path, "root:x:0:0\nsecret:y:1:1\n")))
    assert "secret" not in str(refusal(written(tmp_path, "1,2\n3,secret\n")))


def test_names_stand_for_citizens_in_their_order(tmp_path: Path) -> None:
    file = written(tmp_path, "# who writes to whom\nann\tbob\nbob\tcem\ncem\tann\n", "names.tsv")
    assert edge_lists.read(file, 5).names == ("ann", "bob", "cem")
    assert ties(file) == [(0, 1), (1, 2), (2, 0)]
    assert "names 3 citizens where there are 2" in refusal(file, 2).what


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.graphml", GRAPHML.format("undirected")),
        ("g.gml", 'graph [ node [ id 5 label "a" ] node [ id 6 label "b" ] node [ id 7 label "c" ] '
                  'node [ id 8 label "d" ] edge [ source 5 target 6 ] edge [ source 6 target 7 ] ]'),
        ("g.net", '*Vertices 4\n1 "a"\n2 "b"\n3 "c"\n4 "d"\n*Edges\n1 2\n2 3\n'),
    ],
)  # fmt: skip
def test_graphs_are_read_with_those_who_have_no_tie(name: str, text: str, tmp_path: Path) -> None:
    file = written(tmp_path, text, name)
    assert edge_lists.read(file, 4).names == ("a", "b", "c", "d")
    assert ties(file) == [(0, 1), (1, 2)]
    assert "1 citizens have none" in edge_lists.described(edge_lists.read(file, 4), 4)


def test_a_broken_graph_is_told(tmp_path: Path) -> None:
    for name in ("g.graphml", "g.gml", "g.net"):
        assert "cannot be read" in refusal(written(tmp_path, "<graphml", name)).what or name == "g.net"


def test_directions_are_used_or_refused(tmp_path: Path) -> None:
    graph = written(tmp_path, GRAPHML.format("directed"), "g.graphml")
    gephi = written(tmp_path, "Source,Target,Type\n1,2,Directed\n2,1,Directed\n3,4,Directed\n")
    for file in (graph, gephi):
        assert 'direction = "either" or "mutual"' in refusal(file).hint
    assert ties(graph, direction="either") == [(0, 1), (1, 2)]
    assert ties(gephi, direction="mutual") == [(1, 2), (2, 1)]


def test_weights_are_used_or_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "weight,source,target\n0.5,1,2\n0.7,2,3\n")
    assert "least_weight" in refusal(file).hint
    assert ties(file, least_weight=0.6) == [(2, 3)]
    assert "has no weights" in refusal(written(tmp_path, "1,2\n"), least_weight=0.6).what


def test_only_the_first_offenders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        edge_lists.read(written(tmp_path, "0\t4\n" * 100, "ties.tsv"), 4)
    assert [p.line for p in caught.value.problems] == [1, 2, 3, 4, 5]
    assert "numbered from 0" in caught.value.problems[0].hint


def test_missing_files_folders_and_other_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_bytes(b"\xff\xfe\x00\x01\n")
    assert "UTF-8" in refusal(tmp_path / "ties.csv").what
    assert "did you mean 'ties.csv'" in refusal(tmp_path / "tie.csv").hint
    assert "is a folder" in refusal(tmp_path).what
    assert "no such file" in refusal(tmp_path / "none" / "ties.csv").what
    assert "is a device" in refusal(Path("/dev/zero")).what
