"""Progress events and bars."""

import io

from spiking_engrams.experiment.progress import Event, Throttle, shown, silent


class Terminal(io.StringIO):
    def isatty(self):
        return True


def events(seed=1):
    yield Event("build", 0, "toy")
    yield Event("built", 0, "toy")
    yield Event("phase", seed, "sleep", 16.0)
    yield Event("progress", seed, "sleep", 16.0, 0.5)
    yield Event("done", seed, "sleep", 16.0, 2.0)
    yield Event("reused", seed, "test")
    yield Event("seed", seed)


def test_quiet_off_a_terminal():
    stream = io.StringIO()
    with shown(1, stream) as listener:
        assert listener is silent
        for event in events():
            listener(event)
    assert stream.getvalue() == ""


def test_a_finished_phase_leaves_a_line():
    stream = Terminal()
    with shown(1, stream) as listener:
        for event in events():
            listener(event)
    text = stream.getvalue()
    assert "sleep: 16 s of biology in 2 s of wall time, 8.0 x biological speed" in text and "test: reused" in text


def test_many_seeds_leave_a_line_each():
    stream = Terminal()
    with shown(2, stream) as listener:
        for seed in (1, 2):
            for event in events(seed):
                listener(event)
    assert "seed 2 complete" in stream.getvalue() and "of biology in" not in stream.getvalue()


def test_progress_is_thinned_but_nothing_else():
    kept = []
    throttle = Throttle(kept.append, interval=60.0)
    for _ in range(3):
        for event in events():
            throttle(event)
    kinds = [event.kind for event in kept]
    assert kinds.count("progress") == 1 and kinds.count("done") == 3
