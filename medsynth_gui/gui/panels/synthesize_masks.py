"""Which masks images are made for now: the open image's, the pad's, a sampled one or a folder's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.synthesize_pad import MaskPad
from medsynth_gui.gui.panels.synthesize_setup import SynthesizeSetup
from medsynth_gui.jobs.sample_masks import SampleMasks

Gray = npt.NDArray[np.uint8]


class MaskSource(QObject):
    """Follows the source that is chosen in the setup; `changed` when sampled or read masks have arrived.

    Attributes:
        names: of masks that were sampled or read, for their provenance; empty for drawn ones.
    """

    changed = Signal()

    def __init__(self, context: AppContext, setup: SynthesizeSetup, pad: MaskPad, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._setup, self._pad = context, setup, pad
        self._masks: tuple[Gray, ...] = ()
        self.names: tuple[str, ...] = ()
        self._sampled = 0
        setup.another.connect(self.sample)
        setup.folder.connect(self.read_folder)

    def masks(self) -> tuple[Gray, ...]:
        """The masks, (y, x) each; none where nothing is drawn or read."""
        key, session = self._setup.switch.key, self._context.session
        if key == "draw":
            return () if self._pad.empty else (self._pad.mask,)
        if key == "image":
            drawn = session.document.labels(session.frame) if session.document else None
            return (drawn.copy(),) if drawn is not None and drawn.any() else ()
        return self._masks

    def restart(self) -> None:
        """Another source was chosen: forget what was read, and read what belongs to this one."""
        self._masks, self.names = (), ()
        key = self._setup.switch.key
        if key == "sample":
            self.sample()
        elif key == "folder":
            self.read_folder(self._setup.folder_field.path)

    def sample(self) -> None:
        """Have the simulator invent another mask."""
        if ref := self._setup.model.ref:
            self._sampled += 1
            self._context.queue.submit(SampleMasks(ref, None, 1, self._sampled), self._arrived, quiet=True)

    def read_folder(self, folder: Path | None) -> None:
        """Read the masks of a folder."""
        if folder is not None and (ref := self._setup.model.ref):
            self._context.queue.submit(SampleMasks(ref, folder), self._arrived)

    def words(self) -> str:
        """What the masks are, or what is missing."""
        masks, opened = self.masks(), self._context.session.current
        key = self._setup.switch.key
        if key == "draw":
            return self.tr("Paint on the dark field; hold Alt to remove.")
        if key == "sample":
            return self.tr("A lesion of the simulator's shape model.") if masks else ""
        if key == "folder":
            return (self.tr("{n} masks, used in name order").format(n=len(masks)) if masks else
                    self.tr("Choose a folder of label images."))
        if masks and opened:
            return self.tr("{title}, frame {frame}").format(title=opened.title, frame=opened.frame + 1)
        return self.tr("Nothing is drawn on the open image.")

    def _arrived(self, found: tuple[tuple[Gray, ...], tuple[str, ...]]) -> None:
        self._masks, self.names = found
        self.changed.emit()
