"""Weeks as bytes: what the server sends, what the page reads, and what an exported file holds.

A week is its length, the lengths of its parts, then JSON, numbers in single precision, and bytes:

    u32 length of the rest | u32 bytes of JSON | u32 numbers | JSON, padded with spaces | numbers | bytes

Numbers: measures (measure, polity, issue), views (view, public, issue), funds (organisation). Bytes: the government's
answers (polity, issue), organisations (1 closed, 2 abroad), citizens (issue, person): attitude in 16 steps, then bits
for wanting more, talking, marching, and silence out of fear.
"""

from __future__ import annotations

import json
import struct
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.live.frame import MEASURES, VIEWS, Cast, Frame
from advosim.scenario.load import Scenario
from advosim.world.codes import ANSWERS, SLOTS

WANTS_MORE, TALKS, MARCHES, SILENT = 16, 32, 64, 128
"""Bits of a citizen's byte; the lowest four hold the attitude."""


def week(frame: Frame) -> bytes:
    """A frame as bytes."""
    table = {
        "k": frame.week,
        "campaigns": frame.campaigns,
        "founded": [(row, np.round(x, 3).tolist(), np.round(w, 3).tolist()) for row, x, w in frame.founded],
        "alliances": frame.alliances,
        "parties": [(seats, int(governs), round(polled, 4)) for seats, governs, polled in frame.parties],
        "ballots": [(*row[:3], int(row[3]), round(row[4], 4), row[5], row[6]) for row in frame.ballots],
        "appeals": [(*row[:4], round(row[4], 3)) for row in frame.appeals],
        "cases": [(*row[:4], round(row[4], 3)) for row in frame.cases],
        "members": [(body, polity, int(inside)) for body, polity, inside in frame.members],
        "said": [astuple(sentence)[1:] for sentence in frame.sentences],
    }
    text = json.dumps(table, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    numbers = np.concatenate([part.ravel() for part in (frame.measures, frame.views, frame.funds)]).astype("<f4")
    marks = frame.closed.astype(np.uint8) | frame.exiled.astype(np.uint8) << 1
    rest = b"".join(part.tobytes() for part in (frame.answers, marks, crowd(frame)))
    body = struct.pack("<II", len(text), numbers.size) + text + numbers.tobytes() + rest
    return struct.pack("<I", len(body)) + body


def crowd(frame: Frame) -> NDArray[np.uint8]:
    """(issues, citizens): a byte for each citizen of the sample and issue."""
    these = frame.people
    step: NDArray[np.uint8] = np.clip(np.rint((these.attitude + 1) * 7.5), 0, 15).astype(np.uint8)
    marks = ((these.wants_more, WANTS_MORE), (these.talks, TALKS), (these.marches, MARCHES), (these.silent, SILENT))
    for shown, bit in marks:
        step |= shown * np.uint8(bit)
    return step


def stage(scenario: Scenario, cast: Cast) -> dict[str, Any]:
    """What the page must know before the first week: names and places, and how a week's bytes are laid out."""
    known = cast.names
    return {
        "title": scenario.title,
        "question": scenario.question,
        "weeks": scenario.weeks,
        "measures": list(MEASURES),
        "views": list(VIEWS),
        "answers": list(ANSWERS),
        "slots": list(SLOTS),
        "polities": list(known.polities),
        "citizens": [polity.citizens for polity in scenario.polity.values()],
        "issues": list(known.issues),
        "meanings": [scenario.issue[name].meaning for name in known.issues],
        "publics": [[known.polities.index(home), name] for home, name in known.publics],
        "shares": [
            public.share / sum(each.share for each in polity.public.values())
            for polity in scenario.polity.values()
            for public in polity.public.values()
        ],
        "sample": cast.public.tolist(),
        "organisations": [[home, name] for home, (_, name) in zip(cast.homes, known.organisations, strict=True)],
        "kinds": list(cast.kinds),
        "newcomers": [int(newcomer) for newcomer in cast.newcomers],
        "stances": np.round(cast.stances, 3).tolist(),
        "priorities": np.round(cast.priorities, 3).tolist(),
        "parties": [[known.polities.index(home), name] for home, name in known.parties],
        "bodies": [[name, level] for name, level in zip(known.bodies, cast.levels, strict=True)],
        "policy": np.round(cast.policy, 4).tolist(),
        "elections": [
            polity.governance.election_interval if polity.party else 0 for polity in scenario.polity.values()
        ],
        "reforms": [[reform.week, path, value] for reform in scenario.reform for path, value in reform.set.items()],
    }
