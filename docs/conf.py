"""How the site of the documentation is built: `sphinx-build -W -n docs _site`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]
# Signatures and docstrings are read off the rules; nothing is run, so nothing need be compiled.
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

import advosim  # noqa: E402

project = "advosim"
author = copyright = "The advosim authors"
version = release = advosim.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "notebook", "generated"]
source_suffix = {".md": "markdown", ".ipynb": "notebook"}
exclude_patterns = ["extensions"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.xref_missing_file"] if os.environ.get("ADVOSIM_DRAFT") else []

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False}
python_use_unqualified_type_names = True

html_theme = "alabaster"
html_title = f"advosim {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {
    "description": "An agent-based laboratory for advocacy politics",
    "fixed_sidebar": True,
    "show_powered_by": False,
    "page_width": "72rem",
    "sidebar_width": "15rem",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
