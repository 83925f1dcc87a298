"""What a class waits for: first picture, weeks a second, changes while it plays, ten tabs, the server's memory.

Run with `python benchmarks/classroom.py` on a machine that does nothing else; needs the extras `app` and `test`, and
chromium. Worlds of 20,000 citizens and three issues. Beside each figure stands what must hold, and what the first
sketch of the page gave on two shared processors. `--quick` leaves out what takes minutes. `--out FILE` saves the rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
REPRESSION = "polity.home.governance.repression"
PORT = 8399
HERE = f"http://127.0.0.1:{PORT}/"
CHANGED = {"b": [[1, REPRESSION, 0.8]], "issue": 1, "tab": "story"}
TRIES = 20
OPENS = 50

Row = tuple[str, float, str, str, str]
"""What, measured, unit, must hold, the sketch."""


@contextmanager
def server(warm: float) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own process, `warm` seconds after it began to answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "advosim", "demo", "--no-browser", "--port", str(PORT)], stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                urllib.request.urlopen(HERE, timeout=1).read()
                break
            except OSError:
                time.sleep(0.02)
        time.sleep(warm)
        yield process
    finally:
        process.terminate()
        process.wait()


def memory(process: subprocess.Popen[bytes]) -> float:
    """MB that the server holds."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def opened(browser: Browser, view: dict[str, Any], seed: int = 1) -> Any:
    tab = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    tab.goto(f"{HERE}#{urllib.parse.quote(json.dumps({**view, 'seed': seed}))}")
    tab.wait_for_function("() => globalThis.told && told.first > 0", timeout=120_000)
    return tab


def first_picture(browser: Browser) -> Iterator[Row]:
    for warm, must, sketch in ((0.0, "<= 3", "3.2-3.4"), (15.0, "<= 1", ".2-.5")):
        with server(warm):
            tab = opened(browser, CHANGED)
            name = "first picture, " + ("after the warm-up" if warm else "cold")
            yield name, tab.evaluate("told.first") / 1000, "s", must, sketch
            tab.context.close()


def ahead(browser: Browser) -> Iterator[Row]:
    """Weeks that are made for both sides while the viewer looks at the first; then what playing them gives."""
    with server(15.0):
        tab = opened(browser, CHANGED, seed=77)
        started = time.perf_counter()
        tab.evaluate(TO_THE_MIDDLE)
        tab.wait_for_function("() => told.whole()", timeout=300_000, polling=20)
        yield "weeks made ahead, both sides", 208 / (time.perf_counter() - started), "weeks/s", ">= 30", "-"
        for speed, sketch in ((16, "15.7"), (40, "39.5")):
            tab.click("#first")
            tab.select_option("#speed", str(speed))
            tab.click("#play")
            tab.wait_for_timeout(500)
            week, clock = int(tab.input_value("#week")), time.perf_counter()
            tab.wait_for_timeout(3500)
            played = (int(tab.input_value("#week")) - week) / (time.perf_counter() - clock)
            tab.click("#play")
            yield f"playback at {speed}", played, "weeks/s", f"{0.95 * speed:.1f}-{1.05 * speed:.1f}", sketch
        yield "back to a recorded week", statistics.median(tab.evaluate(BACK)), "ms", "<= 50", "-"
        tab.context.close()


TO_THE_MIDDLE = """() => {
  const slider = document.getElementById('week');
  slider.value = 104;
  slider.dispatchEvent(new Event('input'));
}"""
"""At once: a week that is drawn between would set the slider back."""
BACK = """async () => {
  const slider = document.getElementById('week'), taken = [];
  for (const week of [10, 200, 50, 150, 3, 104, 77, 31, 190, 120]) {
    const before = told.drawn, started = performance.now();
    slider.value = week;
    slider.dispatchEvent(new Event('input'));
    while (told.drawn === before) await new Promise(requestAnimationFrame);
    taken.push(performance.now() - started);
  }
  return taken;
}"""
"""Until the week that was asked for is drawn."""


def change_while_playing(browser: Browser) -> Iterator[Row]:
    """A reform from the next week on, at twenty weeks and values, while it plays."""
    taken = []
    with server(15.0):
        tab = opened(browser, {**CHANGED, "tab": "change", "speed": 4})
        tab.wait_for_selector("[name=when]")
        tab.check("[name=when][value=next]")
        tab.click("#play")
        for k in range(TRIES):
            tab.evaluate("told.changed = 0")
            tab.locator(f"[data-path='{REPRESSION}'] input").evaluate(
                "(e, value) => { e.value = value; e.dispatchEvent(new Event('change')) }", 0.05 + 0.04 * k
            )
            tab.wait_for_function("() => told.changed > 0", timeout=60_000, polling=10)
            taken.append(tab.evaluate("told.changed"))
            tab.wait_for_timeout(700)
        tab.context.close()
    yield "a change shows its first week, median", statistics.median(taken), "ms", "-", "165-366"
    yield "a change shows its first week, 95th percentile", sorted(taken)[int(0.95 * TRIES)], "ms", "<= 300", "-"


def ten_tabs(browser: Browser) -> Iterator[Row]:
    with server(15.0) as process:
        view = {**CHANGED, "week": 1}
        tabs = [opened(browser, {**view, "b": [[1, REPRESSION, 0.05 + 0.09 * k]]}, seed=300 + k) for k in range(10)]
        for tab in tabs:
            tab.select_option("#speed", "16")
            tab.click("#play")
        before = [int(tab.input_value("#week")) for tab in tabs]
        clock = time.perf_counter()
        time.sleep(12)
        after = [int(tab.input_value("#week")) for tab in tabs]
        rates = [(late - early) / (time.perf_counter() - clock) for early, late in zip(before, after, strict=True)]
        yield "ten tabs, the slowest", min(rates), "weeks/s", ">= 4", "2.1"
        yield "server with ten tabs", memory(process), "MB", "<= 800", "-"
        for tab in tabs:
            tab.context.close()


def opens_and_closes(browser: Browser) -> Iterator[Row]:
    with server(15.0) as process:
        held = []
        for k in range(OPENS):
            tab = opened(browser, CHANGED, seed=500 + k)
            tab.context.close()
            held.append(memory(process))
        plateau = statistics.median(held[OPENS // 2 : -5])
        yield f"server after {OPENS} opens, beside its plateau", abs(held[-1] - plateau), "MB", "<= 100", "-"
        yield f"server after {OPENS} opens", held[-1], "MB", "<= 800", "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--out", type=Path, help="save the rows as CSV")
    given = parser.parse_args()
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("there is no chromium on the path")
    parts = [first_picture, ahead, change_while_playing, *([] if given.quick else [ten_tabs, opens_and_closes])]
    rows: list[Row] = []
    print(f"{'':48} {'measured':>9} {'':8} {'must hold':>12} {'sketch':>9}   load {os.getloadavg()[0]:.1f}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        for part in parts:
            for row in part(browser):
                rows.append(row)
                what, number, unit, must, sketch = row
                print(f"{what:48} {number:9.2f} {unit:8} {must:>12} {sketch:>9}", flush=True)
    if given.out:
        with given.out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("what", "measured", "unit", "must_hold", "sketch"), *rows])


if __name__ == "__main__":
    main()
