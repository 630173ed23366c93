"""What each pixel of a scene shows: a corner of a room and an object on its floor, by ray casting.

The z axis points up through the object, which stands on the floor at the origin. The two walls meet at a right angle
in a corner behind it, and the sides of the cube are parallel to them. The camera turns about the z axis; the light is
fixed to the room.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

SHAPES = ("cube", "cylinder", "sphere", "capsule")
SCALES = np.linspace(0.75, 1.25, 8)  # values of the original labels (Burgess & Kim 2018, 3D Shapes)
ORIENTATIONS = np.linspace(-30, 30, 15)  # degrees, as there
SURFACES = ("floor", "wall", "object", "white")

# Lengths at scale 1, angles and lights: chosen here, by eye, so that shapes differ at 16 pixels
CUBE_WIDTH = 1.55
CYLINDER_RADIUS, CYLINDER_HEIGHT = 0.9, 1.5
SPHERE_RADIUS = 1.0
CAPSULE_RADIUS, CAPSULE_HEIGHT = 0.62, 2.3
CORNER = 3.6  # from the object to the corner
DISTANCE, ELEVATION = 9.0, np.deg2rad(24)  # of the camera, from the point that it looks at
GAZE = 0.95  # height of that point
FIELD = 2.05  # half the width of the image, at the distance of that point
TOWARDS_LIGHT = np.array([-0.35, -0.7, 1.0])  # in the room: from above, the front and the left
LIGHT = TOWARDS_LIGHT / np.linalg.norm(TOWARDS_LIGHT)
AMBIENT = 0.4  # share of the light that comes from everywhere
LIMB = 0.7  # share of it that the object loses where its surface faces neither the camera nor up
GLOSS, SHARPNESS = 0.5, 12  # strength and exponent of the highlight
N_SAMPLES = 4  # per pixel and axis
SMALL = 1e-4

Vector = tuple[np.ndarray, np.ndarray, np.ndarray]  # components, any shapes that fit each other
Interval = tuple[np.ndarray, np.ndarray]  # where rays enter and leave a body; they miss it if they leave before


@lru_cache(maxsize=1024)
def surfaces(size: int, scale: int, shape: int, orientation: int) -> np.ndarray:
    """Return how much of each surface's colour a pixel shows, shading included.

    Colours are those of `SURFACES`; the last is the white of the highlight. An image is the sum of the four parts, so
    that one result serves all hues. It is kept for the next call, and therefore read-only.

    Parameters
    ----------
    size
        Width and height of the image in pixels.
    scale, shape, orientation
        Indices into `SCALES`, `SHAPES` and `ORIENTATIONS`.

    Returns
    -------
    shares : array
        float32, shape ``(size, size, 4)``, from 0 to 1; the sum over surfaces is at most 1.

    Examples
    --------
    >>> shares = surfaces(32, scale=7, shape=2, orientation=7)
    >>> floor, wall, thing, white = shares[30, 16]  # near the lower edge
    >>> bool(floor > 0.3), float(wall), float(thing)
    (True, 0.0, 0.0)
    """
    eye, rays = _camera(size, np.deg2rad(ORIENTATIONS[orientation]))
    enlarged, n_rays = float(SCALES[scale]), rays[0].size
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(rays[2] < 0, -eye[2] / rays[2], np.inf)
        walls = [_wall(side, eye, rays) for side in (-1, 1)]
        body = _first_hit(_body(shape, enlarged, eye, rays))
        depths = np.stack([floor, *walls, body])
        seen = depths.argmin(axis=0)
        depth = depths[seen, np.arange(n_rays)]
        points = tuple(start + depth * step for start, step in zip(eye, rays, strict=True))
        ambient, lit, white = np.full(n_rays, AMBIENT), np.empty(n_rays), np.zeros(n_rays)
        for k, flat in enumerate([(0.0, 0.0, 1.0), *(_wall_normal(side) for side in (-1, 1))]):
            here = seen == k
            shade = _first_hit(_body(shape, enlarged, [p[here] for p in points], LIGHT)) < np.inf
            lit[here] = np.where(shade, 0.0, _dot(flat, LIGHT))
        here = seen == 3
        normal = _normal(shape, enlarged, [p[here] for p in points])
        view = [-step[here] for step in rays]
        ambient[here] *= 1 - LIMB + LIMB * np.clip(_dot(normal, view) + normal[2], 0, 1)
        lit[here] = np.maximum(_dot(normal, LIGHT), 0)
        half = [light + each for light, each in zip(LIGHT, view, strict=True)]
        cosine = _dot(normal, half) / np.sqrt(_dot(half, half))
        white[here] = GLOSS * np.maximum(cosine, 0) ** SHARPNESS * (lit[here] > 0)
    bright = (ambient + (1 - AMBIENT) * lit) * (1 - white)
    parts = [bright * (seen == 0), bright * ((seen == 1) | (seen == 2)), bright * (seen == 3), white]
    fine = np.stack(parts, axis=-1).reshape(size, N_SAMPLES, size, N_SAMPLES, len(SURFACES))
    shares = fine.mean(axis=(1, 3)).astype(np.float32)
    shares.setflags(write=False)
    return shares


def _camera(size: int, angle: float) -> tuple[np.ndarray, Vector]:
    """Return the place of the camera and the unit directions of its rays, by rows from the upper left."""
    sine, cosine = np.sin(angle), np.cos(angle)
    back = np.array([sine * np.cos(ELEVATION), -cosine * np.cos(ELEVATION), np.sin(ELEVATION)])
    right = np.array([cosine, sine, 0.0])
    up = np.cross(back, right)
    n = size * N_SAMPLES
    across = (2 * (np.arange(n) + 0.5) / n - 1) * FIELD / DISTANCE
    down, along = (axis.ravel() for axis in np.meshgrid(across, across, indexing="ij"))
    length = np.sqrt(1 + along**2 + down**2)
    x, y, z = ((along * right[k] - down * up[k] - back[k]) / length for k in range(3))
    return back * DISTANCE + [0, 0, GAZE], (x, y, z)


def _wall_normal(side: int) -> tuple[float, float, float]:
    """Return the unit normal, into the room, of the wall to the left (-1) or right (1) of the corner."""
    return -side * np.sqrt(0.5), -np.sqrt(0.5), 0.0


def _wall(side: int, start, step) -> np.ndarray:
    """Return how far along each ray the wall is."""
    normal = _wall_normal(side)
    speed = -_dot(normal, step)
    return np.where(speed > 0, (CORNER * np.sqrt(0.5) + _dot(normal, start)) / speed, np.inf)


def _body(shape: int, scale: float, start, step) -> Interval:
    """Return where rays enter and leave the object."""
    x, y, z = start
    if SHAPES[shape] == "sphere":
        return _ball((x, y, z - SPHERE_RADIUS * scale), step, SPHERE_RADIUS * scale)
    if SHAPES[shape] == "cube":
        half = CUBE_WIDTH / 2 * scale
        sides = zip((*_turned(x, y), z - half), (*_turned(step[0], step[1]), step[2]), strict=True)
        return _both(*(_slab(a, b, half) for a, b in sides))
    if SHAPES[shape] == "cylinder":
        half = CYLINDER_HEIGHT / 2 * scale
        return _both(_ball((x, y), step[:2], CYLINDER_RADIUS * scale), _slab(z - half, step[2], half))
    radius, middle = CAPSULE_RADIUS * scale, CAPSULE_HEIGHT / 2 * scale
    ends = [_ball((x, y, z - height), step, radius) for height in (radius, 2 * middle - radius)]
    tube = _both(_ball((x, y), step[:2], radius), _slab(z - middle, step[2], middle - radius))
    hits = [
        (np.where(entry < leave, entry, np.inf), np.where(entry < leave, leave, -np.inf))
        for entry, leave in (tube, *ends)
    ]
    return np.minimum.reduce([each[0] for each in hits]), np.maximum.reduce([each[1] for each in hits])


def _normal(shape: int, scale: float, points) -> Vector:
    """Return the unit normals of the object at points on it."""
    x, y, z = points
    flat = np.zeros_like(z)
    if SHAPES[shape] == "cube":
        sides = np.stack([*_turned(x, y), z - CUBE_WIDTH / 2 * scale])
        largest = np.abs(sides).argmax(axis=0)
        one, other, up = (np.sign(side) * (largest == k) for k, side in enumerate(sides))
        return *_turned(one, other), up
    if SHAPES[shape] == "cylinder":
        top = z > CYLINDER_HEIGHT * scale - SMALL
        radius = CYLINDER_RADIUS * scale
        return np.where(top, 0, x / radius), np.where(top, 0, y / radius), np.where(top, 1.0, flat)
    if SHAPES[shape] == "sphere":
        radius = SPHERE_RADIUS * scale
        return x / radius, y / radius, z / radius - 1
    radius = CAPSULE_RADIUS * scale
    core = np.clip(z, radius, CAPSULE_HEIGHT * scale - radius)
    return x / radius, y / radius, (z - core) / radius


def _turned(x, y) -> tuple[np.ndarray, np.ndarray]:
    """Return components along the normals of the walls instead of x and y, or the other way round."""
    return (x + y) * np.sqrt(0.5), (x - y) * np.sqrt(0.5)


def _ball(start, step, radius: float) -> Interval:
    """Return where rays enter and leave a ball around 0, or an endless cylinder if only x and y are given."""
    squared, along = _dot(step, step), _dot(start, step)
    root = np.sqrt(along**2 - squared * (_dot(start, start) - radius**2))  # NaN where a ray misses
    near, far = (-along - root) / squared, (-along + root) / squared
    return np.where(np.isnan(near), np.inf, near), np.where(np.isnan(far), -np.inf, far)


def _slab(start, step, half: float) -> Interval:
    """Return where rays are less than `half` from 0 along one axis."""
    one, other = (-half - start) / step, (half - start) / step
    return np.minimum(one, other), np.maximum(one, other)


def _both(*intervals: Interval) -> Interval:
    """Return where rays are in all bodies at once."""
    return (
        np.maximum.reduce(np.broadcast_arrays(*(entry for entry, _ in intervals))),
        np.minimum.reduce(np.broadcast_arrays(*(leave for _, leave in intervals))),
    )


def _first_hit(interval: Interval) -> np.ndarray:
    """Return how far along each ray it enters a body, infinity where it misses or starts inside or behind it."""
    entry, leave = interval
    return np.where((entry < leave) & (entry > SMALL), entry, np.inf)


def _dot(one, other) -> np.ndarray:
    return sum(a * b for a, b in zip(one, other, strict=True))
