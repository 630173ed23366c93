"""Figures: their style, and saving each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spiking_engrams.errors import EngramError
from spiking_engrams.files.storage import atomic_path, cannot_write, write_json_atomic
from spiking_engrams.runs.formats import FIGURE, FORMAT_VERSION

FRAMES_PER_S = 8  # of films
FORMATS = ("png", "svg")  # of every figure
LETTERS = "abcdefghijklmnopqrstuvwxyz"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")  # Okabe & Ito 2008
STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "figure.constrained_layout.use": True,
    "figure.figsize": (7.0, 3.5),
    "font.size": 9,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "savefig.facecolor": "white",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's style within the ``with`` block; no display is needed.

    Examples
    --------
    >>> import matplotlib
    >>> with style():
    ...     matplotlib.rcParams["font.size"]
    9.0
    """
    import matplotlib
    from cycler import cycler

    with matplotlib.rc_context(STYLE | {"axes.prop_cycle": cycler(color=COLOURS)}):
        yield


def new_figure(n_rows: int = 1, n_columns: int = 1, **kwargs: Any) -> tuple[Any, Any]:
    """Return a figure without a window, and its axes; further arguments are those of `Figure.subplots`.

    Examples
    --------
    >>> figure, axes = new_figure(1, 2, figsize=(6, 3), sharey=True)
    >>> axes.shape
    (2,)
    """
    from matplotlib.figure import Figure

    size = kwargs.pop("figsize", None)
    figure = Figure(figsize=size)
    return figure, figure.subplots(n_rows, n_columns, **kwargs)


def panel_letters(axes: Iterable[Any]) -> None:
    """Letter the panels of a figure for print: a bold letter at the upper left of each.

    Small letters, since contexts are named by capital ones.

    Examples
    --------
    >>> figure, axes = new_figure(1, 2)
    >>> panel_letters(axes)
    >>> [text.get_text() for ax in axes for text in ax.texts]
    ['a', 'b']
    """
    beside = {"xycoords": "axes fraction", "xytext": (-6, 6), "textcoords": "offset points"}
    for text, ax in zip(LETTERS, axes, strict=False):
        ax.annotate(text, (0, 1), ha="right", fontsize=10, fontweight="bold", **beside)


def save_figure(figure: Any, folder: str | Path, name: str, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure in some formats, each file whole or not at all; return the paths.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> figure, ax = new_figure()
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in save_figure(figure, folder, "fear")]
    ['fear.png', 'fear.svg']
    """
    paths = [Path(folder) / f"{name}.{ending}" for ending in formats]
    for path in paths:
        save_figure_as(figure, path)
    return paths


def save_figure_as(figure: Any, path: str | Path) -> None:
    """Write a figure in the format of the path's suffix, whole or not at all.

    Raises
    ------
    EngramError
        When the suffix is not a figure format, or the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> figure, ax = new_figure()
    >>> with TemporaryDirectory() as folder:
    ...     save_figure_as(figure, Path(folder, "fear.pdf"))
    ...     [path.name for path in Path(folder).iterdir()]
    ['fear.pdf']
    """
    import matplotlib

    formats = figure.canvas.get_supported_filetypes()
    if Path(path).suffix[1:].lower() not in formats:
        raise EngramError(f"'{path}' does not end in a figure format; use .png, .svg or .pdf.")

    # fixed ids and no date: the same figure gives the same file
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix.lower(), {})
    try:
        with matplotlib.rc_context({"svg.hashsalt": "spiking_engrams"}), atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150, metadata=metadata)
    except OSError as error:
        raise cannot_write(f"Figure '{path}'", error, EngramError) from error


def save_film(film: Any, path: str | Path) -> None:
    """Write a Matplotlib animation as a GIF, whole or not at all.

    Raises
    ------
    EngramError
        When the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from matplotlib.animation import FuncAnimation
    >>> figure, ax = new_figure(figsize=(2, 1))
    >>> film = FuncAnimation(figure, lambda frame: ax.plot(frame, frame, "o"), frames=2)
    >>> with TemporaryDirectory() as folder:
    ...     save_film(film, Path(folder, "night.gif"))
    ...     [path.name for path in Path(folder).iterdir()]
    ['night.gif']
    """
    from matplotlib.animation import PillowWriter

    try:
        with atomic_path(path) as temporary:
            film.save(temporary, writer=PillowWriter(fps=FRAMES_PER_S), dpi=100)
    except OSError as error:
        raise cannot_write(f"Film '{path}'", error, EngramError) from error


def save_all(folder: Path, figures: Mapping[str, Any], formats: Sequence[str] = FORMATS) -> None:
    """Write figures and their captions (``captions.json``); a value is a figure or film, or (figure, caption).

    Raises
    ------
    EngramError
        When a name is not a file name, or a file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> figure, ax = new_figure()
    >>> with TemporaryDirectory() as folder:
    ...     save_all(Path(folder), {"fear": (figure, "Fear over trials.")})
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['captions.json', 'fear.png', 'fear.svg']
    """
    from matplotlib.animation import Animation

    captions = {}
    for name in figures:
        if not FIGURE.fits(name):
            raise EngramError(f"A figure is named {name!r}, which is not a file name; use {FIGURE.allowed}.")
    with style():
        for name, value in figures.items():
            figure, caption = value if isinstance(value, tuple) else (value, "")
            captions[name] = caption
            if isinstance(figure, Animation):
                save_film(figure, folder / f"{name}.gif")
            else:
                save_figure(figure, folder, name, formats)
    data = {"format_version": FORMAT_VERSION, "captions": captions}
    write_json_atomic(folder / "captions.json", data, seal=True)
