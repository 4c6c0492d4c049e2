"""What the live image and the gallery are asked to be: mask, model, class, seed, and a place between two seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from medsynth_gui.gui.panels.synthesize_between import STRIP, BetweenBar
from medsynth_gui.gui.panels.synthesize_masks import MaskSource
from medsynth_gui.gui.panels.synthesize_pad import MaskPad
from medsynth_gui.gui.panels.synthesize_setup import SynthesizeSetup
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage
from medsynth_gui.session.synthesis import Gray

TAKEN = "Take mask"


class Wish(QObject):
    """Joins the source of masks, the pad on which the mask is edited, the panel and the slider between two seeds.

    Signals:
        changed: the request is another one now.
    """

    changed = Signal()

    def __init__(self, setup: SynthesizeSetup, pad: MaskPad, source: MaskSource, between: BetweenBar) -> None:
        super().__init__(setup)
        self.setup, self.pad, self.source, self.between = setup, pad, source, between
        self._loaded: Gray | None = None
        self._edited = False
        pad.edited.connect(self._mask_edited)
        for signal in (setup.changed, between.moved):
            signal.connect(self._tell)

    @property
    def drawn(self) -> bool:
        """The mask on the pad counts, not that of the source."""
        return self._edited or self.setup.switch.key == "draw"

    def masks(self) -> tuple[Gray, ...]:
        """The masks that images would be made for now."""
        if self.drawn:
            return () if self.pad.empty else (self.pad.mask,)
        return self.source.masks()

    def names(self) -> tuple[str, ...]:
        """What provenance calls them."""
        return () if self.drawn else tuple(self.source.names)

    def parents(self) -> tuple[tuple[str, ...], ...]:
        """The samples or files that each was made from."""
        parents = tuple(self.source.parents)
        # A mask that was changed by hand is still made from what it was.
        return parents[:1] if self._edited else () if self.drawn else parents

    def take_source(self) -> None:
        """Put the first mask of the source on the pad, unless it was put there already.

        Where the source has none, the mask of the former one goes; what was drawn by hand stays.
        """
        masks = self.source.masks() if self.setup.switch.key != "draw" else ()
        if not masks:
            if not self.drawn and not self.source.coming and not self.pad.empty:
                self._loaded = None
                self.pad.load(np.zeros(self.pad.shape, np.uint8), TAKEN)
            return
        known = self._loaded
        if known is None or masks[0].shape != known.shape or (masks[0] != known).any():
            self._loaded = masks[0].copy()
            self.pad.load(masks[0], TAKEN)
            self.pad.suggest()
        self._edited = False

    @property
    def sliding(self) -> bool:
        """The live image is one between two seeds."""
        return self.between.pair is not None and self.between.slider.value() > 0

    def live(self) -> Synthesize | None:
        """The request for the live image; None without a mask or a model."""
        masks = self.masks()
        if not masks or self.setup.model.card is None:
            return None
        request = self.setup.request(masks[:1], self.names()[:1], self.parents()[:1])
        return self._step(request, self.between.share) if self.sliding else request

    def gallery(self) -> list[Synthesize]:
        """One request per image: seeds in order, masks in turn."""
        masks, names, parents, setup = self.masks(), self.names(), self.parents(), self.setup
        if not masks or setup.model.card is None:
            return []
        setup.next_seed((setup.model.ref, setup.class_name, self.pad.document.revision))
        requests = []
        for number in range(setup.count.value()):
            place = number % len(masks)
            request = setup.request((masks[place],), names[place:place + 1], parents[place:place + 1])
            requests.append(replace(request, seed=request.seed + number))
        return requests

    def strip(self) -> list[Synthesize]:
        """The steps between the two images that are selected."""
        masks = self.masks()
        if not masks or self.between.pair is None or self.setup.model.card is None:
            return []
        request = self.setup.request(masks[:1], self.names()[:1], self.parents()[:1])
        return [self._step(request, step / (STRIP - 1)) for step in range(STRIP)]

    def go_on_from(self, image: SyntheticImage) -> None:
        """Take mask, class and seed of an image that was made."""
        self.setup.take(image)
        self.pad.load(image.mask, "Take mask of an image")
        self._edited = True

    def _step(self, request: Synthesize, share: float) -> Synthesize:
        assert self.between.pair is not None
        first, second = (made.synthetic for made in self.between.pair)
        return replace(request, seed=first.provenance.seed or 0, class_name=first.class_name,
                       between=(second.provenance.seed or 0, share))

    def _mask_edited(self) -> None:
        document = self.pad.document
        self._edited = document.stepping or document.undo_name not in (None, TAKEN)
        self.changed.emit()

    def _tell(self, *_: object) -> None:
        self.changed.emit()
