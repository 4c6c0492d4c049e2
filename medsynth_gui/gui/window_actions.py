"""What the actions of the window and of the view do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from medsynth_gui import __version__
from medsynth_gui.gui.view_actions import ViewActions

if TYPE_CHECKING:
    from medsynth_gui.gui.main_window import MainWindow


def bind_window_actions(window: MainWindow) -> None:
    """Bind every `window.` and `view.` row of the table."""
    context, opener = window.context, window.opener

    def palette() -> None:
        from medsynth_gui.gui.command_palette import CommandPalette

        _once(window, CommandPalette, lambda: CommandPalette(context.actions, window)).open()

    def gestures() -> None:
        from medsynth_gui.gui.gesture_sheet import GestureSheet

        _show(GestureSheet(context.actions, window))

    def shortcuts() -> None:
        from medsynth_gui.gui.dialogs.shortcuts import ShortcutsDialog

        _show(ShortcutsDialog(context.actions, window))

    def theme() -> None:
        context.theme.use("light" if context.theme.dark else "dark")
        context.settings["theme"] = context.theme.tokens.name

    def left_handed() -> None:
        context.settings["left_handed"] = not context.settings["left_handed"]

    def close_series() -> None:
        from medsynth_gui.session.commands import close_series as close

        if context.session.current is not None:
            close(context.session, context.session.current.key)

    def about() -> None:
        words = QCoreApplication.translate("about",
                                           "MedSynth Studio {0}. Works offline; nothing leaves this machine. {1}")
        context.notify(words.format(__version__, intended_use()), "info")

    table: dict[str, Callable[[], object]] = {
        "open": opener.choose_files, "open_folder": opener.choose_folder, "open_sample": opener.open_sample,
        "close_series": close_series, "palette": palette, "gestures": gestures, "shortcuts": shortcuts, "theme": theme,
        "about": about, "quit": window.close}
    for name, handler in table.items():
        context.actions.bind(f"window.{name}", handler)
    context.actions.bind("window.left_handed", left_handed, checked=context.settings["left_handed"])
    ViewActions(window)


def intended_use() -> str:
    """The one line that everybody is to read."""
    return QCoreApplication.translate("about", "Research and dataset engineering; not for diagnosis.")


def _once(window: MainWindow, kind: type, make: Callable[[], object]) -> object:
    """The window's one child of a kind."""
    return window.findChild(kind) or make()


def _show(dialog: object) -> None:
    from PySide6.QtCore import Qt

    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Modal to its window: else Esc would reach the window's own action where no window manager moves the focus.
    dialog.open()
    dialog.activateWindow()
