"""What the literature found, put to the model: `python run.py RESULTS [PAIRS] [CITIZENS] [WORD]`.

Writes patterns.csv, a row for each estimate with its interval, the range that the pattern asks for, and a verdict, and
manifest.json. WORD: only patterns that have it in their name run again; their rows take the place of those that are
there. The pattern over country-years needs real data, in the folder that ADVOSIM_DATA names.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from lab import FIRST_SEED, FOUR_YEARS, Lab, Row
from patterns import PATTERNS, Pattern

import advosim
from advosim.results.manifest import MANIFEST, write_manifest


def verdict(row: Row) -> str:
    """`holds` and `fails` need the whole interval in the range or out of it."""
    value, low, high = row.estimate
    if row.least < low and high < row.most:
        return "holds"
    if high <= row.least or row.most <= low:
        return "fails"
    return "not told from chance, inside" if row.least < value < row.most else "not told from chance, outside"


def rounded(number: float) -> float:
    """To four digits that count: some estimates are shares of few citizens."""
    return float(f"{number:.4g}")


def told(pattern: Pattern, row: Row, worlds: int) -> dict[str, Any]:
    return {
        "pattern": pattern.name, "what": row.what, "neutral": row.neutral, "estimate": rounded(row.estimate.value),
        "low": rounded(row.estimate.low), "high": rounded(row.estimate.high), "least": row.least, "most": row.most,
        "verdict": verdict(row), "use": pattern.use, "worlds": worlds, "source": pattern.source,
    }  # fmt: skip


def say(row: dict[str, Any]) -> None:
    beside = f" [{row['neutral']} neutral]" if row["neutral"] else ""
    interval = f"{row['estimate']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"
    print(f"  {row['what']}{beside}: {interval} {row['verdict']}", flush=True)


def main(folder: str, pairs: int = 200, citizens: int = 4000, word: str = "") -> None:
    out, size = Path(folder), {"worlds": pairs, "citizens": citizens, "weeks": FOUR_YEARS, "seeds from": FIRST_SEED}
    file, kept = out / "patterns.csv", out / MANIFEST
    before = json.loads(kept.read_text(encoding="utf-8")) if word and kept.exists() else {}
    if other := {name: before[name] for name in before.keys() & size.keys() if before[name] != size[name]}:
        raise SystemExit(f"{file} has other sizes, {other}: one table has one size")
    out.mkdir(parents=True, exist_ok=True)
    known = pd.read_csv(file, keep_default_na=False) if before and file.exists() else pd.DataFrame({"pattern": []})
    tables = {pattern.name: known[known["pattern"] == pattern.name] for pattern in PATTERNS}
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        lab = Lab(pairs, citizens, pool)
        for pattern in PATTERNS:
            if word not in pattern.name:
                continue
            print(pattern.name, flush=True)
            rows = [told(pattern, row, pairs) for row in pattern.test(lab)]
            for row in rows:
                say(row)
            tables[pattern.name] = pd.DataFrame(rows)
            pd.concat(table for table in tables.values() if len(table)).to_csv(file, index=False)
    write_manifest(out, {"advosim": advosim.__version__, **size})


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder")
    asked.add_argument("pairs", type=int, nargs="?", default=200, metavar="PAIRS")
    asked.add_argument("citizens", type=int, nargs="?", default=4000, metavar="CITIZENS")
    asked.add_argument("word", nargs="?", default="")
    given = asked.parse_args()
    if given.pairs < 2:
        asked.error("PAIRS: an interval needs 2 and more")
    if not any(given.word in pattern.name for pattern in PATTERNS):
        asked.error(f"no pattern has '{given.word}' in its name: " + "; ".join(each.name for each in PATTERNS))
    main(**vars(given))
