"""What a run leaves behind: tables, story, figures and a manifest in a folder that is whole or not."""

from __future__ import annotations

import contextlib
import errno
import functools
import gc
import hashlib
import io
import json
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.moved import parted
from advosim.replaced import Trace
from advosim.results import codebook
from advosim.results.manifest import MANIFEST, PROGRAM, manifest, sha256, write_manifest
from advosim.scenario.plain_text import cell
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from advosim.beside import Beside
    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario

TABLES = ("weeks", "organisations", "campaigns", "publics", "alliances", "elections", "ballots", "events")
MEASURED = ("outcomes", "costs", "collaboration")
"""Tables of a few rows that `measuring` and `collaboration` make of a record."""
STORY = "story.md"
DAY = 86_400.0
TRIES = 100
MOST_BYTES = 255
"""Of a name, in every file system that matters."""
OF_THE_SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini")
MOST_LISTED = 8


class SaveError(OSError):
    """Results could not be saved; what was written of them has been removed."""


# ---------------------------------------------------------------- where results go


def default_place(name: str, scenario: Scenario, replaced: Sequence[Trace] = ()) -> Path:
    """`results/NAME-HASH` in the current folder, with the hash of the resolved scenario, its seed, replaced rules."""
    from advosim.scenario import load

    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "scenario"
    return Path("results") / f"{plain}-{load.fingerprint(scenario, replaced=replaced)}"


def check_place(folder: str | Path, force: bool = False) -> Path:
    """Where results that are to go to `folder` will lie, links followed. Leaves nothing behind.

    Raises InputError where they cannot be written, or where something is there that is no part of earlier results,
    unless force says that it may stay beside the new ones.
    """
    place = _resolved(folder)
    if os.path.isdir(place):
        _refuse_strangers(folder, place, force)
    elif os.path.lexists(place):
        what = "is a link that leads nowhere" if place.is_symlink() else "is a file"
        raise InputError(Problem(str(folder), None, what, "a new or empty folder, or results of an earlier run"))
    _try(folder, place.parent)
    return place


def check_folder(folder: str | Path) -> Path:
    """Where a folder that is to be filled, or gone on with, will lie, links followed. Leaves nothing behind.

    Raises InputError where it cannot be written.
    """
    place = _resolved(folder)
    if os.path.lexists(place) and not os.path.isdir(place):
        what = "is a link that leads nowhere" if place.is_symlink() else "is a file"
        raise InputError(Problem(str(folder), None, what, "a new folder, or that of an earlier call"))
    _try(folder, place)
    return place


def check_file(file: str | Path) -> Path:
    """Where a file that is to be written will lie, links followed. Leaves nothing behind.

    Raises InputError where there is no folder for it, or none that can be written, or its name is too long.
    """
    place = _resolved(file)
    if not os.path.isdir(place.parent):
        raise InputError(Problem(str(file), None, "there is no such folder", hint="make it first"))
    if os.path.isdir(place):
        raise InputError(Problem(str(file), None, "is a folder", "a file in a folder that is there"))
    _try(file, place.parent)
    return place


def _try(place: str | Path, folder: Path) -> None:
    """InputError where nothing can be written in a folder, or in what is there of those around it. Only a trial tells:
    permissions, read-only disks and quotas look alike beforehand.
    """
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".advosim-trial-"):
            pass
    except OSError as error:
        raise InputError(Problem(str(place), None, f"results cannot be written there: {error.strerror}")) from None


def _resolved(folder: str | Path) -> Path:
    """The folder or file that a path stands for. Raises InputError for what can be none."""
    text = os.fspath(folder)
    shown = text if len(text) <= 80 else f"{text[:60]}..."
    if not text.strip():
        raise InputError(Problem("", None, f"'{text}' is no name of a folder: it is blank"))
    try:
        os.path.realpath(text).encode("utf-8")
        place = Path(os.path.realpath(text))
        os.lstat(place)
    except FileNotFoundError:
        with contextlib.suppress(FileNotFoundError):
            os.getcwd()
            return _short(place, shown)
        raise InputError(Problem(shown, None, "the folder that you are in has been removed", hint="cd .")) from None
    except UnicodeEncodeError:
        plain = shown.encode("utf-8", "replace").decode()
        raise InputError(Problem(plain, None, "this path is not in UTF-8", "names that are text in UTF-8")) from None
    except ValueError:
        raise InputError(Problem(shown.replace("\0", "?"), None, "is no name of a folder")) from None
    except OSError as error:
        raise InputError(Problem(shown, None, f"results cannot be written there: {error.strerror}")) from None
    return _short(place, shown)


def _short(place: Path, shown: str) -> Path:
    if any(len(part.encode("utf-8", "replace")) > MOST_BYTES for part in place.parts):
        raise InputError(Problem(shown, None, "this name is too long", f"{MOST_BYTES} bytes at most"))
    return place


def _refuse_strangers(folder: str | Path, place: Path, force: bool) -> None:
    """InputError where a folder cannot give way to new results."""
    here = Path(os.path.realpath("."))
    if here.is_relative_to(place):
        what = "is the folder that you are in" if here == place else "holds the folder that you are in"
        raise InputError(Problem(str(folder), None, what, "another folder, such as ./out"))
    if os.path.ismount(place):
        raise InputError(Problem(str(folder), None, "is a disk of its own", "a folder on it"))
    strangers = _strangers(place)
    if strangers and not force:
        named = ", ".join(strangers[:MOST_LISTED]) + (" ..." if len(strangers) > MOST_LISTED else "")
        what = f"holds something else than results: {named}"
        hint = "name another folder; with --force (force=True) it stays there beside the new results"
        raise InputError(Problem(str(folder), None, what, "a new or empty folder, or results as they were saved", hint))


def _strangers(place: Path) -> list[str]:
    """What of a folder's entries no manifest lists as it is: it is somebody's own."""
    try:
        told = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        listed = dict(told["files"]) if told["program"] == PROGRAM else {}
        known = {MANIFEST} if listed else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        listed, known = {}, set()
    entries = sorted(entry for entry in place.iterdir() if entry.name not in (*known, *OF_THE_SYSTEM))
    return [entry.name for entry in entries if not (entry.is_file() and listed.get(entry.name) == sha256(entry))]


# ---------------------------------------------------------------- writing


def write(
    record: Run, folder: str | Path, started: datetime | None = None, force: bool = False,
    formats: Sequence[str] = ("png",), beside: Beside | None = None,
) -> Path:  # fmt: skip
    """Write a run's tables, story, figures and manifest. The folder appears whole or not and replaces older results.

    started: when the run began, for the manifest. force: as of `check_place`. formats: of figures, any of png, pdf,
    svg. beside: processes that do most of it. Raises InputError for a place that cannot be used, SaveError where
    writing fails.
    """
    from advosim.beside import Beside
    from advosim.figures.toolkit import check_formats

    check_formats(formats)
    with whole(folder, force) as partial, _no_collection():
        _leave(record, partial, formats, beside or Beside())
        write_manifest(partial, manifest(record, started))
    return Path(folder).absolute()


def _leave(record: Run, folder: Path, formats: Sequence[str], beside: Beside) -> None:
    """Write all but the manifest."""
    try:
        beside.make(record, parts_of, functools.partial(write_part, folder=folder, formats=formats))
    except BaseException:
        beside.end()  # before the folder is cleared away
        raise


def parts_of(record: Run) -> list[str]:
    """What of a run's folder can be written by itself, by name: figures, tables and texts."""
    return [*figures_of(record), *WRITTEN]


def write_part(record: Run, name: str, folder: Path, formats: Sequence[str]) -> None:
    """Write one of `parts_of` into a folder that is there."""
    if name in WRITTEN:
        WRITTEN[name](record, folder)
    else:
        _draw(record, *(folder / f"{name}.{format}" for format in formats))


def make_ready() -> None:
    """Load all that writing a run's folder takes, fonts too, so that nothing of it waits for that."""
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from advosim.figures import registry, toolkit  # noqa: F401
    from advosim.reading import collaboration, measuring, outcomes  # noqa: F401
    from advosim.story import page  # noqa: F401

    collaboration.network([], [])

    figure, (axes,) = toolkit.panels(1, 1, 1.0)
    toolkit.frame(axes, "title")
    axes.plot([0.0], [0.0], marker=r"$\#$", label="formulas take longest to load")
    axes.legend()
    toolkit.title(figure, "title")
    toolkit.save(figure, io.BytesIO(), "png")


def write_tables(record: Run, folder: Path) -> None:
    """Write a run's tables as Parquet and CSV into a folder that is there."""
    for name in tables_of(record):
        table: pd.DataFrame = getattr(record, name)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        write_csv(table, folder / f"{name}.csv")


def _name_citizens(record: Run, folder: Path) -> None:
    """Which citizen stands for which name of a network's file."""
    for home, polity in record.scenario.polity.items():
        for name, layer in (("face_to_face", polity.network.face_to_face), ("social", polity.network.social)):
            if layer.file is not None:
                import pandas as pd

                from advosim.world import edge_lists

                names = edge_lists.of_layer(layer, polity.citizens).names
                if names:
                    table = pd.DataFrame({"citizen": range(len(names)), "name": names})
                    write_csv(table, folder / f"names_{home}_{name}.csv")


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Leave the garbage of a short task lie: looking for it takes a fifth of the time that figures need."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def write_csv(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV in UTF-8; no cell of it is a formula."""
    import pandas as pd

    safe = table.copy(deep=False)
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            safe[name] = _cells(table[name].astype(object))
    safe.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column with its texts as `cell` has them; few of them differ, and few of those have to change."""
    changed = {text: cell(text) for text in {value for value in column if isinstance(value, str)} if cell(text) != text}
    return (
        column.map(lambda value: changed.get(value, value) if isinstance(value, str) else value) if changed else column
    )


def _measure(record: Run, folder: Path) -> None:
    from advosim.reading.collaboration import collaboration
    from advosim.reading.measuring import costs
    from advosim.reading.outcomes import outcomes

    if has_venues_abroad(record):
        from advosim.reading.spiral import spiral

        write_csv(spiral(record), folder / "spiral.csv")
    for name, measure in zip(MEASURED, (outcomes, costs, collaboration), strict=True):
        write_csv(measure(record), folder / f"{name}.csv")


def _tell(record: Run, folder: Path) -> None:
    from advosim.story.page import story

    (folder / STORY).write_text(story(record), encoding="utf-8", newline="\n")


def _explain(record: Run, folder: Path) -> None:
    codebook.write(folder, codebook.of_run(record, tables_of(record)))


WRITTEN: dict[str, Callable[[Run, Path], None]] = {
    "tables": write_tables, "story": _tell, "measures": _measure, "codebook": _explain, "names": _name_citizens,
}  # fmt: skip
"""What is written of every run beside figures, the longest work first."""


@contextlib.contextmanager
def whole(folder: str | Path, force: bool = False) -> Iterator[Path]:
    """A folder to write into, which takes the place of `folder` when all is written and replaces older results there.

    force: as of `check_place`. Raises InputError for a place that cannot be used, SaveError where writing fails; then
    nothing is left.
    """
    place = check_place(folder, force)
    partial = _aside(place, "partial")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear_remains(place)
        partial.mkdir()
        yield partial
        for file in partial.iterdir():
            _to_disk(file)
        _to_disk(partial)
        _swap(partial, place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaveError(f"the results could not be saved in {folder}: {reason}; nothing of them is left") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _aside(place: Path, kind: str) -> Path:
    """A name beside `place`, whose length does not depend on it."""
    return place.parent / f"{_start(place, kind)}{_here()}-{os.getpid()}"


def _start(place: Path, kind: str) -> str:
    return f".advosim-{hashlib.sha256(os.fsencode(place.name)).hexdigest()[:12]}.{kind}-"


def has_venues_abroad(record: Run) -> bool:
    """Whether a run had a body above its polities, or several of them."""
    return record.scenario.has_abroad


def tables_of(record: Run) -> tuple[str, ...]:
    """Tables that are saved of a run."""
    return (*TABLES, "bodies") if has_venues_abroad(record) else TABLES


def figures_of(record: Run) -> tuple[str, ...]:
    """Figures that are drawn of a run."""
    from advosim.figures import registry

    return registry.names_of(record)


def _draw(record: Run, *files: Path) -> None:
    """Draw the figure that the files are named after."""
    from advosim.figures import registry, toolkit

    figure = registry.draw(record, files[0].stem)
    for file in files:
        toolkit.save(figure, file)


def _to_disk(path: Path) -> None:
    """Make the disk keep a file, or a folder's list of names where the system can do that."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(partial: Path, place: Path) -> None:
    """Put the new folder in the place of the old one, which comes back if that fails.

    What the old one held beside its results goes over to the new one. Where several write to one place, one after the
    other takes it.
    """
    old = _aside(place, "old")
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):
            place.replace(old)
        own = _strangers(old) if old.exists() else []
        try:
            partial.replace(place)
        except OSError as error:
            if not own and error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                shutil.rmtree(old, ignore_errors=True)  # another's results came between, and ours follow them
                continue
            if old.exists():
                old.replace(place)
            raise
        for name in own:
            if not (place / name).exists():
                (old / name).replace(place / name)
        _to_disk(place.parent)
        shutil.rmtree(old, ignore_errors=True)
        return
    raise OSError(errno.EBUSY, "others keep writing to this place")


def _clear_remains(place: Path) -> None:
    """Remove what killed runs left beside `place`; results that were being replaced come back."""
    for old in _remains(place, "old"):
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(place)
    for partial in _remains(place, "partial"):
        shutil.rmtree(partial, ignore_errors=True)


def _remains(place: Path, kind: str) -> Iterator[Path]:
    start = _start(place, kind)
    for path in place.parent.iterdir():
        if path.name.startswith(start) and path.is_dir():
            host, _, process = path.name.removeprefix(start).rpartition("-")
            if not _alive(host, process, path):
                yield path


def is_running(process: int) -> bool:
    """Whether a process of this machine still runs; a killed one that nobody has waited for yet does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    try:
        # The state stands behind the name, which may hold spaces and brackets itself.
        state = (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        )
    except (OSError, IndexError):
        return True
    return state not in ("Z", "X")


def _alive(host: str, process: str, path: Path) -> bool:
    """Whether somebody may still be writing; of other machines' processes only their folder's age tells."""
    if host == _here() and process == str(os.getpid()):
        return False
    # On Windows signal 0 would end the process instead of asking after it.
    if host == _here() and process.isdigit() and os.name != "nt":
        return is_running(int(process))
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime < DAY
    return False


def _here() -> str:
    return re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:64]


__getattr__ = parted(
    __name__, {"advosim.results.manifest": ("machine", "saved"), "advosim.results.summary": ("summary",)}
)
