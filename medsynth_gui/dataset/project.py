"""Project: one folder of samples (project.sqlite, images/, masks/), safe against being killed at any moment.

A file is written whole before the row that names it, and a new mask gets a new name: whatever moment the program
dies at, every row has its files and their digests agree. What is left over is found by `check` and removed by `clean`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ProjectError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.core.measurement import Measurement
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset import files
from medsynth_gui.dataset.check import Inspection, inspect, orphans
from medsynth_gui.dataset.placement import place
from medsynth_gui.dataset.project_folder import ProjectFolder, now
from medsynth_gui.dataset.query import Query, select
from medsynth_gui.dataset.reading import Readings
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.scores import Scores

Gray = npt.NDArray[np.uint8]


class Project(ProjectFolder):
    """The samples of an open project; use `create` or `open`, and close it."""

    def samples(self, query: Query | None = None) -> tuple[Sample, ...]:
        """The samples, ordered by id."""
        return select(self._store.samples(), query) if query else self._store.samples()

    def sample(self, identity: str) -> Sample:
        """The sample with this id; raises ProjectError where there is none."""
        if found := self._store.find(identity):
            return found
        raise ProjectError("sample-missing", sample=identity, path=self.folder)

    def add_image(self, image: Gray, provenance: Provenance, *, id: str = "", group: str = "", class_name: str = "",
                  title: str = "", modality: str = "US", spacing: PixelSpacing | None = None, source_set: str = "",
                  mask: Gray | None = None, mask_provenance: Provenance | None = None, view: str = "",
                  scanner: str = "") -> Sample:
        """Add an image.

        Args:
            image: uint8 (y, x).
            id: made from the title if empty; an id in use gets a number.
            group: the patient; the sample stands alone if empty.
            mask: uint8 (y, x) label values of the same size.
            mask_provenance: drawn by hand if not given.

        An image whose pixels are already here joins the group of its twin, so that no split parts them.

        Raises:
            ProjectError: the same image is here under the same name, or mask and image differ in size.
            StorageError: the disk refuses; nothing was added.
        """
        with self._writing():
            wanted = files.plain_name(id or title or "image")
            identity = files.free_name(wanted, lambda name: self._store.find(name) is not None)
            path = self.folder / "images" / f"{identity}.png"
            sample = Sample(identity, group or identity, path, files.write_image(path, image, provenance),
                            image.shape[0], image.shape[1], provenance, class_name, title or identity, modality,
                            spacing, source_set or self.name, view=view, scanner=scanner)
            try:
                sample = self._beside_its_twins(sample, wanted)
                if mask is not None:
                    sample = self._with_mask(sample, mask, mask_provenance)
                sample, = place([sample], among=self._store.related(sample), **self._followed(sample.synthetic))
                self._store.put(sample)
            except BaseException:
                files.remove(path, sample.mask)
                raise
            return sample

    def add_frame(self, series: ImageSeries, frame: int = 0, *, group: str = "", class_name: str = "",
                  mask: Gray | None = None, mask_provenance: Provenance | None = None) -> Sample:
        """Add one frame of a series as 8-bit gray under its default window; see `add_image`.

        Raises:
            ProjectError: as `add_image`; or the gates turned the image down, and no person overruled them.
        """
        title = series.title or "image"
        if against := series.provenance.turned_down:
            raise ProjectError("gate-turned-down", title=title, reason=against[0].get("reason", against[0]["gate"]))
        name = Path(title).stem if series.path else title
        identity = f"{name}-{frame:04d}" if series.frame_count > 1 else name
        return self.add_image(series.gray(frame), series.provenance, id=identity, group=group, class_name=class_name,
                              title=title, modality=series.modality, spacing=series.spacing, mask=mask,
                              mask_provenance=mask_provenance, view=series.view, scanner=series.scanner.title)

    def set_mask(self, identity: str, mask: Gray, provenance: Provenance | None = None) -> Sample:
        """Give a sample a mask, or another one; the old file goes when the new one is in place."""
        with self._writing():
            old = self.sample(identity)
            state = ReviewState.IN_PROGRESS if old.review.state is ReviewState.UNLABELLED else old.review.state
            new = self._with_mask(replace(old, review=replace(old.review, state=state)), mask, provenance)
            self._store.put(new)
            if old.mask != new.mask:
                files.remove(old.mask)
            return new

    def decide(self, identity: str, review: Review, *, mask: Gray | None = None,
               provenance: Provenance | None = None, class_name: str | None = None) -> Sample:
        """Record what a reader said, with the mask and the class it was said of, all or nothing.

        Args:
            mask: uint8 (y, x); None leaves it.
            provenance: of the mask; a mask that is the same as before keeps its own.
            class_name: None leaves it.
        """
        with self._writing():
            old = self.sample(identity)
            said = replace(old, review=review if review.at else replace(review, at=now()),
                           class_name=old.class_name if class_name is None else class_name)
            new = said if mask is None else self._with_mask(said, mask, provenance)
            if new.mask == old.mask and provenance is None:
                new = replace(new, mask_provenance=old.mask_provenance)
            self._store.put(new)
            if old.mask != new.mask:
                files.remove(old.mask)
            return new

    @property
    def readings(self) -> Readings:
        """What single readers said."""
        return Readings(self.folder, self._store, self._writing)

    @property
    def scores(self) -> Scores:
        """What judges said of images."""
        return Scores(self._store, self._writing)

    def set_review(self, identity: str, review: Review) -> Sample:
        """Record what a reader said; the time is now if the review has none."""
        stamped = review if review.at else replace(review, at=now())
        return self._change(identity, lambda sample: replace(sample, review=stamped))

    def set_class(self, identity: str, class_name: str) -> Sample:
        """Say what class a sample is."""
        return self._change(identity, lambda sample: replace(sample, class_name=class_name))

    def classes(self) -> tuple[str, ...]:
        """The classes that occur, sorted."""
        rows = self._store.read("samples", "SELECT DISTINCT class_name FROM samples WHERE class_name <> '' ORDER BY 1")
        return tuple(name for name, in rows)

    def sample_at(self, image: Path) -> Sample | None:
        """The sample whose image file this is; None where it is another file."""
        return self._store.at(image.resolve())

    def measurements(self, identity: str) -> tuple[Measurement, ...]:
        """What was measured on a sample, on its one frame."""
        return self._store.measurements(identity)

    def set_measurements(self, identity: str, measurements: Iterable[Measurement]) -> None:
        """Replace what was measured on a sample."""
        with self._writing():
            self._store.set_measurements(self.sample(identity).id, measurements)

    def remove(self, identity: str) -> None:
        """Take a sample and its files away."""
        with self._writing():
            sample = self.sample(identity)
            self._store.remove(identity)
            self.readings.remove(sample.id)
            files.remove(sample.image, sample.mask)

    def split(self, *, validation_parts: int = 10) -> tuple[Sample, ...]:
        """Place every sample by its group; a synthetic one trains, unless its parents are set aside."""
        with self._writing():
            samples = place(self._store.samples(), validation_parts=validation_parts, generators=self.generators)
            self._store.put(*samples)
            return samples

    def check(self) -> Inspection:
        """Read every file and compare its digest; changes nothing."""
        return inspect(self.folder, self._store.samples(), self.readings.all())

    def clean(self) -> tuple[Path, ...]:
        """Remove the files that no row names, which a killed program leaves; return them."""
        with self._writing():
            found = orphans(self.folder, self._store.samples(), self.readings.all())
            files.remove(*found)
            return found

    def _followed(self, synthetic: bool) -> dict[str, Any]:
        """What a synthetic sample follows: whom its generator has seen, among those who are here."""
        generators = self.generators if synthetic else {}
        return {"generators": generators, "real_groups": self._store.real_groups()} if generators else {}

    def _beside_its_twins(self, sample: Sample, wanted: str) -> Sample:
        twins = self._store.with_pixels(sample.image_sha256)
        if known := next((twin for twin in twins if twin.id.casefold() == wanted.casefold()), None):
            raise ProjectError("sample-known", sample=known.id, path=self.folder)
        if twins and not sample.synthetic:
            return replace(sample, group=twins[0].group, source_set=twins[0].source_set)
        return sample

    def _with_mask(self, sample: Sample, mask: Gray, provenance: Provenance | None) -> Sample:
        if mask.shape != (sample.rows, sample.columns):
            raise ProjectError("mask-size", sample=sample.id, mask=files.size_text(mask.shape),
                               image=files.size_text((sample.rows, sample.columns)))
        values = tuple(int(value) for value in np.unique(mask) if value)
        unnamed = [value for value in values if self.labels.find(value) is None]
        if unnamed:
            further = (Label(value, f"label {value}", PALETTE[(value - 1) % len(PALETTE)]) for value in unnamed)
            self.set_labels(LabelSet((*self.labels, *further)))
        path, digest = files.write_mask(self.folder / "masks", sample.id, mask, self.labels)
        return replace(sample, mask=path, mask_sha256=digest, label_values=values,
                       mask_provenance=provenance or Provenance(synthetic=False, producer="hand"))

    def _change(self, identity: str, change: Callable[[Sample], Sample]) -> Sample:
        with self._writing():
            sample = change(self.sample(identity))
            self._store.put(sample)
            return sample
