from types import SimpleNamespace

from indicators.charts import CLASSES, WIDTH, class_limits, district_map, level_of

from .factories import SQUARE


def cell(value, outline=SQUARE):
    district = SimpleNamespace(outline=outline, label_longitude=0.5, label_latitude=0.5, slug="s")
    return SimpleNamespace(value=value, district=district, label="Sidi Moumen", text=str(value))


def test_the_map_fits_its_frame_with_north_up():
    drawing = district_map([cell(1.0), cell(2.0, [[x + 1, y] for x, y in SQUARE])])
    assert drawing.width == WIDTH
    first = drawing.shapes[0]
    assert first.path.startswith(f"M8 {drawing.height - 8}")
    assert first.path.endswith("z")
    assert 0 < first.x < WIDTH / 2 < drawing.shapes[1].x + WIDTH / 2


def test_the_name_stands_above_the_figure():
    lines = district_map([cell(1.0)]).shapes[0].lines
    assert [word for _y, word in lines] == ["Sidi", "Moumen", "1.0"]
    assert [y for y, _word in lines] == sorted(y for y, _word in lines)


def test_five_classes_cover_every_value():
    limits = class_limits([1, 2, 6])
    assert limits == [1, 2, 3, 4, 5, 6]
    assert [level_of(value, limits) for value in (1, 2, 5.9, 6, None)] == [1, 2, CLASSES, CLASSES, 0]


def test_equal_values_are_one_class():
    assert [level_of(3, class_limits([3, 3]))] == [1]
    assert class_limits([]) == []


def test_without_outlines_there_is_no_map():
    assert district_map([cell(1.0, [])]) is None


def test_a_district_without_value_says_so_in_the_legend():
    drawing = district_map([cell(None), cell(2.0)])
    assert drawing.has_hidden
    assert [shape.level for shape in drawing.shapes] == [0, 1]
