"""What the Synthesize workspace works with: what a generator offers, and what became of each image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import GATES, OVERRULED

if TYPE_CHECKING:
    from medsynth_gui.jobs.gates import GateResult
    from medsynth_gui.jobs.synthesize import SyntheticImage

Gray = npt.NDArray[np.uint8]
BY_HAND = "hand"


@dataclass(frozen=True)
class GeneratorOptions:
    """What a generator lets a person choose; what its card does not name is not offered.

    Attributes:
        classes: names; empty where the model knows none.
        steps, guidance: the card's; None where the model has no such thing.
        sizes: long sides in pixels, ascending; the first is the model's own.
    """

    classes: tuple[str, ...] = ()
    steps: int | None = None
    guidance: float | None = None
    sizes: tuple[int, ...] = ()

    @classmethod
    def of(cls, card: ModelCard | None) -> GeneratorOptions:
        """As a card says, whatever its architecture."""
        if card is None:
            return cls()
        own = int(card.input.get("size", 128))
        sizes = card.input.get("sizes") or ((own, 2 * own) if card.input.get("upscaler") else (own,))
        return cls(card.classes, int(card.input["steps"]) if "steps" in card.input else None,
                   float(card.input["guidance"]) if "guidance" in card.input else None,
                   tuple(sorted({own, *(int(size) for size in sizes)})))


@dataclass(frozen=True, eq=False)
class Made:
    """One image of the gallery.

    Attributes:
        sample_id: under which it was kept in the project.
        verdicts: of the gates; None while nobody has judged it.
        rejected: by a person.
        unjudged: why the gates could not say anything, in words.
        overruled: a person took it in spite of what the gates found.
    """

    synthetic: SyntheticImage
    sample_id: str = ""
    verdicts: tuple[GateResult, ...] | None = None
    rejected: bool = False
    unjudged: str = ""
    overruled: bool = False

    @property
    def judged(self) -> bool:
        """The gates were asked, and have spoken or said why they cannot."""
        return self.verdicts is not None or bool(self.unjudged)

    @property
    def title(self) -> str:
        return f"{self.synthetic.provenance.seed} · {self.synthetic.index + 1}"

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """Gates that turned it down."""
        return tuple(verdict for verdict in self.verdicts or () if verdict.failed)

    @property
    def doubtful(self) -> tuple[GateResult, ...]:
        """Gates that could not say anything."""
        return tuple(verdict for verdict in self.verdicts or () if not verdict.judged)

    @property
    def copied(self) -> bool:
        """It is too like a training image: it is never taken anyway."""
        return any(verdict.gate == "copy" for verdict in self.failed)


def with_verdicts(made: Made) -> SyntheticImage:
    """The image, whose provenance says what the gates found, and whether a person overruled them."""
    provenance = made.synthetic.provenance
    said: dict[str, object] = {GATES: [verdict.record() for verdict in made.verdicts or ()]}
    if made.overruled and made.failed:
        said[OVERRULED] = True
    return replace(made.synthetic, provenance=replace(provenance, parameters={**provenance.parameters, **said}))


def reject_counts(rejected: Iterable[Made]) -> dict[str, int]:
    """How many each gate (or a person, `BY_HAND`) turned down, the most first; one image may count several times."""
    counts: Counter[str] = Counter()
    for made in rejected:
        counts.update([*(verdict.gate for verdict in made.failed), *([BY_HAND] if made.rejected else [])])
    return dict(counts.most_common())


def scaled_labels(mask: Gray, rows: int, columns: int) -> Gray:
    """A label image (y, x) at another size, by nearest pixel."""
    return mask if mask.shape == (rows, columns) else _scaled(mask, rows, columns, labels=True)


def scaled_gray(image: Gray, rows: int, columns: int) -> Gray:
    """A gray image (y, x) at another size, smoothly."""
    return image if image.shape == (rows, columns) else _scaled(image, rows, columns, labels=False)


def _scaled(image: Gray, rows: int, columns: int, *, labels: bool) -> Gray:
    import cv2

    smooth = cv2.INTER_AREA if rows < image.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (columns, rows),
                                 interpolation=cv2.INTER_NEAREST_EXACT if labels else smooth), np.uint8)
