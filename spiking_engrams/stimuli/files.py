"""Which files of a folder are images, which are left out, and which must not be opened."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from spiking_engrams.errors import EngramWarning, StimulusError

ORDINARY = ".bmp .gif .jpeg .jpg .pgm .png .tif .tiff .webp".split()
BY_CONTENT = tuple("AVIF BMP GIF HEIF ICO JPEG JPEG2000 MPO PNG PPM QOI SGI SUN TIFF WEBP".split())
"""Picture formats by Pillow's names. The other formats that it opens are documents (it would start Ghostscript for
EPS), films, layers, textures or measurements, which are not clearly one picture, or are only recognised by suffix."""
BY_SUFFIX = ("DIB", "PCX", "TGA")
"""Formats whose first bytes are too unspecific to recognise a file without the right suffix."""
OF_SYSTEMS = ("__macosx", "desktop.ini", "thumbs.db")  # what operating systems leave in folders, in lower case
MAX_LISTED = 5


def class_folders(root: Path) -> list[Path]:
    """Return the class folders, sorted by name; warn of anything beside them.

    Raises
    ------
    StimulusError
        If the folder does not exist or contains no folders.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("house", "face"):
    ...         pathlib.Path(folder, name).mkdir()
    ...     print([path.name for path in class_folders(pathlib.Path(folder))])
    ['face', 'house']
    """
    folders, others = _parted(root, os.path.isdir)
    if not folders:
        raise StimulusError(f"'{root}' holds no folders; put the images of each class into a folder of its own.")
    _warn_of(root, others, "not a class folder")
    return folders


def image_files(folder: Path) -> list[Path]:
    """Return the images of a class, sorted by name; warn of files that are left out.

    Raises
    ------
    StimulusError
        If there is none, or the folder cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("face_2.png", "face_1.jpg"):
    ...         pathlib.Path(folder, name).touch()
    ...     print([path.name for path in image_files(pathlib.Path(folder))])
    ['face_1.jpg', 'face_2.png']
    """
    files, others = _parted(folder, lambda path: path.suffix.lower() in formats_by_suffix())
    if not files:
        rare = sorted(set(formats_by_suffix()) - set(ORDINARY))
        raise StimulusError(
            f"Class folder '{folder}' holds no images; allowed are {', '.join(ORDINARY)} (and {', '.join(rare)})."
        )
    _warn_of(folder, others, "not a supported image suffix")
    return files


def formats_of(path: Path) -> list[str]:
    """Return the formats in which Pillow may open a file, those recognised by content first.

    Examples
    --------
    >>> import pathlib
    >>> formats_of(pathlib.Path("scan.pcx"))[-1]  # recognised by its suffix only
    'PCX'
    """
    from PIL import Image

    own = formats_by_suffix().get(path.suffix.lower(), "")
    return [name for name in dict.fromkeys((*BY_CONTENT, own)) if name in Image.OPEN]


@cache
def formats_by_suffix() -> dict[str, str]:
    """Return the suffixes of image files, in lower case, with Pillow's names of their formats.

    Examples
    --------
    >>> formats_by_suffix()[".jpg"], ".pdf" in formats_by_suffix()
    ('JPEG', False)
    """
    from PIL import Image

    return {
        suffix.lower(): name for suffix, name in Image.registered_extensions().items() if name in BY_CONTENT + BY_SUFFIX
    }


def check_regular(path: Path, what: str) -> None:
    """Check that a path leads to a regular file: opening a pipe blocks for ever, and reading a device may.

    Raises
    ------
    StimulusError
        If it does not; the message names the path and says what it is.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_regular(pathlib.Path(folder), "Image")
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.StimulusError: Image '...' cannot be read (it is a folder); replace it with a file, or ...
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        link = "; it is a broken link" if path.is_symlink() else ""
        raise StimulusError(f"{what} '{path}' cannot be read ({error}{link}); replace or remove it.") from error
    if not stat.S_ISREG(mode):
        kinds = {stat.S_ISDIR: "folder", stat.S_ISFIFO: "pipe", stat.S_ISSOCK: "socket"}
        kind = next((name for is_kind, name in kinds.items() if is_kind(mode)), "device")
        raise StimulusError(f"{what} '{path}' cannot be read (it is a {kind}); replace it with a file, or remove it.")


def _parted(folder: Path, wanted: Callable[[Path], bool]) -> tuple[list[Path], list[Path]]:
    """Return the wanted and the other entries of a folder, sorted by name, without system and hidden files."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StimulusError(f"'{folder}' is not a folder; give one that holds a folder of images per class.") from error
    except (OSError, ValueError) as error:
        raise StimulusError(f"'{folder}' cannot be read ({error}); allow access, or give another folder.") from error
    parts: tuple[list[Path], list[Path]] = ([], [])
    for path in found:
        if not path.name.startswith(".") and path.name.lower() not in OF_SYSTEMS:
            parts[not wanted(path)].append(path)
    return parts


def _warn_of(folder: Path, left_out: Sequence[Path], reason: str) -> None:
    if not left_out:
        return
    listed = ", ".join(path.name + "/" * os.path.isdir(path) for path in left_out[:MAX_LISTED])
    more = f" and {len(left_out) - MAX_LISTED} more" if len(left_out) > MAX_LISTED else ""
    warnings.warn(
        f"Left out of '{folder}' ({reason}): {len(left_out)} ({listed}{more}). Save images as PNG in the folder of "
        "their class; move other files elsewhere.",
        EngramWarning,
        stacklevel=4,  # the call of `from_folder`
    )
