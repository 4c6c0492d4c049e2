"""Commands on how the current series is looked at, and on what was done to it last."""

from __future__ import annotations

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import Frame
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.session.mask_commands import settle_gesture
from medsynth_gui.session.session import Session
from medsynth_gui.session.window_presets import WindowPreset


def select_frame(session: Session, frame: int) -> None:
    """Show another frame of the current series, held within it."""
    opened = session.current
    if opened is None:
        return
    frame = min(max(frame, 0), opened.series.frame_count - 1)
    if frame != opened.frame:
        settle_gesture(session)
        opened.frame = frame
        session.frame_changed.emit(frame)


def set_window(session: Session, window: WindowLevel) -> None:
    """Show the current series under another window/level."""
    if session.current is not None:
        session.current.window = window
        session.window_changed.emit(window)


def apply_preset(session: Session, preset: WindowPreset, pixels: Frame | None = None) -> None:
    """Show the current series as a preset says, measured on the current frame; `pixels`: where it is decoded."""
    if session.current is not None:
        set_window(session, preset.window(session.current.series, session.current.frame, pixels))


def undo(session: Session) -> str | None:
    """Take the last step of the current series back and show where; of a gesture in hand the last change
    instead (a corner, or all of a stroke), of a correction the last prompt."""
    return _shift(session, "undo")


def redo(session: Session) -> str | None:
    """Do the last undone step of the current series again and show where; not while a gesture is in hand."""
    return _shift(session, "redo")


def _shift(session: Session, which: str) -> str | None:
    opened = session.current
    if session.correcting.running:
        if which == "undo":
            session.toolbox.step_back()
        return "Prompt"
    if opened is None:
        return None
    if session.toolbox.busy:
        if which == "undo":
            session.toolbox.undo()
        return None
    if session.measures and getattr(session.measuring, which)():
        return "Measurement"
    touched: list[int] = []

    def note(region: Region) -> None:
        touched.append(region.frame)

    opened.document.changed.connect(note)
    try:
        name = opened.document.undo() if which == "undo" else opened.document.redo()
    finally:
        opened.document.changed.disconnect(note)
    if touched and opened.frame not in touched:
        select_frame(session, touched[0])
    return name
