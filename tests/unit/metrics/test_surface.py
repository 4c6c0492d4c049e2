from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.metrics.surface import average_distance, hausdorff, outline, outline_distances, surface_dice


def square(y: int, x: int, side: int, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    mask = np.zeros(shape, np.bool_)
    mask[y:y + side, x:x + side] = True
    return mask


def test_outline_of_a_square_is_its_rim_also_at_the_border() -> None:
    assert outline(square(10, 10, 8)).sum() == 28
    assert outline(square(0, 0, 8)).sum() == 28
    assert outline(square(5, 5, 1)).sum() == 1


def test_two_points() -> None:
    distances = outline_distances(square(10, 10, 1), square(13, 14, 1))
    assert hausdorff(distances) == pytest.approx(5)
    assert average_distance(distances) == pytest.approx(5)
    assert surface_dice(distances, tolerance=4.9) == 0
    assert surface_dice(distances, tolerance=5) == 1


def test_spacing_is_y_x() -> None:
    assert hausdorff(outline_distances(square(10, 10, 1), square(13, 10, 1), (0.5, 2.0))) == pytest.approx(1.5)
    assert hausdorff(outline_distances(square(10, 10, 1), square(10, 13, 1), (0.5, 2.0))) == pytest.approx(6)


def test_nested_squares() -> None:
    # Rims 4 apart: sides see 4, the outer corners see 4 * sqrt(2).
    distances = outline_distances(square(14, 14, 12), square(10, 10, 20))
    assert hausdorff(distances, percent=100) == pytest.approx(4 * np.sqrt(2))
    assert distances.from_prediction == pytest.approx(np.full(44, 4.0))


def test_shifted_square() -> None:
    distances = outline_distances(square(10, 10, 20), square(10, 13, 20))
    assert hausdorff(distances, percent=100) == pytest.approx(3)
    assert 0 < (average_distance(distances) or 0) < 3
    # Of 76 pixels each, those lie on the other's rim that the upper and lower sides share: 17 + 17.
    assert surface_dice(distances, tolerance=0) == pytest.approx(34 / 76)


def test_a_few_far_pixels_do_not_move_hd95() -> None:
    truth = square(10, 10, 30)
    prediction = truth.copy()
    prediction[55, 75] = True
    distances = outline_distances(prediction, truth)
    assert hausdorff(distances) == 0
    assert hausdorff(distances, percent=100) == pytest.approx(np.hypot(55 - 39, 75 - 39))


def test_empty_masks_have_no_distance() -> None:
    empty = np.zeros((60, 80), np.bool_)
    for pair in ((empty, square(1, 1, 3)), (square(1, 1, 3), empty), (empty, empty)):
        distances = outline_distances(*pair)
        assert hausdorff(distances) is None
        assert average_distance(distances) is None
        assert surface_dice(distances, tolerance=2) is None
