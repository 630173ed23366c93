"""Parts of a run folder that a report shows unchanged: captions, images and the table of controls."""

from __future__ import annotations

import base64
import csv
import io
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from spiking_engrams.errors import EngramWarning, RunFolderError
from spiking_engrams.files.links import refuse_link
from spiking_engrams.files.storage import read_json
from spiking_engrams.runs.formats import CAPTIONS, FIGURE, read
from spiking_engrams.values.json_data import text_digest
from spiking_engrams.values.schema import Mismatch, check

MAX_BYTES = 50_000_000  # of an image in a report
MAX_SVG_BYTES = 400_000  # a larger figure is shown as PNG
KINDS = {"gif": "image/gif", "svg": "image/svg+xml", "png": "image/png"}  # the first one found is shown


class Image(NamedTuple):
    """A figure: its name, caption and content as a URL."""

    name: str
    caption: str
    url: str


def images(folder: Path) -> list[Image]:
    """Return the figures of a folder, those with captions first.

    Raises
    ------
    RunFolderError
        If one of them is a link.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams.report.figures import new_figure, save_all
    >>> with TemporaryDirectory() as folder:
    ...     save_all(Path(folder), {"fear": (new_figure()[0], "Fear over trials.")})
    ...     [image] = images(Path(folder))
    >>> image.name, image.caption, image.url[:14]
    ('fear', 'Fear over trials.', 'data:image/svg')
    """
    refuse_link(folder)
    captions = captions_of(folder)
    found = sorted(path.stem for path in folder.glob("[!.]*.png"))
    names = dict.fromkeys([*captions, *(name for name in found if FIGURE.fits(name))])
    shown = [(name, _url(folder, name)) for name in names]
    return [Image(name, captions.get(name, ""), url) for name, url in shown if url]


def controls(path: Path, digest: str | None) -> list[list[str]]:
    """Return the header and rows of the table of controls; empty if there is none, or it was changed or damaged.

    `digest` is the digest of its text, if known.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams.runs.rows import csv_text
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "controls.csv")
    ...     written = path.write_text(csv_text(["metric", "main", "no-sleep"], [["fear", "0.9", "0.4"]]))
    ...     controls(path, digest=None)
    [['metric', 'main', 'no-sleep'], ['fear', '0.9', '0.4']]
    """
    refuse_link(path)
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text)))
    except (OSError, ValueError, csv.Error):
        rows = []
    if not rows or (digest is not None and text_digest(text) != digest):
        _left_out(f"'{path}', which was changed or damaged; `engrams run --resume` on the run recreates it")
        return []
    return rows


def captions_of(folder: Path) -> dict[str, str]:
    """Return the captions of a folder's figures by name; empty if their file is missing, changed or damaged."""
    path = folder / "captions.json"
    refuse_link(path)
    if not path.is_file():
        return {}
    try:
        data: dict[str, Any] = read_json(path)
        if isinstance(data, dict) and "format_version" in data:
            data = read(path, {"captions": CAPTIONS}, "they are recreated with the figures")["captions"]
        check(data, CAPTIONS)  # older files contain nothing else
    except (RunFolderError, Mismatch) as problem:
        _left_out(f"figure captions ({problem})")
        return {}
    return data


def _url(folder: Path, name: str) -> str:
    for ending, kind in KINDS.items():
        path = folder / f"{name}.{ending}"
        refuse_link(path)
        size = path.stat().st_size if path.is_file() else 0
        if size > MAX_BYTES:
            _left_out(f"'{path}', which is larger than {MAX_BYTES / 1e6:.0f} MB")
        elif size and (ending != "svg" or size <= MAX_SVG_BYTES):
            return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return ""


def _left_out(what: str) -> None:
    warnings.warn(f"The report omits {what}.", EngramWarning, stacklevel=2)
