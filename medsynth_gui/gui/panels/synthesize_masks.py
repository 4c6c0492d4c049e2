"""Which masks images are made for now: drawn ones, those of the open image, or candidates of a source."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.labels import revalued
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.gui.panels.parts import breakable
from medsynth_gui.gui.panels.synthesize_mask_chooser import INVENTED, STORED, MaskChooser
from medsynth_gui.gui.panels.synthesize_pad import MaskPad
from medsynth_gui.gui.panels.synthesize_setup import SynthesizeSetup
from medsynth_gui.gui.translation import briefly, sentence, words
from medsynth_gui.io.shape_file import NAME
from medsynth_gui.jobs.mask_candidates import values_for
from medsynth_gui.jobs.masks import Candidate, MaskRequest
from medsynth_gui.jobs.offer_masks import JudgeMask, Offered, OfferMasks
from medsynth_gui.jobs.segment import label_set_of

Gray = npt.NDArray[np.uint8]
_INVENTED_AT_ONCE, _STORED_AT_ONCE = 9, 48
_REST_MS = 400
_NAMED = 2
TAKEN = "Take mask"


class MaskSource(QObject):
    """Fills the chooser from the source that is chosen, and judges what is drawn; `changed` when masks are others."""

    changed = Signal()

    def __init__(self, context: AppContext, setup: SynthesizeSetup, pad: MaskPad, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._setup, self._pad = context, setup, pad
        self._chooser: MaskChooser = setup.chooser
        self._asked: OfferMasks | None = None
        self._total: int | None = None
        self._bent: Candidate | None = None
        self._job: JobHandle | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._judge_drawn)
        chooser = self._chooser
        for signal, slot in ((chooser.another, self.sample), (chooser.warp, self.warp),
                             (chooser.asked, self.restart), (chooser.selected, self._selected),
                             (setup.model.changed, self._model_changed),
                             (setup.class_choice.picked, self._class_picked), (pad.changed, self._pad_changed)):
            signal.connect(slot)
        self._model_changed()

    @property
    def _key(self) -> str:
        return self._chooser.switch.key

    @property
    def _candidates(self) -> tuple[Candidate, ...]:
        return self._chooser.chosen or tuple(self._chooser.tiles.candidates)

    def masks(self) -> tuple[Gray, ...]:
        """The masks, (y, x) each; none where nothing is drawn or read."""
        session = self._context.session
        if self._key == "draw":
            return () if self._pad.empty else (self._pad.mask,)
        if self._key == "image":
            drawn = session.document.labels(session.frame) if session.document else None
            card = self._setup.model.card
            values = values_for(card, session.label_set) if card is not None else {}
            mask = revalued(drawn, values) if drawn is not None else None
            return (mask,) if mask is not None and mask.any() else ()
        return tuple(candidate.mask for candidate in self._candidates if candidate.possible)

    @property
    def names(self) -> tuple[str, ...]:
        """What provenance calls the masks; empty for drawn ones."""
        return tuple(one.name for one in self._candidates if one.possible) if self._offers else ()

    @property
    def parents(self) -> tuple[tuple[str, ...], ...]:
        """The samples or files that each mask was made from; empty for drawn ones."""
        return tuple(one.parents for one in self._candidates if one.possible) if self._offers else ()

    @property
    def _offers(self) -> bool:
        return self._key in (*STORED, *INVENTED)

    @property
    def coming(self) -> bool:
        """Masks of the source are being read or made."""
        return self._job is not None and self._job.state in (JobState.PENDING, JobState.RUNNING)

    def restart(self) -> None:
        """Another source, class or model was chosen: forget what was offered, and ask for what belongs to it."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._chooser.tiles.show(())
        self._chooser.set_problems("")
        self._chooser.set_left_out("")
        self._asked, self._total = None, None
        if (missing := self._missing()) is not None:
            self._chooser.set_problems(words(missing))
        elif self._offers and (ref := self._setup.model.ref) and (request := self._request()):
            stored = self._key in STORED and request.source != "warped"
            self._ask(OfferMasks(ref, request, _STORED_AT_ONCE if stored else _INVENTED_AT_ONCE))
        self._chooser.arrange()

    def sample(self) -> None:
        """Offer the next masks of the source."""
        if self._asked is not None:
            self._ask(replace(self._asked, first=self._asked.first + self._asked.count))

    def warp(self) -> None:
        """Offer masks like the chosen one, changed within anatomical limits."""
        own = Candidate(self._pad.mask, "drawn")
        self._bent = next(iter(self._candidates), own) if self._offers else own
        self._chooser.switch.offer("warped", True)
        if self._key == "warped":
            self.restart()
        else:
            self._chooser.switch.choose("warped")

    def words(self) -> str:
        """What the masks are, or what is missing."""
        masks, opened = self.masks(), self._context.session.current
        if self._key == "draw":
            return self.tr("Paint on the dark field; hold Alt to remove.") if not masks else ""
        if self._key == "image":
            return (self.tr("{title}, frame {frame}").format(title=opened.title, frame=opened.frame + 1)
                    if masks and opened else self.tr("Nothing is drawn on the open image."))
        if self._key == "folder" and not masks:
            return self.tr("Choose a folder of label images.") if self._chooser.folder_field.path is None else ""
        shown, chosen = self._chooser.tiles.rowCount(), len(masks)
        if self._total is not None and self._total > shown:
            return self.tr("{n} masks in turn; {shown} of {total} are shown").format(n=chosen, shown=shown,
                                                                                    total=self._total)
        return self.tr("{n} masks in turn").format(n=chosen) if chosen > 1 else ""

    def _missing(self) -> Message | None:
        """Why the project has no masks to offer."""
        project = self._context.session.project
        if self._key != "project" or (project and any(sample.mask for sample in project.samples())):
            return None
        return Message("mask-none-in-project" if project else "no-project")

    def _request(self) -> MaskRequest | None:
        """What the panel asks for; None where a folder is still to be chosen."""
        key, session = self._key, self._context.session
        folder = self._chooser.folder_field.path
        if key == "warped" and self._bent is not None:
            return MaskRequest("warped", self._setup.class_name, self._setup.seed.value(), drawn=(self._bent.mask,),
                               parents=self._bent.parents)
        if key == "folder" and folder is None:
            return None
        stored = key in STORED
        source = "warped" if stored and self._chooser.warped.isChecked() else {"folder": "as-is"}.get(key, key)
        project, card = session.project if key == "project" else None, self._setup.model.card
        return MaskRequest(source, self._setup.class_name, self._setup.seed.value(),
                           folder=folder if key == "folder" else None, samples=project.samples() if project else (),
                           values=values_for(card, project.labels) if project and card else {})

    def _ask(self, job: OfferMasks) -> None:
        self._asked = job
        self._job = self._context.queue.submit(job, self._arrived, self._failed, self._chooser.tiles.show, quiet=True)

    def _arrived(self, offered: Offered) -> None:
        self._total = offered.total
        self._chooser.tiles.show(offered.candidates)
        self._chooser.arrange()
        self._chooser.choose(range(len(offered.candidates) if offered.total is not None else 1))
        self._chooser.set_left_out(self._left_out(offered))

    def _left_out(self, offered: Offered) -> str:
        """How many masks cannot be used, and why: each reason with the first mask that it holds for."""
        failed = offered.failed
        if not failed:
            return ""
        reasons: dict[str, list[Message]] = {}
        for one in failed:
            reasons.setdefault(one.message.id, []).append(one.message)
        lines = [self.tr("{n} mask(s) were left out:").format(n=len(failed)) if offered.total is None else
                 self.tr("{n} of {all} masks were left out:").format(n=len(failed), all=offered.total + len(failed))]
        lines += [f"{len(ones)} × {sentence(briefly(ones[0]))}" if len(reasons) > 1 or len(ones) > 1 else
                  sentence(briefly(ones[0])) for ones in reasons.values()]
        return "\n".join(map(breakable, lines))

    def _failed(self, message: Message) -> None:
        self._chooser.set_problems(words(message))
        self.changed.emit()

    def _selected(self) -> None:
        chosen = self._chooser.chosen
        if len(chosen) > 1:
            self._chooser.set_problems(self._unusual(chosen))
        else:
            self._show_problems(chosen[0].problems if chosen else ())
        if chosen:
            self.changed.emit()

    def _unusual(self, chosen: tuple[Candidate, ...]) -> str:
        """How many of several masks are unusual, and why the first ones are."""
        unusual = [candidate for candidate in chosen if candidate.problems]
        if not unusual:
            return ""
        lines = [self.tr("{n} of {all} masks are unusual:").format(n=len(unusual), all=len(chosen))]
        lines += [f"{one.name}: {' '.join(map(sentence, one.problems))}" for one in unusual[:_NAMED]]
        if len(unusual) > _NAMED:
            lines.append(self.tr("Rest the pointer on a tile to read why it is."))
        return "\n".join(map(breakable, lines))

    def _show_problems(self, problems: tuple[Message, ...]) -> None:
        self._chooser.set_problems("\n".join(map(sentence, problems)))

    def _pad_changed(self) -> None:
        self._chooser.bend.setEnabled(not self._pad.empty)
        self._rest.start()

    def _judge_drawn(self) -> None:
        """Say what is unusual in a mask that was drawn or changed by hand."""
        by_hand = not self._offers or self._pad.document.undo_name not in (None, TAKEN)
        if (ref := self._setup.model.ref) and by_hand and not self._pad.empty:
            self._context.queue.submit(JudgeMask(ref, self._pad.mask, self._setup.class_name), self._show_problems,
                                       lambda _: None, quiet=True)

    def _class_picked(self, _: object) -> None:
        if self._key in (*INVENTED, "project"):
            self.restart()
        else:
            self._rest.start()

    def _model_changed(self) -> None:
        card, switch = self._setup.model.card, self._chooser.switch
        if card is not None and card.labels:
            self._chooser.set_labels(label_set_of(card))
        switch.offer("shapes", bool(card and (card.folder / NAME).is_file()))
        switch.offer("warped", self._bent is not None)
        switch.offer("simulator", bool(card and card.input.get("phantom")))
        if self._offers:
            self.restart()
