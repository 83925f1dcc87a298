"""What a running sweep shows: its progress in runs, and what it has to say."""

from __future__ import annotations

import sys
from typing import Any

from advosim.experiment.sweep import store
from advosim.scenario.plain_text import one_line, printable


class Bar:
    """Progress in runs, with rate and time left: on terminals and in notebooks, elsewhere when asked."""

    def __init__(self, title: str, wanted: bool | None) -> None:
        self.title = title
        self.shown = _watched() if wanted is None else wanted
        self._bar: Any = None
        self._told: set[str] = set()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def compile(self) -> None:
        """Compile the rules once, before many processes would do it side by side."""
        from advosim import simulation

        if simulation.is_compiled():
            return
        with self._new("compiling the rules", 1, 0, "rule") as bar:

            def progress(_: str, done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            simulation.compile_all(progress)

    def begin(self, plan: store.Plan, done: set[int]) -> None:
        """Start to count, from what is there already."""
        already = sum(last - first for first, last in map(plan.span, done))
        self._bar = self._new(self.title, plan.runs, already, "run")

    def _new(self, title: str, total: int, initial: int, unit: str) -> Any:
        from tqdm import tqdm

        quick = 0.1 if sys.stderr.isatty() else 10
        return tqdm(
            desc=one_line(title), total=total, initial=initial, unit=unit, disable=not self.shown, mininterval=quick
        )

    def update(self, count: int) -> None:
        self._bar.update(count)

    def tell(self, text: str) -> None:
        """Say something once."""
        if text not in self._told:
            self._told.add(text)
            print(f"\n{printable(text)}", file=sys.stderr, flush=True)


def _watched() -> bool:
    return sys.stderr.isatty() or type(sys.modules.get("IPython") and _shell()).__name__ == "ZMQInteractiveShell"


def _shell() -> Any:
    from IPython import get_ipython  # type: ignore[import-not-found, unused-ignore]

    return get_ipython()
