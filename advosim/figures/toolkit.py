"""What every figure is drawn with: sizes, colours, words and their width, frames, titles, and marks with intervals."""

from __future__ import annotations

import functools
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from advosim.scenario.plain_text import one_line, printable, spelled
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

warnings.filterwarnings("ignore", message=r"(?s)Glyph .* missing from")  # what is drawn instead shows it
WIDTH, DPI = 7.0, 200
MARGIN = 0.012
ISSUE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
"""Okabe & Ito (2008)."""
BLUE, ORANGE, RED = ISSUE_COLOURS[0], ISSUE_COLOURS[1], "#D55E00"
INK, FAINT, BAND = "#222222", "#DDDDDD", "#F5F5F5"
TITLE, TEXT, SMALL = 11.0, 8.0, 7.0
KEY: dict[str, Any] = {
    "frameon": False, "fontsize": SMALL, "borderpad": 0.0, "borderaxespad": 0.0, "handlelength": 1.3,
    "handletextpad": 0.5,
}  # fmt: skip
"""How a key looks."""


# ---------------------------------------------------------------- figures and panels


def blank(width: float, height: float) -> Figure:
    """A figure whose panels make room for their own words; sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def panels(count: int, across: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels of which `across` stand side by side, each `height` inches high."""
    across = min(across, count)
    down = -(-count // across)
    figure = blank(WIDTH if across > 1 else WIDTH * 0.72, max(1.8, down * height))
    grid = figure.subplots(down, across, squeeze=False).reshape(-1)
    for spare in grid[count:]:
        spare.set_axis_off()
    return figure, list(grid[:count])


def save(figure: Figure, path: str | Path | IO[bytes], format: str | None = None) -> None:
    """Write a figure; the suffix of the path, or `format`, says how. A letter that no font has is drawn as a box."""
    from matplotlib.text import Text

    for text in _seen(figure):
        if isinstance(text, Text) and not text.get_text().isprintable():
            text.set_text(printable(text.get_text()))
    import matplotlib

    format = format or Path(str(path)).suffix.removeprefix(".")
    how = HOW.get(format, {})
    # Letters that a journal can edit, and the same bytes for the same figure.
    with matplotlib.rc_context({"pdf.fonttype": 42, "svg.hashsalt": "advosim"}):
        figure.savefig(path, dpi=DPI, format=format or None, **how)


def _seen(artist: Artist) -> Iterator[Artist]:
    """All that a figure shows; axes make their ticks when they are asked for them, also those that nobody sees."""
    if artist.get_visible():
        yield artist
        for part in artist.get_children():
            yield from _seen(part)


HOW: dict[str, dict[str, Any]] = {
    # The harder a picture is packed the longer it takes: the first level saves most of the room.
    "png": {"pil_kwargs": {"compress_level": 1}},
    "pdf": {"metadata": {"CreationDate": None}},
    "svg": {"metadata": {"Date": None}},
}
"""How figures are written in each format."""


def check_formats(formats: Sequence[str]) -> None:
    """Raise InputError for formats in which no figure is written."""
    unknown = [name for name in formats if name not in HOW]
    if unknown or not formats or isinstance(formats, str):
        what = f"'{unknown[0]}' is no format of a figure" if unknown else "no format of figures is named"
        raise InputError(Problem("--format", None, what, ", ".join(HOW)))


def frame(
    axes: Axes,
    title: str = "",
    grid: Literal["x", "y", "both", ""] = "x",
    *,
    bare: Iterable[str] = ("right", "top"),
    ticks: int | None = None,
) -> None:
    """The look of a panel: a faint grid along `grid`, no line at the sides `bare`, about `ticks` numbers along x."""
    if title:
        axes.set_title(title, fontsize=TEXT + 1, weight="bold", loc="left", color=INK, parse_math=False)
    if grid:
        axes.grid(axis=grid, color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    if ticks is not None and axes.get_xscale() == "linear":
        axes.locator_params(axis="x", nbins=ticks)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    for side in ("left", "bottom", "right", "top"):
        axes.spines[side].set(visible=side not in bare, color=FAINT)


def bands(axes: Axes, places: Iterable[float]) -> None:
    """A faint band behind every other row."""
    for y in list(places)[::2]:
        axes.axhspan(y - 0.5, y + 0.5, color=BAND, lw=0, zorder=0)


def interval(
    axes: Axes, y: float, ends: tuple[float, float, float], *, sure: bool, colour: str = BLUE, mark: str = "o"
) -> None:
    """A value with its interval, `ends` = (low, value, high); the mark is open unless the effect is `sure`."""
    low, value, high = ends
    axes.plot([low, high], [y, y], color=colour, lw=1.3, solid_capstyle="butt", zorder=2)
    fill = colour if sure else "white"
    axes.plot([value], [y], marker=mark, ls="none", ms=4, color=colour, mfc=fill, mew=1.0, zorder=3)


# ---------------------------------------------------------------- words


def title(figure: Figure, text: str) -> None:
    """The title of a `blank` figure."""
    figure.suptitle(text.replace("$", r"\$"), fontsize=TITLE, weight="bold", color=INK, x=0.01, ha="left")


def note(figure: Figure, text: str) -> None:
    """What a `blank` figure's marks and intervals are, below it."""
    figure.supxlabel(text.replace("$", r"\$"), fontsize=SMALL, color=INK, x=0.01, ha="left")


def head(figure: Figure, name: Sequence[str], lines: Sequence[str]) -> float:
    """Lines of the title and how to read the figure, from the top; returns where they end, in inches."""
    y = write(figure, name, 0.1, TITLE, weight="bold", color=INK) + 0.04
    return write(figure, lines, y, TEXT, color=INK)


def plain(name: str, most: int = 60) -> str:
    name = spelled(name)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def width_of(line: str, size: float, weight: str = "normal") -> float:
    """Of a line in print, in inches: its letters side by side."""
    return sum(_letter_width(letter, weight) for letter in line) * size / 72


@functools.cache
def _letter_width(letter: str, weight: str) -> float:
    """In points, in print of one point."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    # Of a letter alone only its ink is measured; between two others it has its own width.
    font = FontProperties(size=1.0, weight=weight)
    both, alone = (
        text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] for text in (f"n{letter}n", "nn")
    )
    return float(both - alone)


def wrap(text: str, size: float, most: int, weight: str = "normal") -> list[str]:
    """Lines as wide as the page."""
    text, room = one_line(text), WIDTH * (1 - 2 * MARGIN)
    if not text:
        return []
    lines, letters = [text], max(10, int(len(text) * room / width_of(text, size, weight) * 1.1))
    while letters >= 10 and max(width_of(line, size, weight) for line in lines) > room:
        lines = textwrap.wrap(text, letters, max_lines=most, placeholder=" …")
        letters -= 2
    return lines


def write(figure: Figure, lines: Sequence[str], y: float, size: float, spacing: float = 1.3, **style: Any) -> float:
    """Write lines from `y` inches below the top; returns where they end."""
    for line in lines:
        # Titles come from files: a dollar sign in them is no formula.
        at = 1 - y / figure.get_figheight()
        figure.text(MARGIN, at, line, size=size, va="top", ha="left", parse_math=False, in_layout=False, **style)
        y += size * spacing / 72
    return y
