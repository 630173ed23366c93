"""Configuration of the documentation site; `make docs` builds it."""

import os
import sys
from pathlib import Path

from spiking_engrams import __version__

ROOT = Path(__file__).parents[1]
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # where `engrams` is
    "COLUMNS": "90",
    "NO_COLOR": "1",
    "EXAMPLES": str(ROOT / "examples"),
}

project = "Spiking Engrams"
author = "The Spiking Engrams developers"
copyright = f"2026, {author}"
release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "templates", "next_steps.md"]

html_theme = "furo"
html_title = "Spiking Engrams"
html_static_path = ["_static"]
html_css_files = ["tables.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # tutorials show what the code of today prints
nb_execution_in_temp = True
nb_execution_timeout = 900
nb_execution_raise_on_error = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_rtype = False
