"""What a small circuit knows: a stand-in with its signals, banks, constants and knobs."""

from types import SimpleNamespace

KNOWN = SimpleNamespace(
    signals={"k": 0.0, "cue_index": -1.0}, banks={"cue": (5, 3)}, constants={"A.tau": 1.0, "A.noise": 0.0},
    knobs={"A.silenced": 4},
)  # fmt: skip
