"""The report and the generic figures."""

import html.parser
import re
import shutil

import numpy as np
import pytest

from spiking_engrams.experiment.conclusion import evaluate_run
from spiking_engrams.report import figures, page, timeline
from spiking_engrams.report.report import report_html, reproduction_html
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.schedule.schedule import Phase, Schedule

VOID = {"meta", "img", "br", "link"}


class Balance(html.parser.HTMLParser):
    """Collect tags, and complain about those that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.sources, self.links = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.sources += [value for name, value in attributes if name == "src"]
        self.links += [value for name, value in attributes if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page):
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    return balance


def test_report_stands_alone(toy_run):
    text = (toy_run.path / "report.html").read_text(encoding="utf-8")
    found = parsed(text)
    assert "script" not in found.seen and "link" not in found.seen
    assert len(found.sources) == 2 and all(source.startswith("data:image/") for source in found.sources)
    assert not re.search(r"https?://", text)
    files = [link for link in found.links if not link.startswith("#")]
    assert {"summary.json", "metrics.csv", "figures/rates.png", "figures/rates.svg"} <= set(files)
    assert all((toy_run.path / name).is_file() for name in files)


def test_report_tells_everything_in_order(toy_run):
    content = report_html(toy_run)
    titles = ["Phenomena", "Figures", "Metrics", "Cost", "Model", "Provenance"]
    positions = [content.index(f'<h2 id="part-{n}">{title}</h2>') for n, title in enumerate(titles, 1)]
    assert positions == sorted(positions)
    assert [f'<a href="#part-{n}">{title}</a>' in content for n, title in enumerate(titles, 1)] == 6 * [True]
    for text in (
        "cells &lt;fire&gt;",
        '<td class="verdict pass">pass</td>',
        "1 of 1 checked phenomena hold",
        "<figcaption>Rate over trials. [",
        "engrams run --config config.toml",
        "Mean rate in the last trial.",
        "seed 2",
        "A. Model summary",
        "cells.tau",
        "membrane time constant",
        "Python",
    ):
        assert text in content, text


def test_long_tables_are_folded():
    short = page.folded_table("Short", ("a", "b"), [("1", "")])
    assert short.startswith("<h3>Short</h3>") and ">b</th>" not in short  # an empty column
    long = page.folded_table("Long", ("a",), [("1",)] * 40)
    assert long.startswith("<details><summary>Long (40 rows)</summary>")


def test_report_of_an_unfinished_run_says_so(toy_run, tmp_path):
    shutil.copytree(toy_run.path, tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    folder.seed(2).metrics_path.unlink()
    folder.write_summary([])
    assert "1 of 2 seeds are incomplete" in report_html(folder)


def test_reproduction_page(toy_run, toy):
    content = reproduction_html("Table", evaluate_run(toy_run, toy.PROTOCOL, with_name=True), [toy_run])
    assert "<td>toy</td>" in content and content.count("<figure>") == 2
    assert f"{toy_run.path.name}/report.html" in parsed(content).links


def test_figures_can_be_pdf_and_have_letters(tmp_path):
    figure, axes = figures.new_figure(1, 2)
    figures.panel_letters(axes)
    assert [ax.texts[0].get_text() for ax in axes] == ["a", "b"]
    figures.save_all(tmp_path, {"a": (figure, "Two panels.")}, (*figures.FORMATS, "pdf"))
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".pdf", ".png", ".svg"}


@pytest.mark.parametrize("kind", [".png", ".svg"])
def test_figures_are_written_twice_the_same(kind, tmp_path):
    for name in ("a", "b"):
        with figures.style():
            figure, ax = figures.new_figure()
            ax.plot([0, 1], [1, 0])
        figures.save_figure(figure, tmp_path, name)
    assert (tmp_path / f"a{kind}").read_bytes() == (tmp_path / f"b{kind}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg", "b.png", "b.svg"]


def test_repeated_trials_are_one_row_of_the_timeline():
    phase = Phase("t", 10, {"us": 1.0}, labels=((0, 5, "cue"), (5, 10, "US")))
    rest = Phase("rest", 20)
    now = Life().born()
    for label, each in (("trial_01", phase), ("trial_02", phase), ("sleep", rest), ("trial_03", phase)):
        now = now.then(label, each)
    now.ask("both", Schedule([phase, rest]))
    entries = now.life.entries()
    rows = timeline.timeline_rows(entries, 0.1)
    assert [(row[2], row[3]) for row in rows] == [("trial", 2), ("sleep", 1), ("trial_03", 1), ("both", 1)]
    assert [row[0] for row in rows] == pytest.approx([0, 2, 4, 5]) and rows[0][4] == "cue, US"
    figure = timeline.plot_timeline(entries, 0.1)
    assert [ax.get_ylabel() for ax in figure.axes[1:]] == ["us"]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["trial", "sleep", "both"]


def test_signals_of_a_timeline_can_be_read():
    now = Life().born()
    now = now.then("fast", Phase("fast", 400, {"index": np.arange(400) % 5, "on": 1.0}))
    now = now.then("slow", Phase("slow", 400, {"index": np.repeat([0, 3], 200)}))
    _, index, on = timeline.plot_timeline(now.life.entries(), 0.1).axes
    assert len(index.collections) == 1 and len(index.patches) == 1  # a band, then steps
    assert on.get_yticks().tolist() == [0, 1]


def test_branches_begin_where_they_branch():
    start = Life().born([Phase("before", 5)])
    taught = start.then("teach", Phase("t", 10))
    taught.ask("test_now", Phase("q", 3))
    taught.then("night", Phase("n", 20)).ask("test_later", Phase("q", 3))
    rows = timeline.timeline_rows(start.life.entries(), 1.0)
    assert [row[:3] for row in rows] == [
        (0, 5, "before"), (5, 15, "teach"), (15, 18, "test_now"), (15, 35, "night"), (35, 38, "test_later"),
    ]  # fmt: skip
    assert timeline.plot_timeline(start.life.entries(), 1.0).axes[0].get_xlim() == (0, 38)


@pytest.mark.parametrize("n_before, share", [(10, 0.5), (990, timeline.ROOM)])
def test_a_long_pretraining_leaves_room_for_the_experiment(n_before, share):
    start = Life().born([Phase("before", n_before)])
    start.then("teach", Phase("t", 10))
    ax = timeline.plot_timeline(start.life.entries(), 1.0).axes[0]
    ax.figure.canvas.draw()
    begin, _ = ax.transAxes.inverted().transform(ax.transData.transform((n_before, 0)))
    assert begin == pytest.approx(share)
