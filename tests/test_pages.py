"""Pages of results and the table in README are what the stored summaries say."""

import subprocess
import sys

from places import ROOT


def test_pages_of_results_are_current():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "pages.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stderr}write them with: python docs/pages.py"


def test_readme_is_one_page():
    assert len((ROOT / "README.md").read_bytes()) <= 8 * 1024
