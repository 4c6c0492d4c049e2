"""What every part of the window is given: the one session, queue, action registry and theme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import Message

if TYPE_CHECKING:
    from medsynth_gui.core.study import OpenFailure
    from medsynth_gui.gui.actions import ActionRegistry
    from medsynth_gui.gui.alike import AlikeModels
    from medsynth_gui.gui.job_queue import JobQueue
    from medsynth_gui.gui.theme import Theme
    from medsynth_gui.session.session import Session
    from medsynth_gui.session.settings import Settings


@dataclass
class AppContext:
    """Built once by `app` and handed to every workspace.

    Attributes:
        session: what the user is doing; Qt-free, GUI thread only.
        queue: `submit(job, on_done, on_failed, on_preview)`.
        actions: the table of actions; `bind(id, handler)` gives an action what it does.
        theme: tokens and fonts; `changed` when the user switches.
        settings: what is remembered for the user (theme, shortcuts, device, precision, ...).
        notify: show a quiet line: a `Message` (failure, remedy) or ready words; set by the main window.
            Arguments: what, and the tone "info", "good", "caution" or "bad".
        show_workspace: go to a workspace by its key; set by the main window.
        show_model: name the model in the status bar; set by the main window.
        failures: what the last import left out; the Library lists it.
    """

    session: Session
    queue: JobQueue
    actions: ActionRegistry
    theme: Theme
    settings: Settings
    notify: Callable[[Message | str, str], None] = lambda what, tone="info": None
    show_workspace: Callable[[str], None] = lambda key: None
    show_model: Callable[[str], None] = lambda text: None
    failures: list[OpenFailure] = field(default_factory=list)

    @cached_property
    def alike(self) -> AlikeModels:
        """Which segmenters were taught with images like those that are open."""
        from medsynth_gui.gui.alike import AlikeModels

        return AlikeModels(self.queue, self.settings)
