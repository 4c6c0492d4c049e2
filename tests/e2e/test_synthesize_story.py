"""A sonographer drags the lesion and the image follows; keeps two, rejects one, sends one to the canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.panels.synthesize_live import Phase
from medsynth_gui.jobs.catalogue import list_models
from tests.e2e.test_first_hour import CONTROL, press
from tests.gui.fake_generator import fake_generator
from tests.gui.studio_window import go, settle, studio_window

pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")


def test_a_sonographer_makes_images_for_a_lesion(qtbot: QtBot, tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    generator, _ = fake_generator(monkeypatch)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "study"))
    with studio_window(qtbot) as window:
        page = go(qtbot, window, "synthesize")
        canvas = page.canvas

        def drag(*places: tuple[float, float]) -> None:
            at: list[QPoint] = [canvas.view.to_widget(*place).toPoint() for place in places]
            qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at[0])
            for place in at[1:]:
                qtbot.mouseMove(canvas, place)
                qtbot.wait(30)
            qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at[-1])
            qtbot.waitUntil(lambda: page.live.state.phase is Phase.FINAL, timeout=20_000)
            settle(qtbot, window)

        press(qtbot, window, Qt.Key.Key_O)
        drag((60, 98), (100, 158))
        before = page.showing.picture.live.image
        generator.calls.clear()
        press(qtbot, window, Qt.Key.Key_V)
        drag((80, 128), (90, 140), (100, 150), (110, 160))
        kinds = [kind for kind, _, _ in generator.calls]
        assert kinds.count("preview") >= 2 and kinds[-1] == "full", "it followed on the way, and was finished at rest"
        after = page.showing.picture.live.image
        drawn = page.showing.picture.live.mask > 0
        assert after[drawn].mean() < before[drawn].mean() - 20

        page.setup.count.setValue(4)
        press(qtbot, window, Qt.Key.Key_Return, CONTROL)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_K, Qt.Key.Key_Right, Qt.Key.Key_K, Qt.Key.Key_Right, Qt.Key.Key_R):
            press(qtbot, window, key)
        session = window.context.session
        samples = session.project.samples()
        assert len(samples) == 2 and all(sample.synthetic and sample.mask for sample in samples)
        assert len(page.rejected.model.made) == 1 and page.rejected.model.made[0].rejected
        left = page.showing.made
        assert left is not None and not left.sample_id
        press(qtbot, window, Qt.Key.Key_A)
        assert window.workspace.key == "annotate" and session.current.series.synthetic
        assert np.array_equal(session.document.labels(0), left.synthetic.mask)
