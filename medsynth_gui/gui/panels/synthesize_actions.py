"""The actions of Synthesize; `workspaces.synthesize` binds each to what it does."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.panels.synthesize_pad import PAD_TOOLS


def _row(name: str, text: str, shortcuts: str = "", glyph: str = "", *, checkable: bool = False) -> ActionRow:
    return ActionRow(f"synthesize.{name}", text, tuple(shortcuts.split()), glyph, checkable)


SYNTHESIZE_ACTIONS: tuple[ActionRow, ...] = (
    _row("run", QT_TRANSLATE_NOOP("actions", "Fill the gallery with images of more seeds"), "Ctrl+Return", "sparkle"),
    _row("stop", QT_TRANSLATE_NOOP("actions", "Stop filling the gallery"), "Ctrl+.", "stop"),
    _row("dice", QT_TRANSLATE_NOOP("actions", "Another seed"), "D", "dice-five"),
    _row("keep", QT_TRANSLATE_NOOP("actions", "Keep this image in the project"), "K", "plus"),
    _row("reject", QT_TRANSLATE_NOOP("actions", "Reject this image"), "R Del", "trash"),
    _row("annotate", QT_TRANSLATE_NOOP("actions", "Send this image with its mask to the canvas of Annotate"), "A",
         "paint-brush"),
    _row("live", QT_TRANSLATE_NOOP("actions", "Back to the live image"), "Esc", "arrow-u-up-left"),
    _row("continue", QT_TRANSLATE_NOOP("actions", "Go on from this image: its mask, class and seed"), "Return Enter",
         "pencil-simple"),
    _row("next", QT_TRANSLATE_NOOP("actions", "Next image of the gallery"), "Right Down", "caret-right"),
    _row("previous", QT_TRANSLATE_NOOP("actions", "Previous image of the gallery"), "Left Up", "caret-left"),
    _row("nearest", QT_TRANSLATE_NOOP("actions", "Compare with the most alike real image"), "N", "columns",
         checkable=True),
    _row("split", QT_TRANSLATE_NOOP("actions", "Divider: mask on the left, image alone on the right"), "S",
         "square-half", checkable=True),
    _row("outline", QT_TRANSLATE_NOOP("actions", "Show or hide the mask"), "M", "eye", checkable=True),
    _row("between", QT_TRANSLATE_NOOP("actions", "Make seven steps between two selected images"), "J", "path"),
    _row("undo", QT_TRANSLATE_NOOP("actions", "Undo the last change of the mask"), "Ctrl+Z", "arrow-u-up-left"),
    _row("redo", QT_TRANSLATE_NOOP("actions", "Redo"), "Ctrl+Shift+Z Ctrl+Y", "arrow-u-up-right"),
    _row("clear", QT_TRANSLATE_NOOP("actions", "Wipe the mask"), "Ctrl+Backspace", "backspace"),
    _row("smaller", QT_TRANSLATE_NOOP("actions", "Smaller brush"), "[", "minus-circle"),
    _row("larger", QT_TRANSLATE_NOOP("actions", "Larger brush"), "]", "plus-circle"),
    *(_row(f"tool_{spec.id}", spec.name, spec.shortcut, spec.icon) for spec in PAD_TOOLS),
    *(_row(f"label_{number}", text, str(number), "tag") for number, text in enumerate((
        QT_TRANSLATE_NOOP("actions", "Draw with label 1"), QT_TRANSLATE_NOOP("actions", "Draw with label 2"),
        QT_TRANSLATE_NOOP("actions", "Draw with label 3"), QT_TRANSLATE_NOOP("actions", "Draw with label 4")), 1)),
)
