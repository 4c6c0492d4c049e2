"""Synthesizer: mask + class + seed -> image. An image depends on nothing but its own request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.condition import condition_channels, label_count
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.field_bank import read_fields
from medsynth_gui.engine.samplers import SAMPLERS
from medsynth_gui.engine.training.synthesis import to_gray
from medsynth_gui.engine.weights import load_network, load_preview

Gray = npt.NDArray[np.uint8]
_MULTIPLE = 16


class Synthesizer:
    """A loaded flow-matching generator."""

    def __init__(self, card: ModelCard, runtime: Runtime) -> None:
        self.card, self.runtime = card, runtime
        self.network: nn.Module = load_network(card, runtime.device)
        self.size = int(card.input.get("size", 128))
        self.steps = int(card.input.get("steps", 8))
        self.sampler = _sampler(card)
        self.guidance = float(card.input.get("guidance", 1.5))
        self.labels = label_count(card.network)
        self.fields = read_fields(card.folder)
        self.first_class = int(card.input.get("first_class", 0))

    @cached_property
    def distilled(self) -> nn.Module | None:
        """The twin that draws in `preview_steps` calls; None where none was trained."""
        return load_preview(self.card, self.runtime.device) if self.card.preview else None

    @property
    def preview_steps(self) -> int:
        """Network calls of a preview."""
        return int(self.card.preview.get("steps", 4))

    def class_index(self, name: str | None) -> int:
        """Index of a class; None stands for any image of the model's kind.

        Raises:
            ModelError: the model knows no such class.
        """
        if name is None:
            return self.first_class
        if name not in self.card.classes:
            raise ModelError("class-unknown", model=self.card.id, name=name, known=", ".join(self.card.classes))
        return self.first_class + 1 + self.card.classes.index(name)

    def native_mask(self, mask: Gray) -> Gray:
        """The mask at the size the network draws: long side `size`, aspect kept, labels by nearest pixel."""
        import cv2

        scale = self.size / max(mask.shape)
        rows, columns = (max(_MULTIPLE, round(side * scale)) for side in mask.shape)
        return cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8)

    @torch.inference_mode()
    def synthesize(self, mask: Gray, *, class_name: str | None, seed: int, index: int = 0, steps: int | None = None,
                   guidance: float | None = None, between: tuple[int, float] | None = None, frame: str = BY_SEED,
                   on_step: Callable[[int, int, Gray], None] | None = None) -> Gray:
        """Draw one image.

        Args:
            mask: label values (y, x) as from `native_mask`.
            index: number of the image under this seed; each has noise of its own.
            guidance: how strongly mask and class are followed; 1 as learned, None as the card says.
            between: another seed, and how far to go towards its noise, 0..1.
            frame: the field of view, see `FieldBank.wished`; a model without a bank draws everywhere.
            on_step: called with step, steps and the image as it stands; may raise to cancel.

        Returns:
            uint8 (y, x) of the mask's size. The same arguments give the same bytes on one machine,
            device and precision: images are drawn one by one.
        """
        canvas = self._canvas(mask, seed, index, frame)
        conditions = torch.from_numpy(np.stack([canvas.condition, canvas.blank])).to(self.runtime.device)
        classes = torch.tensor([self.class_index(class_name), self.first_class], device=self.runtime.device)
        strength = self.guidance if guidance is None else guidance
        told = 1 if strength == 1 else 2  # as learned: no need to ask what would be drawn untold

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            with self.runtime.autocast():
                drawn = self.network(x.expand(told, -1, -1, -1), t.expand(told), conditions[:told],
                                     classes[:told]).float()
            return drawn if told == 1 else drawn[1:] + strength * (drawn[:1] - drawn[1:])

        count = steps or self.steps
        noise = self._noise(canvas, seed, index, between)
        image = self.sampler(velocity, noise, steps=count, inside=canvas.inside,
                             on_step=canvas.reporting(count, on_step))
        return canvas.cut(image)

    @torch.inference_mode()
    def preview(self, mask: Gray, *, class_name: str | None, seed: int, index: int = 0,
                between: tuple[int, float] | None = None, frame: str = BY_SEED,
                on_step: Callable[[int, int, Gray], None] | None = None) -> Gray:
        """The image of `synthesize` as nearly as `preview_steps` network calls allow; arguments likewise."""
        canvas = self._canvas(mask, seed, index, frame)
        conditions = torch.from_numpy(canvas.condition[None]).to(self.runtime.device)
        classes = torch.tensor([self.class_index(class_name)], device=self.runtime.device)
        network = self.distilled or self.network
        count = self.preview_steps

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            with self.runtime.autocast():
                return network(x, t, conditions, classes).float()

        noise, report = self._noise(canvas, seed, index, between), canvas.reporting(count, on_step)
        sampler = SAMPLERS["euler"] if self.distilled else self.sampler  # a twin has learned straight steps
        return canvas.cut(sampler(velocity, noise, steps=count, inside=canvas.inside, on_step=report))

    def _canvas(self, mask: Gray, seed: int, index: int, frame: str) -> _Canvas:
        field = self.fields.wished(frame, mask, seed, index) if self.fields else np.ones(mask.shape, np.bool_)
        return _Canvas(mask, field, self.labels, self.size, self.runtime.device)

    def _noise(self, canvas: _Canvas, seed: int, index: int, between: tuple[int, float] | None) -> Tensor:
        shape = canvas.inside.shape
        noise = torch.randn(shape, generator=_generator(seed, index))
        if between:
            other, share = between
            angle = torch.tensor(share * torch.pi / 2)  # noise of power 1 all the way
            noise = noise * angle.cos() + torch.randn(shape, generator=_generator(other, index)) * angle.sin()
        return noise.to(self.runtime.device) * canvas.inside


class _Canvas:
    """A mask and its field of view in the padded square that the network learned from, and the way back."""

    def __init__(self, mask: Gray, field: npt.NDArray[np.bool_], labels: int, size: int, device: torch.device) -> None:
        rows, columns = mask.shape
        side = -(-max(rows, columns, size) // _MULTIPLE) * _MULTIPLE
        top, left = (side - rows) // 2, (side - columns) // 2
        self.place = np.s_[top:top + rows, left:left + columns]
        padded, inside = np.zeros((side, side), np.uint8), np.zeros((side, side), bool)
        padded[self.place], inside[self.place] = mask, field
        self.field = field
        self.inside = torch.from_numpy(inside)[None, None].float().to(device)
        self.condition = condition_channels(padded, inside, labels=labels)
        self.blank = self.condition.copy()
        self.blank[:-1] = 0

    def cut(self, image: Tensor) -> Gray:
        """The drawn image (1, 1, y, x) at the size of the mask, black beside the field of view."""
        return np.ascontiguousarray(to_gray(image[0, 0])[self.place] * self.field)

    def reporting(self, steps: int, on_step: Callable[[int, int, Gray], None] | None
                  ) -> Callable[[int, Tensor], None] | None:
        """What the sampler calls after each step."""
        if on_step is None:
            return None

        def report(step: int, x: Tensor) -> None:
            on_step(step, steps, self.cut(x))

        return report


def _sampler(card: ModelCard) -> Callable[..., Tensor]:
    name = card.input.get("sampler", "exponential")
    if name not in SAMPLERS:
        raise ModelError("card-unreadable", path=card.folder / "card.toml",
                         detail=f'it says sampler = "{name}", known are {", ".join(SAMPLERS)}')
    return SAMPLERS[name]


def _generator(seed: int, index: int) -> torch.Generator:
    """Noise of image `index` under `seed`: neighbours share nothing."""
    digest = hashlib.sha256(f"{seed}/{index}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
