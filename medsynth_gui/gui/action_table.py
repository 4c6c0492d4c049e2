"""The table of actions. It drives menus, shortcuts, the command palette and the tooltips.

To add one: a row here, and `context.actions.bind("<scope>.<name>", handler)` where the thing is done. The part
before the dot is the scope: `window` and `view` work everywhere (`view` where an image is shown), a workspace's
key only while that workspace is in front.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class ActionRow:
    """One action: its text in English (translated when shown), default shortcuts and icon."""

    id: str
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False

    @property
    def scope(self) -> str:
        return self.id.partition(".")[0]


def _row(action_id: str, text: str, shortcuts: str = "", glyph: str = "", *, checkable: bool = False) -> ActionRow:
    return ActionRow(action_id, text, tuple(shortcuts.split()), glyph, checkable)


ACTIONS: tuple[ActionRow, ...] = (
    _row("window.open", QT_TRANSLATE_NOOP("actions", "Open files…"), "Ctrl+O", "folder-open"),
    _row("window.open_folder", QT_TRANSLATE_NOOP("actions", "Open a folder…"), "Ctrl+Shift+O", "folders"),
    _row("window.open_sample", QT_TRANSLATE_NOOP("actions", "Open the sample case"), "", "flask"),
    _row("window.close_series", QT_TRANSLATE_NOOP("actions", "Close this series"), "Ctrl+W", "x"),
    _row("window.palette", QT_TRANSLATE_NOOP("actions", "Find a command…"), "Ctrl+K", "command"),
    _row("window.gestures", QT_TRANSLATE_NOOP("actions", "Gestures and shortcuts"), "F1", "keyboard"),
    _row("window.theme", QT_TRANSLATE_NOOP("actions", "Light or dark"), "Ctrl+Shift+L", "circle-half"),
    _row("window.shortcuts", QT_TRANSLATE_NOOP("actions", "Change shortcuts…"), "", "sliders-horizontal"),
    _row("window.about", QT_TRANSLATE_NOOP("actions", "About MedSynth Studio"), "", "info"),
    _row("window.quit", QT_TRANSLATE_NOOP("actions", "Quit"), "Ctrl+Q", "sign-out"),
    *(_row(f"window.go_{key}", text, f"Ctrl+{number}", glyph) for number, (key, text, glyph) in enumerate((
        ("library", QT_TRANSLATE_NOOP("actions", "Go to Library"), "squares-four"),
        ("annotate", QT_TRANSLATE_NOOP("actions", "Go to Annotate"), "paint-brush"),
        ("synthesize", QT_TRANSLATE_NOOP("actions", "Go to Synthesize"), "sparkle"),
        ("enhance", QT_TRANSLATE_NOOP("actions", "Go to Enhance"), "magnifying-glass-plus"),
        ("train", QT_TRANSLATE_NOOP("actions", "Go to Train"), "chart-line-up"),
        ("quality", QT_TRANSLATE_NOOP("actions", "Go to Quality"), "check-circle"),
        ("export", QT_TRANSLATE_NOOP("actions", "Go to Export"), "export")), 1)),
    _row("view.fit", QT_TRANSLATE_NOOP("actions", "Fit the image"), "0", "corners-out"),
    _row("view.actual_size", QT_TRANSLATE_NOOP("actions", "Actual pixels"), "1", "frame-corners"),
    _row("view.zoom_in", QT_TRANSLATE_NOOP("actions", "Zoom in"), "+ =", "magnifying-glass-plus"),
    _row("view.zoom_out", QT_TRANSLATE_NOOP("actions", "Zoom out"), "-", "magnifying-glass-minus"),
    _row("view.smooth", QT_TRANSLATE_NOOP("actions", "Smooth pixels"), "I", "drop-half", checkable=True),
    _row("annotate.undo", QT_TRANSLATE_NOOP("actions", "Undo"), "Ctrl+Z", "arrow-u-up-left"),
    _row("annotate.redo", QT_TRANSLATE_NOOP("actions", "Redo"), "Ctrl+Shift+Z Ctrl+Y", "arrow-u-up-right"),
    _row("annotate.accept", QT_TRANSLATE_NOOP("actions", "Accept the proposal"), "Return Enter", "check"),
    _row("annotate.reject", QT_TRANSLATE_NOOP("actions", "Cancel the gesture, or reject the proposal"), "Esc", "x"),
    _row("annotate.segment", QT_TRANSLATE_NOOP("actions", "Segment this frame"), "S", "sparkle"),
    _row("annotate.segment_all", QT_TRANSLATE_NOOP("actions", "Segment all frames"), "Shift+S", "film-strip"),
    _row("annotate.smaller", QT_TRANSLATE_NOOP("actions", "Smaller tool"), "[", "minus-circle"),
    _row("annotate.larger", QT_TRANSLATE_NOOP("actions", "Larger tool"), "]", "plus-circle"),
    _row("annotate.hand", QT_TRANSLATE_NOOP("actions", "Move the image"), "H", "hand"),
    _row("annotate.next_frame", QT_TRANSLATE_NOOP("actions", "Next frame"), "Right .", "caret-right"),
    _row("annotate.previous_frame", QT_TRANSLATE_NOOP("actions", "Previous frame"), "Left ,", "caret-left"),
    _row("annotate.first_frame", QT_TRANSLATE_NOOP("actions", "First frame"), "Home", "skip-back"),
    _row("annotate.last_frame", QT_TRANSLATE_NOOP("actions", "Last frame"), "End", "skip-forward"),
    _row("annotate.play", QT_TRANSLATE_NOOP("actions", "Play or pause"), "K", "play"),
    _row("annotate.next_series", QT_TRANSLATE_NOOP("actions", "Next series"), "Down", "caret-down"),
    _row("annotate.previous_series", QT_TRANSLATE_NOOP("actions", "Previous series"), "Up", "caret-up"),
    _row("annotate.clear_frame", QT_TRANSLATE_NOOP("actions", "Clear the labels of this frame"), "Ctrl+Backspace",
         "trash"),
    _row("annotate.masks", QT_TRANSLATE_NOOP("actions", "Show or hide all masks"), "M", "eye", checkable=True),
    _row("annotate.add_label", QT_TRANSLATE_NOOP("actions", "Add a label"), "Ctrl+L", "plus"),
    _row("annotate.needs_review", QT_TRANSLATE_NOOP("actions", "Mark as needing review"), "Ctrl+Shift+R", "flag"),
    _row("annotate.approve", QT_TRANSLATE_NOOP("actions", "Approve this series"), "Ctrl+Return", "check-circle"),
)
