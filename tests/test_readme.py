"""The README's examples run, in order, as a reader would run them."""

from __future__ import annotations

import re

import pytest
from places import ROOT

README = ROOT / "README.md"


@pytest.mark.cpp
def test_readme_examples_run(needs_compiler, capsys):
    """All Python blocks of the README in one namespace; the circuit's program is compiled once per test session."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    said = capsys.readouterr().out
    fear = float(re.search(r"fear: ([\d.]+)", said).group(1))
    assert 0.8 < fear < 1.1


PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PAGES += [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("*.md"))]
PAGES += [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("[!_t]*/*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page):
    """Relative links lead to files of the project; those between pages of docs are checked when the site is built."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text()):
        assert (ROOT / page).parent.joinpath(target.split("#")[0]).exists(), f"{page} links to '{target}'"
