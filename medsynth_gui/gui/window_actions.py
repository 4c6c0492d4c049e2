"""What the actions of the window and of the view do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from medsynth_gui import __version__
from medsynth_gui.gui.canvas.gestures import ZOOM_STEP

if TYPE_CHECKING:
    from medsynth_gui.gui.canvas.canvas import Canvas
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
    _bind_view(window)


def intended_use() -> str:
    """The one line that everybody is to read."""
    return QCoreApplication.translate("about", "Research and dataset engineering; not for diagnosis.")


def _bind_view(window: MainWindow) -> None:
    def on_canvas(action: Callable[[Canvas], object]) -> Callable[[], None]:
        def act() -> None:
            if (canvas := window.workspace.canvas) is not None:
                action(canvas)

        return act

    bind = window.context.actions.bind
    bind("view.fit", on_canvas(lambda canvas: canvas.fit()))
    bind("view.actual_size", on_canvas(lambda canvas: canvas.actual_size()))
    bind("view.zoom_in", on_canvas(lambda canvas: canvas.zoom_by(ZOOM_STEP)))
    bind("view.zoom_out", on_canvas(lambda canvas: canvas.zoom_by(1 / ZOOM_STEP)))
    bind("view.smooth", on_canvas(lambda canvas: canvas.set_smooth(not canvas.smooth)), checked=True)


def _once(window: MainWindow, kind: type, make: Callable[[], object]) -> object:
    """The window's one child of a kind."""
    return window.findChild(kind) or make()


def _show(dialog: object) -> None:
    from PySide6.QtCore import Qt

    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Modal to its window: else Esc would reach the window's own action where no window manager moves the focus.
    dialog.open()
    dialog.activateWindow()
