"""The frames that a generator can draw in, each with its shape: one list for the live image and for the planner."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.item_models.thumbnails import gray_pixmap
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.jobs.catalogue import model_ref
from medsynth_gui.jobs.frames import frame_pictures


class FrameChoice(Choice):
    """Which field of view is wished for; greyed where a generator has none to choose from."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Field of view in which the image is drawn"), name=name, parent=parent)
        self._model: str | None = None

    @property
    def frame(self) -> str:
        """As `--frame` names it."""
        return self.currentData() or BY_SEED

    def offer(self, card: ModelCard | None) -> None:
        """Offer the frames of a generator; the choice stays while it is the same one."""
        model = model_ref(card) if card else ""
        if model == self._model:
            return
        self._model = model
        pictures = frame_pictures(card) if card else ()
        self.set_rows([(BY_SEED, self.tr("By the seed")), (WHOLE, self.tr("Side to side")),
                       *((str(number), self.tr("Frame {number}").format(number=number))
                         for number in range(len(pictures)))])
        for number, picture in enumerate(pictures):
            self.setItemIcon(number + 2, QIcon(gray_pixmap(picture)))
        self.setEnabled(bool(pictures))
        self.choose(BY_SEED)  # a number means another frame in another bank
        self.setToolTip(self.tr("Field of view in which the image is drawn: numbers are those of --frame")
                        if pictures else self.tr("This generator draws from side to side: it has no frames"))
