"""A folder with more stills than are looked into: listed, shown, stepped through; a broken one is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from medsynth_gui.session import commands
from tests.builders import ramp
from tests.gui.studio_window import go, settle, studio_window


def test_stepping_through_a_crowd(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medsynth_gui.jobs.open_study.MANY", 10)
    folder = tmp_path / "crowd"
    folder.mkdir()
    for number in range(14):
        Image.fromarray(ramp(48 + number, 64)).save(folder / f"a{number}.png")
    (folder / "a1.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with studio_window(qtbot) as window:
        page = go(qtbot, window, "annotate")
        session = window.context.session
        window.opener.open_paths([folder])
        settle(qtbot, window)
        assert page.series.model.rowCount() == 14
        assert session.current is not None and session.current.title == "a0.png"
        assert session.settings["open_paths"] == [str(folder)]
        window.context.actions.get("annotate.next_series").trigger()
        settle(qtbot, window)
        assert session.current.title == "a2.png"
        assert page.canvas.layers.image.shape == (50, 64)
        library = go(qtbot, window, "library")
        assert len(library.model.entries) == 14
        commands.close_series(session, session.current.key)
        assert len(session.settings["open_paths"]) == 13
        assert str(folder) not in session.settings["open_paths"]
