"""Drawings computed on the server: numbers and class names only, so they print and pass a strict CSP."""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians

from learningcity.i18n import number

WIDTH, MARGIN = 1000, 8
LINE = 14  # pixels between the lines of a label
CLASSES = 5


@dataclass(frozen=True)
class Shape:
    """A district on the map: outline, class of its value (1 to 5, 0 for none), label point, the figure's cell."""

    cell: object
    path: str
    level: int
    x: int
    y: int

    @property
    def lines(self):
        """The name, a word per line so that neighbours keep apart, then the figure: [(y, text)]."""
        words = [*self.cell.label.split(), self.cell.text]
        top = self.y - LINE * (len(words) - 1) // 2
        return [(top + LINE * place, word) for place, word in enumerate(words)]


@dataclass(frozen=True)
class DistrictMap:
    shapes: list
    legend: list  # (class, lowest, highest), as text
    width: int
    height: int
    has_hidden: bool


def district_map(cells):
    """Equirectangular, north up in every language. `cells` have a district, and a value or None; districts without an
    outline are left out, and without any there is no map."""
    cells = [cell for cell in cells if cell.district.outline]
    if not cells:
        return None
    project, height = _projection([point for cell in cells for point in cell.district.outline])
    limits = class_limits([cell.value for cell in cells if cell.value is not None])
    shapes = [
        Shape(
            cell,
            _path(map(project, cell.district.outline)),
            level_of(cell.value, limits),
            *project((cell.district.label_longitude, cell.district.label_latitude)),
        )
        for cell in cells
    ]
    return DistrictMap(shapes, _legend(limits), WIDTH, height, any(shape.level == 0 for shape in shapes))


def _projection(points):
    """A function from (longitude, latitude) to whole pixels, and the height of the drawing."""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * shrink)

    def project(point):
        return round(MARGIN + (point[0] - west) * shrink * scale), round(MARGIN + (north - point[1]) * scale)

    return project, project((west, south))[1] + MARGIN


def _path(points):
    """Relative whole steps, one per pixel that moves: about 1 KB for 16 outlines, compressed."""
    (x, y), *rest = points
    steps = [f"M{x} {y}"]
    for next_x, next_y in rest:
        if (next_x, next_y) != (x, y):
            steps.append(f"l{next_x - x} {next_y - y}")
        x, y = next_x, next_y
    return "".join(steps) + "z"


def class_limits(values):
    """Five classes of equal width between the smallest and the greatest value: their 6 limits; none without values."""
    if not values:
        return []
    low, high = min(values), max(values)
    return [low + (high - low) * step / CLASSES for step in range(CLASSES + 1)] if high > low else [low, high]


def level_of(value, limits):
    if value is None or not limits:
        return 0
    return min(max(sum(value >= limit for limit in limits), 1), len(limits) - 1)


def _legend(limits):
    decimals = 1 if limits and limits[-1] < 100 else 0
    texts = [number(limit, decimals) for limit in limits]
    return [(level, *pair) for level, pair in enumerate(pairwise(texts), 1)]
