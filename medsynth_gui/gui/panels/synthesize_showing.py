"""Showing: which image is shown, the live one or one that was made, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.gate_words import reason
from medsynth_gui.gui.panels.synthesize_bar import ImageBar
from medsynth_gui.gui.panels.synthesize_collection import Collection
from medsynth_gui.gui.panels.synthesize_gallery import SynthesizeGallery
from medsynth_gui.gui.panels.synthesize_live import Live, LiveState, Phase
from medsynth_gui.gui.panels.synthesize_nearest import NearestRealView
from medsynth_gui.gui.panels.synthesize_picture import SynthesizePicture
from medsynth_gui.gui.panels.synthesize_rejected import RejectedTray
from medsynth_gui.gui.panels.synthesize_wish import Wish
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.commands import open_synthetic
from medsynth_gui.session.synthesis import Made, with_verdicts


class Showing(QObject):
    """Keeps canvas, bar and neighbour in step with what is chosen.

    Attributes:
        active: the workspace is in front.

    Signals:
        changed: another image is shown, or something was learned of it.
    """

    changed = Signal()

    def __init__(self, context: AppContext, wish: Wish, live: Live, picture: SynthesizePicture, bar: ImageBar,
                 nearest: NearestRealView, collection: Collection, gallery: SynthesizeGallery,
                 rejected: RejectedTray) -> None:
        super().__init__(gallery)
        self._context, self._wish, self._live, self.picture, self._bar = context, wish, live, picture, bar
        self._nearest, self._collection, self._gallery, self._rejected = nearest, collection, gallery, rejected
        self._between = wish.between
        self.active = False
        self._told: Message | None = None
        wish.changed.connect(self.follow)
        wish.pad.replaced.connect(self._mask_replaced)
        wish.pad.before_press = self.go_on
        live.arrived.connect(self._arrived)
        live.changed.connect(self._live_changed)
        gallery.chosen.connect(self._chosen)
        gallery.paired.connect(self._paired)
        self._between.chosen.connect(self._chosen)
        rejected.chosen.connect(self._rejected_chosen)
        collection.judged.connect(self._judged)

    @property
    def made(self) -> Made | None:
        """The image of gallery, strip or tray that is shown; None while the live one is."""
        return self._rejected.current or self._between.current or (
            None if self._wish.sliding else self._gallery.current)

    @property
    def acceptable(self) -> bool:
        """What is shown may leave this place: full quality, and not in the tray."""
        return self.final and self._rejected.current is None

    @property
    def final(self) -> bool:
        """What is shown is in full quality."""
        return self.made is not None or (self._live.state.phase is Phase.FINAL and self.picture.live is not None)

    def follow(self) -> None:
        """Something that decides the live image has changed."""
        if not self.active:
            return
        request = self._wish.live()
        if self.made is not None:
            self.changed.emit()
        elif request is None:
            self._live.stop()
            self.picture.show_live(None)
            self.changed.emit()
        else:
            self._live.ask(request)
            if (card := self._wish.setup.model.card) is not None:
                self._context.show_model(card.id)

    def show(self) -> None:
        """Show the image that is chosen, or the live one."""
        if not self.active:
            return
        made = self.made
        if made is None:
            self.picture.show_live(self.picture.live)
            if self._live.state.phase in (Phase.NOTHING, Phase.FAILED):
                self.follow()
            self._live_changed(self._live.state)
        else:
            self.picture.show_made(made.synthetic)
            self._bar.show_made(made, self._facts(made.synthetic))
        self._show_neighbour()
        self.changed.emit()

    def back_to_live(self) -> None:
        """Show the live image again; a gesture in hand is given up first."""
        if not self._wish.pad.cancel():
            self._leave()
            self.show()

    def go_on(self) -> None:
        """Take mask, class and seed of the image that is shown, and go on live from there."""
        self._wish.setup.model.keep()
        if (made := self.made) is not None:
            self._leave()
            self.picture.show_live(made.synthetic)
            self._wish.go_on_from(made.synthetic)

    def keep(self) -> None:
        """Add what is shown to the project, with its mask and provenance."""
        if (made := self._in_hand()) is not None:
            self._collection.keep(made)

    def reject(self) -> None:
        """Put what is shown into the tray; of the gallery the next one is shown."""
        made = self._in_hand()
        if made is None:
            return
        chosen, place = self._gallery.current is not None, self._collection.made.row_of(made.synthetic)
        if self._between.current is not None:  # the other steps stay, and the two images that they lie between
            self._between.remove(made.synthetic)
            self._collection.reject(made)
            self.show()
            return
        self._gallery.leave()
        self._collection.reject(made)
        if chosen:
            self._gallery.choose(place)
        self.changed.emit()

    def annotate(self) -> None:
        """Open what is shown with its mask in Annotate."""
        if (made := self._in_hand()) is not None:
            self._collection.once_judged(made, self._send, self.tr("It is opened as soon as the gates have judged it."))

    def _send(self, made: Made) -> None:
        """Open an image in Annotate; what the gates found goes with it, and is told."""
        open_synthetic(self._context.session, with_verdicts(made))
        self._context.show_workspace("annotate")
        if made.failed:
            told = self.tr("Overruled by you") if made.overruled else self.tr("Turned down, so no project takes it")
            self._context.notify(f"{told}: {reason(made.failed[0])}", "caution")
        elif made.unjudged:
            self._context.notify(self.tr("The gates could not judge it: {why}").format(why=made.unjudged), "caution")

    def _in_hand(self) -> Made | None:
        """What is shown, if it may leave; a live image of full quality is taken into the gallery."""
        live = self.picture.live
        if not self.acceptable:
            return None
        if (made := self.made) is not None or live is None:
            return made
        return self._collection.known(live) or self._collection.add(live)

    def _leave(self) -> None:
        self._gallery.leave()
        self._between.leave()
        self._rejected.leave()

    def _arrived(self, image: SyntheticImage, _: bool) -> None:
        if self.made is None and self.active:
            self.picture.show_live(image)

    def _live_changed(self, state: LiveState) -> None:
        self._tell_failure(state.failure)
        if self.made is None:
            shown = self.picture.live if state.phase is not Phase.NOTHING else None
            known = self._collection.known(shown) if shown and state.phase is Phase.FINAL else None
            if shown and known:
                self._bar.show_made(known, self._facts(shown))
            else:
                self._bar.show_live(state, self._facts(shown) if shown else "", self._steps(shown))
            self._show_neighbour()
            self.changed.emit()

    def _steps(self, image: SyntheticImage | None) -> tuple[int, int] | None:
        """Steps in which an image was drawn, and those of the card."""
        asked, drawn = self._wish.setup.options.steps, image.provenance.parameters.get("steps") if image else None
        return (drawn, asked) if drawn and asked else None

    def _tell_failure(self, failure: Message | None) -> None:
        """Say once what is wrong and what to do: the bar has no room for the remedy."""
        if failure is not None and failure != self._told:
            self._context.notify(failure, "bad")
        if failure is not None or self._live.state.phase is Phase.FINAL:
            self._told = failure

    def _show_neighbour(self) -> None:
        made, live = self.made, self.picture.live
        self._nearest.show(made.synthetic if made else live if self.final else None)

    def _chosen(self, made: Made | None) -> None:
        if made is not None:
            self._rejected.leave()
        self.show()

    def _rejected_chosen(self, made: Made | None) -> None:
        if made is not None:
            self._gallery.leave()
            self._between.leave()
            if made.copied and not self._nearest.on:
                self._context.actions.get("synthesize.nearest").trigger()
        self.show()

    def _paired(self) -> None:
        chosen = self._gallery.selected
        pair = len(chosen) == 2 and not any("between_seed" in made.synthetic.provenance.parameters for made in chosen)
        self._between.set_pair((chosen[0], chosen[1]) if pair else None)
        self.show()

    def _judged(self, made: Made) -> None:
        shown = self.made.synthetic if self.made is not None else self.picture.live
        if shown is made.synthetic:
            self.show()
        else:
            self.changed.emit()

    def _mask_replaced(self) -> None:
        self.picture.clear()
        self.show()

    def _facts(self, image: SyntheticImage) -> str:
        found = image.provenance.parameters
        seed = self.tr("seed {seed}").format(seed=image.provenance.seed)
        if "between_seed" in found:
            seed += self.tr(" + {share} % of {other}").format(share=round(100 * found["between_share"]),
                                                            other=found["between_seed"])
        rows, columns = image.image.shape
        return " · ".join(filter(None, (seed, image.class_name or "", f"{columns} × {rows} px")))
