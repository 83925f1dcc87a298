"""A page that opens from a file: its modules, style and data in one, and a policy that lets it ask nobody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path


def page(folder: Path, style: str, modules: Iterable[str], held: Mapping[str, str], place: str) -> str:
    """`index.html` of a folder with all that it links to inside.

    style: its style sheet. modules: its scripts without suffix, each after those that it imports, the last the one that
    the page names. held: data by name, found under `data-NAME`. place: the words of the page where data go.
    """
    script, sheet = _script(folder, modules), (folder / f"{style}.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(sheet)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    text = (folder / "index.html").read_text(encoding="utf-8")
    text = text.replace(f'<link rel="stylesheet" href="page/{style}.css">', f"<style>{sheet}</style>")
    text = text.replace('<script type="module" src="page/app.js"></script>', f'<script type="module">{script}</script>')
    text = text.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">',
    )
    return text.replace(place, "\n".join(_data(name, data) for name, data in held.items()))


def _data(name: str, text: str) -> str:
    # A closing tag inside would end the element: JSON may write < as \u003c, and base64 has none.
    return f'<script type="application/octet-stream" id="data-{name}">{text.replace("<", chr(92) + "u003c")}</script>'


def _script(folder: Path, modules: Iterable[str]) -> str:
    """Modules as one: names are unique among them, so that imports and exports can go."""
    texts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in modules]
    one = "\n".join(re.sub(r"^import [^;]*;\n", "", text, flags=re.M) for text in texts)
    return re.sub(r"^export (?=(async )?function|const|let|class)", "", one, flags=re.M)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
