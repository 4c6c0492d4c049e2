"""The menus of the label list: of one label, and of the list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.label_row import swatch
from medsynth_gui.session import label_commands
from medsynth_gui.session.label_sets import list_label_sets
from medsynth_gui.session.settings import Settings

_OPACITIES = (0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
_STYLES = (("both", QT_TRANSLATE_NOOP("labels", "Outline and fill")),
           ("outline", QT_TRANSLATE_NOOP("labels", "Outline only")),
           ("fill", QT_TRANSLATE_NOOP("labels", "Fill only")))


def fill_label_menu(menu: QMenu, context: AppContext, value: int, *, rename: Callable[[], None]) -> None:
    """What can be done with one label."""
    session = context.session
    labels = session.label_set
    label = labels.find(value)
    if label is None:
        return
    _add(menu, context, _tr("Rename"), rename)
    opacity = menu.addMenu(_tr("Opacity"))
    for share in _OPACITIES:
        action = _add(opacity, context, f"{round(share * 100)} %", lambda chosen=share: label_commands.change_label(
            session, value, opacity=chosen))
        action.setCheckable(True)
        action.setChecked(abs(label.opacity - share) < 0.01)
    order = [other.value for other in labels]
    _add(menu, context, _tr("Move up"), lambda: label_commands.move_label(session, value, -1),
         enabled=order[0] != value)
    _add(menu, context, _tr("Move down"), lambda: label_commands.move_label(session, value, 1),
         enabled=order[-1] != value)
    menu.addSeparator()
    merge = menu.addMenu(_tr("Merge into, on all frames"))
    merge.setEnabled(len(labels) > 1 and session.current is not None and not label.locked)
    for other in labels:
        if other.value != value and not other.locked:
            action = _add(merge, context, other.name, lambda into=other: _merge(context, value, into.value))
            action.setIcon(swatch(other.color))
    _add(menu, context, _tr("Remove from the list"), lambda: label_commands.remove_label(session, value),
         enabled=len(labels) > 1)


def fill_list_menu(menu: QMenu, context: AppContext) -> None:
    """Label sets, how masks are shown, and the versions."""
    menu.clear()
    settings = context.settings
    sets = menu.addMenu(_tr("Label set"))
    group = QActionGroup(sets)
    for name, title in list_label_sets().items():
        action = _add(sets, context, title, lambda chosen=name: label_commands.use_label_set(context.session, chosen))
        action.setCheckable(True)
        action.setChecked(name == settings["label_set"])
        group.addAction(action)
    group = QActionGroup(menu)
    for style, words in _STYLES:
        action = _add(menu, context, _tr(words), lambda chosen=style: settings.update({"mask_style": chosen}))
        action.setCheckable(True)
        action.setChecked(style == settings["mask_style"])
        group.addAction(action)
    menu.addSeparator()
    menu.addAction(context.actions.get("annotate.load_mask"))
    menu.addAction(context.actions.get("annotate.versions"))


def next_mask_style(settings: Settings) -> None:
    """Go from outline and fill to outline, fill, and back."""
    styles = [style for style, _ in _STYLES]
    settings["mask_style"] = styles[(styles.index(settings["mask_style"]) + 1) % len(styles)]


def _merge(context: AppContext, value: int, into: int) -> None:
    changed = label_commands.merge_label(context.session, value, into)
    if not changed:
        context.notify(_tr("No frame of this series has that label."), "info")


def _add(menu: QMenu, context: AppContext, words: str, do: Callable[[], object], *, enabled: bool = True) -> QAction:
    """A line of a menu; what it refuses is said quietly."""
    def act() -> None:
        try:
            do()
        except MedSynthError as error:
            context.notify(error.message, "caution")

    action = menu.addAction(words)
    action.triggered.connect(act)
    action.setEnabled(enabled)
    return action


def _tr(words: str) -> str:
    return QCoreApplication.translate("labels", words)
