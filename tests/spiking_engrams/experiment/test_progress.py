"""Progress events and bars."""

import io

from spiking_engrams.experiment.log_lines import Lines
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


def test_lines_off_a_terminal():
    stream = io.StringIO()
    with shown(2, stream) as listener:
        for event in events():
            listener(event)
        listener(Event("seed", 2, value=3.5))
    assert stream.getvalue() == "[0:00:00] seed 2 complete (2 of 2)\n"  # seed 1 was complete before


def test_a_line_a_minute_says_where_a_run_is():
    stream, now = io.StringIO(), [0.0]
    lines = Lines(stream, 1, clock=lambda: now[0])
    for now[0], done in ((30.0, 0.2), (61.0, 0.5), (90.0, 0.7), (122.0, 0.9)):
        lines(Event("progress", 1, "night", 16.0, done))
    assert stream.getvalue().splitlines() == [
        "[0:01:01] seed 1, night: 8 of 16 s of biology", "[0:02:02] seed 1, night: 14.4 of 16 s of biology",
    ]  # fmt: skip


def test_a_log_that_cannot_be_written_stops_no_run():
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    Lines(Full(), 2)(Event("seed", 1, value=1.0))
    stream = io.StringIO()
    stream.close()
    with shown(1, stream) as listener:
        assert listener is silent


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
