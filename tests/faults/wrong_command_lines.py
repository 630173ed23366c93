"""Wrong command lines at random: none simulates for long, and none may end in a traceback."""

from __future__ import annotations

import random
from pathlib import Path

from places import HELPERS

TOY = str(HELPERS / "toy.py")
TEXTS = (
    "", " ", "0", "-1", "1.5", "nan", "1e999", "9" * 40, "None", "abc", "ä", "µ±█", "a b", "../x", "/", "~",
    "~nobody/x", "\udcff", "x" * 300, "x/" * 200, "*", "[", "{}", "%s", "=", ":", ";", "'", '"', "\n", "\t", "--", "-",
    "--help", "@x",
    "gone.py", ".py", "folder", "folder.py", "file.txt", "exits.py", "loops:", "raises.py", "broken.py",
)  # fmt: skip
COUNTS = ("0", "-1", "1.5", "abc", "", "1000000000000", "9" * 40, "0x10", "1e3", "nan", "٣", "1_0")
NAMES = ("toy.py", TOY, "renewl", "amygdala", "neuron", "LIF", "fear_conditioning", *TEXTS)
MODELS = (
    "LFI",
    "LIF ",
    "lif",
    "gone.py:M",
    "folder:M",
    "exits.py:M",
    "raises.py:M",
    "broken.py:M",
    "file.txt:M",
    TOY,
    *TEXTS,
)
CHANGES = (
    "cells.tau=3*mV", "cells.tau", "=", "cells.tau=", "cells.tua=3*ms", "cells.tau=nan*ms", "cells.noise=-1", "cells=3",
    "protocol.n_trials=0", "protocol.n_trials=1000000000000", "protocol.n_trials=1e3", "protocol.=1", "protocol=1",
    "cells.noise=__import__('os')", "cells.noise=" + "9" * 300, "cells.noise=2**99999", "cells.noise=ä", *TEXTS,
)  # fmt: skip
MANIPULATIONS = (
    "silence E", "*: silence E", "*: silence engram:zz", "*: silence engram:", "trial*: gain E nan",
    "x: activate E 1e9",
    "*:", ":", "a: b c d e", "*: gain ring -1", "*: block_plasticity ring", "[: silence E", *TEXTS,
)  # fmt: skip
PATHS = ("folder", "file.txt", "file.txt/x", "gone/gone", "", "/dev/null", "/dev/null/x", "/proc/x", "~", *TEXTS)
OPTIONS = {
    "--target": ("gpu", "CPP", "runtim", *TEXTS), "--threads": ("100000", *COUNTS), "--neuron": MODELS,
    "--seed": COUNTS,
    "--seeds": COUNTS, "--jobs": ("1000000", *COUNTS), "--preset": ("photo", *TEXTS), "--images": PATHS, "--idx": PATHS,
    "--set": CHANGES, "--manipulate": MANIPULATIONS, "--control": ("no-slep", "never", *TEXTS), "--out": PATHS,
    "--resume": PATHS, "--zz": TEXTS, "-x": TEXTS, "--seeds=": ("",),
}  # fmt: skip
OF_COMMAND = {
    "run": tuple(OPTIONS), "reproduce": tuple(OPTIONS), "show": ("--neuron", "--preset", "--set", "--out", "--zz"),
    "timeline": ("--preset", "--set", "--out", "--zz"),
    "build": ("--target", "--threads", "--neuron", "--preset", "--set"),
    "report": ("--zz",), "list": ("--zz",), "cache": ("--zz",), "lisst": (), "": ("--zz",),
}  # fmt: skip
NEVER = "--out=file.txt/x"  # what would run is refused before it begins: its folder cannot be made


def command_line(chance: random.Random) -> list[str]:
    """Return the arguments of one wrong command line."""
    name = chance.choice(tuple(OF_COMMAND))
    arguments = [name]
    if name in ("run", "reproduce", "build", "timeline", "show", "report"):
        arguments.append(TOY if chance.random() < 0.5 else chance.choice(PATHS if name == "report" else NAMES))
    if name == "build":
        arguments.append("--no-compile")
    for _ in range(chance.randrange(1, 4)):
        if OF_COMMAND[name]:
            option = chance.choice(OF_COMMAND[name])
            arguments += [option, chance.choice(OPTIONS[option])]
    if name in ("run", "reproduce"):
        arguments += ["--target", "runtime", NEVER]
    return [argument for argument in arguments if "\0" not in argument]


def prepare(folder: Path) -> None:
    """Write the files that command lines name."""
    for name in ("folder", "folder.py"):
        (folder / name).mkdir(exist_ok=True)
    for name, text in {
        "file.txt": "text", "exits.py": "raise SystemExit(0)",
        "raises.py": "class E(BaseException): pass\nraise E('x')",
        "broken.py": "def (", "toy.py": Path(TOY).read_text(),
    }.items():  # fmt: skip
        (folder / name).write_text(text)
