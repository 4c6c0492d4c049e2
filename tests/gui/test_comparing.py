"""A person compares: two series or two frames side by side, by divider and checkerboard; mask and proposal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from medsynth_gui.core.display import COLOR_MAPS, Display
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.gui.canvas.comparing import Reference
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.session import commands
from tests.builders import disc
from tests.gui.studio_window import go, settle, studio_window
from tests.gui.test_canvas import colour, gray


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def open_two(qtbot: QtBot, window: MainWindow) -> tuple[object, object]:
    go(qtbot, window, "annotate")
    cine = np.stack([gray(80, 100, 10 * number) for number in range(5)])
    opened = [commands.open_series(window.context.session, ImageSeries.from_array(frames, title=title))
              for title, frames in (("still", gray(80, 100, 222)), ("cine", cine))]
    settle(qtbot, window)
    return opened[0], opened[1]


def test_a_series_is_compared_side_by_side_by_divider_and_by_checkerboard(qtbot: QtBot, window: MainWindow) -> None:
    still, _ = open_two(qtbot, window)
    page, actions = window.workspace, window.context.actions
    actions.get("annotate.compare_side").trigger()
    settle(qtbot, window)
    other = page.beside.other
    assert other.isVisible() and other.series is still.series and colour(other, 40, 50).red() == 222
    actions.get("annotate.compare_split").trigger()
    settle(qtbot, window)
    assert not other.isVisible() and page.canvas.comparison is not None
    assert [colour(page.canvas, 40, x).red() for x in (20, 80)] == [0, 222]
    actions.get("annotate.compare_checkerboard").trigger()
    assert page.canvas.comparison.checkerboard and actions.get("annotate.compare_checkerboard").isChecked()
    commands.close_series(window.context.session, still.key)
    assert page.comparing.mode == "off" and page.canvas.comparison is None


def test_a_held_frame_stays_while_the_cine_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    _, cine = open_two(qtbot, window)
    page, session = window.workspace, window.context.session
    commands.select_frame(session, 4)
    page.comparing.set_mode("split")
    page.comparing.compare_with(Reference(cine, 4))
    commands.select_frame(session, 1)
    settle(qtbot, window)
    assert [colour(page.canvas, 40, x).red() for x in (20, 80)] == [10, 40]


def test_each_series_keeps_how_it_was_looked_at(qtbot: QtBot, window: MainWindow) -> None:
    still, cine = open_two(qtbot, window)
    session, canvas, actions = window.context.session, window.workspace.canvas, window.context.actions
    for name in ("invert", "turn", "flip", "gamma_up"):
        actions.get(f"view.{name}").trigger()
    look = canvas.display, canvas.view.turns, canvas.view.mirrored
    commands.select_series(session, still.key)
    assert canvas.view.upright and canvas.display == Display() and not actions.get("view.invert").isChecked()
    commands.select_series(session, cine.key)
    assert (canvas.display, canvas.view.turns, canvas.view.mirrored) == look
    assert actions.get("view.invert").isChecked()
    actions.get("view.plain").trigger()
    assert canvas.view.upright and canvas.display == Display()


def test_proposal_and_mask_are_shown_apart_together_and_as_difference(qtbot: QtBot, window: MainWindow) -> None:
    still, _ = open_two(qtbot, window)
    session, page, actions = window.context.session, window.workspace, window.context.actions
    commands.select_series(session, still.key)
    assert not actions.get("annotate.overlay_difference").isEnabled()
    commands.put_labels(session, still, {0: disc(80, 100, center=(40, 35), radius=15)}, name="drawn", clear=frozenset())
    commands.offer_proposal(session, still, ResultLayer(
        {0: disc(80, 100, center=(40, 65), radius=15)}, {}, Provenance(synthetic=True, producer="test"), "lesion"))
    shown = {}
    for key in ("both", "predicted", "gold", "difference"):
        actions.get(f"annotate.overlay_{key}").trigger()
        shown[key] = [colour(page.canvas, 40, x) != QColor(222, 222, 222) for x in (35, 65)]
    assert shown == {"both": [True, True], "predicted": [False, True], "gold": [True, False],
                     "difference": [True, True]}
    assert page.canvas.overlays.legend
    commands.reject_proposal(session)
    assert page.canvas.overlays.legend == () and colour(page.canvas, 40, 35) != QColor(222, 222, 222)


def test_every_colour_map_can_be_chosen_and_models_see_gray(qtbot: QtBot, window: MainWindow) -> None:
    still, _ = open_two(qtbot, window)
    commands.select_series(window.context.session, still.key)
    canvas = window.workspace.canvas
    seen = set()
    for _ in COLOR_MAPS:
        window.context.actions.get("view.colors").trigger()
        seen.add(colour(canvas, 40, 50).name())
    assert len(seen) == len(COLOR_MAPS) and (still.shown_gray(0) == 222).all()
