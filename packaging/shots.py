"""Photographs every workspace with real content at 1280 x 800 and 1920 x 1080 (`make shots`).

The content is the sample case and images of our own simulator, so that the pictures may be published. With
`--data DIR` (a training set) Library and Quality show its images instead: such pictures are for looking only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = ((1280, 800), (1920, 1080))
PHANTOMS = (("breast-lesion", 8), ("fetal-head", 4), ("muscle-fat", 4), ("lung", 4))
TRAINING_MINUTES = 1.0


def main() -> int:
    """Write shots/*.png; the process's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--data", type=Path, help="a training set to show instead of simulated images")
    parser.add_argument("--run", type=Path, help="a run folder to show in Train instead of a short training")
    parser.add_argument("--only", nargs="*", default=[], help="workspaces to photograph")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="shots-", ignore_cleanup_errors=True) as home:
        os.environ["MEDSYNTH_HOME"] = home
        photographer = Photographer(options.out, Path(home), options.data, options.run)
        try:
            photographer.take(options.only)
        finally:
            photographer.close()
    for words in photographer.failures:
        print(words, file=sys.stderr)
    return 1 if photographer.failures else 0


class Photographer:
    """Drives the whole window through its workspaces."""

    def __init__(self, out: Path, home: Path, data: Path | None, run: Path | None) -> None:
        from PySide6.QtWidgets import QApplication

        from medsynth_gui.app import Studio

        self._application = QApplication.instance() or QApplication(sys.argv[:1])
        self._out, self._home, self._run = out, home, run
        out.mkdir(parents=True, exist_ok=True)
        self._studio = Studio(self._application)
        self.window, self.context = self._studio.window, self._studio.context
        # One thread: two on a busy machine wait for each other.
        self.context.settings["threads"] = 1
        self.failures: list[str] = []
        self.context.queue.finished.connect(self._finished)
        self.window.resize(*SIZES[0])
        self.window.show()
        self._data = data or self._simulate()

    def _finished(self, handle: Any) -> None:
        """A job that failed leaves a picture without content: that is no success."""
        if handle.state.value == "failed":
            self.failures.append(f"{handle.title.english()}: failed")

    def close(self) -> None:
        """Join the threads."""
        self.window.close()
        self._studio.close()

    def take(self, only: list[str]) -> None:
        """Prepare and photograph the workspaces in their order."""
        table: dict[str, Callable[[Any], None]] = {
            "library": self._library, "annotate": self._annotate, "synthesize": self._synthesize,
            "enhance": self._enhance, "train": self._train, "quality": self._quality, "export": self._export}
        self._open_content()
        for key, prepare in table.items():
            if only and key not in only:
                continue
            self.window.show_workspace(key)
            self.settle()
            prepare(self.window.workspace)
            self.settle()
            self.shoot(key)
            if key == "annotate":
                self.context.theme.use("light")
                self.shoot("annotate-light")
                self.context.theme.use("dark")

    def shoot(self, name: str) -> None:
        """One picture per size."""
        for width, height in SIZES:
            self.window.resize(width, height)
            self.wait(0.2)
            self.settle()
            self.window.notice.hide()
            path = self._out / f"{name}-{width}x{height}.png"
            self.window.grab().save(str(path))
            print(path)

    def settle(self, limit_s: float = 300.0) -> None:
        """Wait for the jobs."""
        end = time.monotonic() + limit_s
        self.wait(0.1)
        while self.context.queue.active and time.monotonic() < end:
            self.wait(0.05)
        self.wait(0.1)

    def wait(self, seconds: float) -> None:
        """Let the window work."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()  # unlike QTest.qWait it lets the threads of the jobs run while it sleeps
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def _simulate(self) -> Path:
        """A training set of simulated images: one folder per phantom, the first is returned."""
        from medsynth_gui.jobs.job import JobContext
        from medsynth_gui.jobs.simulate import Simulate

        for phantom, count in PHANTOMS:
            Simulate(phantom=phantom, count=count, size=256, seed=3, out=self._home / phantom).run(JobContext())
        return self._home / PHANTOMS[0][0]

    def _open_content(self) -> None:
        from medsynth_gui.gui.opening import sample_paths
        from medsynth_gui.session.commands import open_project, select_frame

        folders = [folder for phantom, _ in PHANTOMS if (folder := self._home / phantom / "images").is_dir()]
        images = [path for folder in folders or [self._data / "images"] for path in sorted(folder.glob("*.png"))[:12]]
        self.window.opener.open_paths([*images, *sample_paths()])
        self.settle()
        open_project(self.context.session, self._home / "breast-study", create=True)
        self._fill_project()
        sample = next(item for item in self.context.session.opened if item.series.frame_count > 1)
        self._select(sample.key)
        select_frame(self.context.session, sample.series.frame_count // 2)
        self.context.failures.clear()

    def _select(self, key: str) -> None:
        from medsynth_gui.session.commands import select_series

        select_series(self.context.session, key)
        self.settle()

    def _fill_project(self) -> None:
        from medsynth_gui.core.provenance import Provenance
        from medsynth_gui.core.review import Review, ReviewState
        from medsynth_gui.io.raster_files import read_gray, read_labels

        project = self.context.session.project
        states = (ReviewState.APPROVED, ReviewState.NEEDS_REVIEW, ReviewState.IN_PROGRESS, ReviewState.REJECTED)
        for number, path in enumerate(sorted((self._data / "images").glob("*.png"))[:24]):
            mask = self._data / "masks" / path.name
            simulated = Provenance(synthetic=True, producer="simulator", seed=3)
            sample = project.add_image(read_gray(path), simulated, title=path.stem,
                                       class_name=("benign", "malignant", "benign")[number % 3],
                                       mask=read_labels(mask) if mask.exists() else None)
            project.set_review(sample.id, Review(states[number % 4 if number % 3 else 0]))
        project.split()
        self.context.session.project_changed.emit(project)
        self.settle()

    def _library(self, page: Any) -> None:
        page.grid.setCurrentIndex(page.model.index(page.model.rowCount() - 1))
        page.grid.scrollToTop()

    def _annotate(self, page: Any) -> None:
        from medsynth_gui.session.commands import offer_proposal, segment_job

        session = self.context.session
        opened = session.current
        self.context.queue.submit(segment_job(session), lambda layer: offer_proposal(session, opened, layer))

    def _synthesize(self, page: Any) -> None:
        from medsynth_gui.session.commands import accept_proposal

        if self.context.session.proposal is None:
            self._annotate(page)
            self.settle()
        accept_proposal(self.context.session)
        page.setup.switch.choose("image")
        page.setup.count.setValue(4)
        page.activated()
        page.run()
        self.settle()
        page.gallery.choose(0)
        page.showing.keep()

    def _enhance(self, page: Any) -> None:
        page.run()

    def _train(self, page: Any) -> None:
        if self._run is None:
            self._run = self._start_training(page)
        page.show_folder(self._run)
        self.wait(1.0)

    def _start_training(self, page: Any) -> Path:
        """A short training on simulated images, while which the picture is taken."""
        from medsynth_gui.core.paths import models
        from medsynth_gui.jobs.job import JobContext
        from medsynth_gui.jobs.simulate import Simulate

        data, out = self._home / "simulated", self._home / "my-breast-model"
        Simulate(phantom="breast-lesion", count=60, size=192, seed=11, out=data).run(JobContext())
        lines = (models() / "recipes" / "seg-breast-us.toml").read_text(encoding="utf-8").splitlines()
        changes = {"validate_every_s": "8.0", "count": "20", "batch": "4"}
        short = [f"{name} = {changes[name]}" if (name := line.partition(" =")[0]) in changes else line
                 for line in lines]
        recipe = self._home / "seg-breast-us.toml"
        recipe.write_text("\n".join(short), encoding="utf-8")
        from medsynth_gui.gui.panels.train_request import TrainingRequest

        page.start(TrainingRequest(str(recipe), (data,), out, "", TRAINING_MINUTES))
        self.wait(TRAINING_MINUTES * 60 + 5)
        return out

    def _quality(self, page: Any) -> None:
        from medsynth_gui.jobs.catalogue import Compute
        from medsynth_gui.jobs.segment import SegmentFiles

        truth, predictions = self._home / "truth", self._home / "predictions"
        for part in ("images", "masks"):
            (truth / part).mkdir(parents=True, exist_ok=True)
            files = sorted((self._data / part).glob("*.png"))
            for path in files[::max(1, len(files) // 24)]:
                shutil.copy(path, truth / part)
        self.context.queue.submit(SegmentFiles((truth / "images",), "seg-breast-us", predictions, Compute()))
        self.settle()
        page.sources.switch.choose("folders")
        page.sources.predictions.set_path(predictions)
        page.sources.truth.set_path(truth)
        page.compare_folders(predictions, truth)

    def _export(self, page: Any) -> None:
        page.setup.out.set_path(self._home / "dataset")
        page.plan()


if __name__ == "__main__":
    # The window's threads are joined; what libraries still hold must not keep the process.
    code = main()
    sys.stdout.flush()
    os._exit(code)
