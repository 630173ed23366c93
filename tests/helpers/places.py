"""Where things lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests"
HELPERS = TESTS / "helpers"
DATA = ROOT.parent / "shared" / "data"
