"""Image sets of our own making: rendered shapes, patterns, and letters and signs of a font.

Each class is a function that draws one image from random numbers. The sets used for evaluation and those used for
development share neither classes nor seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Size = tuple[int, int]  # height and width
Drawing = Callable[[np.random.Generator, Size], np.ndarray]
FINE = 4  # pixels of a drawing per pixel of the image, in both directions
LEAST_CONTRAST = 60.0  # grey values between an object and its background
NOISE = 3.0  # grey values, of the camera


def greys(generator: np.random.Generator) -> tuple[float, float]:
    """Return the grey values of an object and its background."""
    while True:
        first, second = generator.uniform(10, 245, 2)
        if abs(first - second) >= LEAST_CONTRAST:
            return float(first), float(second)


def outline(generator: np.random.Generator, size: Size, corners: np.ndarray) -> np.ndarray:
    """Return an object with these corners (row and column, at most 1 from its centre), placed, turned and scaled."""
    height, width = size
    radius = generator.uniform(0.22, 0.42) * min(size)
    centre = np.array([generator.uniform(radius, side - radius) for side in size])
    angle = generator.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = FINE * (centre + radius * corners @ turn.T)
    mask = Image.new("L", (width * FINE, height * FINE))
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for y, x in points], fill=255)
    return on_ground(generator, mask, size)


def on_ground(generator: np.random.Generator, mask: Image.Image, size: Size) -> np.ndarray:
    """Return an image with an object where the mask is white, on a background lit from one side."""
    height, width = size
    cover = np.asarray(mask.resize((width, height), Image.Resampling.BOX), float) / 255
    grey, ground = greys(generator)
    light = np.linspace(-1, 1, width) * generator.uniform(-15, 15)
    return cover * grey + (1 - cover) * ground + light + generator.normal(0, NOISE, size)


def polygon(n: int, depth: float = 1.0) -> np.ndarray:
    """Return the corners of a regular polygon, or, if `depth` is below 1, of a star."""
    angles = np.arange(2 * n) * np.pi / n
    radii = np.where(np.arange(2 * n) % 2, depth if depth < 1 else np.cos(np.pi / n), 1.0)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def box(height: float, width: float) -> np.ndarray:
    """Return the corners of a rectangle."""
    return np.array([(-height, -width), (-height, width), (height, width), (height, -width)])


def plus(arm: float) -> np.ndarray:
    """Return the corners of a cross whose arms are `arm` wide to either side."""
    quarter = [(1, -arm), (1, arm), (arm, arm)]
    turns = ([[1, 0], [0, 1]], [[0, 1], [-1, 0]], [[-1, 0], [0, -1]], [[0, -1], [1, 0]])
    return np.concatenate([np.array(quarter) @ np.array(turn) for turn in turns])


def waves(generator: np.random.Generator, size: Size, how: str) -> np.ndarray:
    """Return a texture of waves: a grating, a checkerboard, a plaid or rings."""
    y, x = np.indices(size) / min(size)
    angle, cycles = generator.uniform(0, np.pi), generator.uniform(5, 11)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    one, two = (np.sin(2 * np.pi * (cycles * along + generator.random())) for along in (u, v))
    centre = generator.uniform(0, 1, 2)
    rings = np.sin(2 * np.pi * cycles * np.hypot(y - centre[0], x - centre[1]))
    return lit(generator, {"grating": one, "checker": np.sign(one * two), "plaid": one + two, "rings": rings}[how])


def pattern(generator: np.random.Generator, size: Size, how: str) -> np.ndarray:
    """Return a regular pattern: bricks, a zigzag, a lattice of dots, thin lines, or patches."""
    y, x = np.indices(size) / min(size)
    angle, cycles = generator.uniform(-0.4, 0.4), generator.uniform(2.5, 4.5)
    u = cycles * (x * np.cos(angle) + y * np.sin(angle)) + generator.random()
    v = cycles * (y * np.cos(angle) - x * np.sin(angle)) + generator.random()
    if how == "patches":
        return lit(generator, np.sign(_coloured(generator, size, 1.5)))
    joint = ((u + 0.5 * (np.floor(2 * v) % 2)) % 1 < 0.12) | ((2 * v) % 1 < 0.2)
    lattice = (u % 1 - 0.5) ** 2 + (v % 1 - 0.5) ** 2 < 0.08
    shown = {"bricks": joint, "zigzag": (v + np.abs(u % 1 - 0.5)) % 1 < 0.5, "lattice": lattice, "lines": v % 1 < 0.25}[
        how
    ]
    return lit(generator, shown.astype(float))


def noise(generator: np.random.Generator, size: Size, exponent: float) -> np.ndarray:
    """Return noise whose amplitude falls as a power of spatial frequency."""
    return lit(generator, _coloured(generator, size, exponent))


def _coloured(generator: np.random.Generator, size: Size, exponent: float) -> np.ndarray:
    rows, columns = np.fft.fftfreq(size[0])[:, None], np.fft.fftfreq(size[1])[None, :]
    frequency = np.maximum(np.hypot(rows, columns), 1 / max(size))
    spectrum = np.fft.fft2(generator.normal(size=size)) * frequency**-exponent
    return np.asarray(np.fft.ifft2(spectrum).real)


def spots(generator: np.random.Generator, size: Size, long: bool) -> np.ndarray:
    """Return random dots, or scratches."""
    ground = np.zeros((size[0] * FINE, size[1] * FINE), np.uint8)
    picture = Image.fromarray(ground)
    draw = ImageDraw.Draw(picture)
    radius = generator.uniform(2.0, 4.0) * FINE
    for _ in range(int(size[0] * size[1] * FINE**2 / radius**2 / (12 if long else 8))):
        y, x = generator.uniform(0, size[0] * FINE), generator.uniform(0, size[1] * FINE)
        angle = generator.uniform(0, np.pi)
        end = x + 5 * radius * np.cos(angle), y + 5 * radius * np.sin(angle)
        if long:
            draw.line([(x, y), end], fill=255, width=int(radius / 2))
        else:
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    cover = np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BOX), float)
    return lit(generator, cover)


def lit(generator: np.random.Generator, texture: np.ndarray) -> np.ndarray:
    """Return a texture with a random mean and contrast."""
    spread = texture.std() or 1.0
    contrast = generator.uniform(25, 50) * generator.choice([-1, 1])
    shown = generator.uniform(100, 155) + contrast * (texture - texture.mean()) / spread
    return np.asarray(shown + generator.normal(0, NOISE, texture.shape))


def letter(generator: np.random.Generator, size: Size, character: str, font: str = "DejaVuSans.ttf") -> np.ndarray:
    """Return a letter at a random place, in a random size, slightly rotated."""
    import matplotlib

    height, width = size
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font
    face = ImageFont.truetype(str(path), int(generator.uniform(0.55, 0.9) * min(size) * FINE))
    mask = Image.new("L", (width * FINE, height * FINE))
    left, top, right, bottom = face.getbbox(character)
    free = [max(0.0, side * FINE - length) for side, length in ((width, right - left), (height, bottom - top))]
    x, y = (generator.uniform(0.1, 0.9) * room for room in free)
    ImageDraw.Draw(mask).text((x - left, y - top), character, fill=255, font=face)
    return on_ground(generator, mask.rotate(generator.uniform(-15, 15), Image.Resampling.BILINEAR), size)


def _shapes(classes: Mapping[str, np.ndarray]) -> dict[str, Drawing]:
    return {name: partial(outline, corners=corners) for name, corners in classes.items()}


def _letters(characters: str, font: str) -> dict[str, Drawing]:
    return {each: partial(letter, character=each, font=font) for each in characters}


SHAPES = _shapes({"circle": polygon(40), "cross": plus(0.3), "square": polygon(4), "star": polygon(5, 0.45),
                  "triangle": polygon(3)})  # fmt: skip
PATTERNS: dict[str, Drawing] = {
    each: partial(pattern, how=each) for each in ("bricks", "lattice", "lines", "patches", "zigzag")
}
JUDGED: dict[str, tuple[Mapping[str, Drawing], Size]] = {
    "shapes": (SHAPES, (96, 128)),
    "letters": (_letters("AEKSW", "DejaVuSans.ttf"), (96, 128)),
    "patterns": (PATTERNS, (32, 32)),
    "signs": (_letters("+=?&#%", "DejaVuSansMono-Bold.ttf"), (16, 16)),
}
DEVELOPED: dict[str, tuple[Mapping[str, Drawing], Size]] = {
    "shapes": (_shapes({"bar": box(0.25, 0.95), "hexagon": polygon(6), "thin_cross": plus(0.12),
                        "spikes": polygon(8, 0.6)}), (96, 128)),
    "textures": ({"pink_noise": partial(noise, exponent=1.0), "plaid": partial(waves, how="plaid"),
                  "rings": partial(waves, how="rings"), "scratches": partial(spots, long=True)}, (96, 128)),
    "letters": (_letters("2479", "DejaVuSerif.ttf"), (96, 128)),
    "small_letters": (_letters("2479", "DejaVuSerif.ttf"), (16, 16)),
    # first used for evaluation, until the tolerance of homeostasis was chosen after looking at them
    "more_textures": ({"checker": partial(waves, how="checker"), "clouds": partial(noise, exponent=2.0),
                       "dots": partial(spots, long=False), "grating": partial(waves, how="grating"),
                       "white_noise": partial(noise, exponent=0.0)}, (96, 128)),
    "more_small_letters": (_letters("BGMQTZ", "DejaVuSans.ttf"), (16, 16)),
}  # fmt: skip
JUDGED_SEED, DEVELOPED_SEED = 2101, 77


def write(folder: Path, n_per_class: int, developed: bool = False) -> list[Path]:
    """Write all sets as folders of folders of PNG files and return the folders; existing sets stay the same."""
    sets, seed = (DEVELOPED, DEVELOPED_SEED) if developed else (JUDGED, JUDGED_SEED)
    for number, (name, (classes, size)) in enumerate(sets.items()):
        generator = np.random.default_rng([seed, number])
        for label, draw in classes.items():
            (folder / name / label).mkdir(parents=True, exist_ok=True)
            for k in range(n_per_class):
                grey = np.clip(np.rint(draw(generator, size)), 0, 255).astype(np.uint8)
                Image.fromarray(grey).save(folder / name / label / f"{label}_{k:03d}.png")
    return [folder / name for name in sets]


__all__ = ["DEVELOPED", "JUDGED", "write"]
