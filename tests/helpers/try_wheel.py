"""Install the wheel in a folder into an empty environment, and run a protocol from another folder.

Usage: ``python tests/helpers/try_wheel.py dist``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def main(dist: Path) -> None:
    """Raise an error unless there are a wheel and an sdist, and the wheel works."""
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        run(place, "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check", str(wheel.resolve()))
        version = run(place, "engrams", "--version")
        assert version.split()[-1] in wheel.name, f"{version} is not that of {wheel.name}"
        listed = run(place, "engrams", "list")
        assert "fear_conditioning" in listed and "time per seed" in listed
        run(place, "python", "-c", "from networks import converted; converted.build()")  # its weights are in the wheel
        run(place, "python", "-c", "from spiking_engrams import stimuli; stimuli.bags_of_words(stimuli.word_lists())")
        run(place, "engrams", "run", "engram_formation", "--set", "protocol.pretraining=0", "--out", "run")
        assert (place / "run" / "report.html").is_file()
    sys.stdout.write(f"{wheel.name} and {sdist.name}: installed, listed, ran a protocol\n")


def run(place: Path, command: str, *arguments: str) -> str:
    """Run a command of the new environment in another folder, and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    clean["SPIKING_ENGRAMS_CACHE"] = str(place / "cache")
    words = [place / "venv" / "bin" / command, *arguments]
    done = subprocess.run(words, cwd=place, env=clean, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"engrams from the wheel: '{' '.join(map(str, words))}' ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
