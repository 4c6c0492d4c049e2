"""Jobs that run models, with networks of random weights: names, sizes, provenance, failures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError, ModelError, UsageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import read_gray, read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs import catalogue
from medsynth_gui.jobs.batch import output_stems
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobCancelled, JobContext
from medsynth_gui.jobs.segment import SegmentFiles, SegmentSeries
from medsynth_gui.jobs.synthesize import Synthesize
from medsynth_gui.jobs.synthesize_files import SynthesizeFiles
from medsynth_gui.jobs.upscale import UpscaleFiles, UpscaleFrame
from tests.builders import disc, ramp
from tests.engine.conftest import SEGMENTATION, SUPER_RESOLUTION, SYNTHESIS

CPU = Compute("cpu", "fp32", 1)


def png(path: Path, rows: int = 30, columns: int = 50) -> Path:
    write_gray_png(path, ramp(rows, columns))
    return path


def test_segmenting_files_keeps_sizes_and_names_and_goes_on_after_a_bad_one(model, tmp_path):
    folder = tmp_path / "in"
    png(folder / "a.png")
    png(folder / "deep" / "a.png", 64, 40)
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    report = SegmentFiles((folder,), model(SEGMENTATION), tmp_path / "out", CPU).run(JobContext())
    assert read_labels(tmp_path / "out" / "a.png").shape == (30, 50)
    assert read_labels(tmp_path / "out" / "deep" / "a.png").shape == (64, 40)
    assert Image.open(tmp_path / "out" / "a.png").mode == "P"
    assert report.exit_code == 1 and [Path(one.path).name for one in report.failed] == ["bad.png"]
    assert report.record()["device"] == "cpu" and json.dumps(report.record(), default=str)


def test_segmenting_frames_gives_a_proposal_for_each(model):
    cine = ImageSeries.from_array(np.stack([ramp(), 255 - ramp()]))
    layer = SegmentSeries(cine, (0, 1), model(SEGMENTATION), CPU, document_revision=3).run(JobContext())
    assert set(layer.masks) == {0, 1} and layer.masks[0].shape == ramp().shape and layer.document_revision == 3
    assert 0 <= layer.confidence[0] <= 1 and not layer.provenance.synthetic


def test_cancelling_between_frames(model):
    cine = ImageSeries.from_array(np.stack([ramp()] * 4))
    calls = iter([False, False, True])
    with pytest.raises(JobCancelled):
        SegmentSeries(cine, (0, 1, 2, 3), model(SEGMENTATION), CPU).run(JobContext(cancelled=lambda: next(calls)))


def test_an_image_depends_on_its_own_request_only(model):
    folder = model(SYNTHESIS)
    masks = (disc(40, 60, center=(20, 30), radius=8), disc(60, 40, center=(30, 20), radius=8))
    three = Synthesize(folder, masks, "a", 3, seed=5, compute=CPU).run(JobContext())
    third = Synthesize(folder, masks, "a", 1, seed=5, compute=CPU, first=2).run(JobContext())[0]
    assert np.array_equal(three[2].image, third.image)
    assert not np.array_equal(three[0].image, three[2].image)
    assert three[1].image.shape == three[1].mask.shape == (32, 21)
    assert three[0].provenance.synthetic and three[0].provenance.seed == 5


def test_synthetic_files_are_a_training_set_and_say_what_they_are(model, tmp_path):
    for name in ("b", "a"):
        write_label_png(tmp_path / "masks" / f"{name}.png", disc(40, 60, center=(20, 30), radius=8))
    write_label_png(tmp_path / "masks" / "c.png", disc(40, 60, center=(20, 30), radius=8) * 9)
    report = SynthesizeFiles(model(SYNTHESIS), tmp_path / "masks", "b", 3, 1, tmp_path / "out", size=64,
                             compute=CPU).run(JobContext())
    lines = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    assert [line["provenance"]["parameters"]["mask"] for line in lines] == ["a.png", "b.png", "a.png"]
    assert all(line["synthetic"] for line in lines) and len(report.failed) == 1
    first = tmp_path / "out" / lines[0]["image"]
    assert read_gray(first).shape == read_labels(tmp_path / "out" / lines[0]["mask"]).shape == (43, 64)
    assert b"trainedAlgorithmicMedia" in first.read_bytes() and "synthetic" in first.name
    assert (tmp_path / "out" / "index.csv").read_text().startswith("id,group,class")


@pytest.mark.parametrize("change", [{"class_name": "z"}, {"count": 0}, {"size": 5}, {"masks": ()}])
def test_a_senseless_synthesis_is_refused(change, model):
    request = {"masks": (disc(32, 32, center=(16, 16), radius=4),), "class_name": "a", "count": 1, "seed": 0}
    with pytest.raises(UsageError):
        Synthesize(model(SYNTHESIS), compute=CPU, **{**request, **change}).run(JobContext())


def test_upscaling_doubles_rows_and_columns_and_halves_the_pixels(model, tmp_path):
    folder = model(SUPER_RESOLUTION)
    found = Provenance(synthetic=True, producer="syn", parameters={"gates": [{"gate": "artefact", "passed": False}]})
    series = ImageSeries.from_array(ramp(45, 33), spacing=PixelSpacing(0.2, 0.1, "manual"), provenance=found)
    large = UpscaleFrame(series, 0, folder, 2, CPU).run(JobContext())
    assert large.provenance.turned_down, "what gates found of the original holds for the enlarged one"
    assert (large.rows, large.columns) == (90, 66) and large.spacing.x_mm == pytest.approx(0.05)
    assert large.synthetic
    report = UpscaleFiles((png(tmp_path / "x.png"),), folder, 2, tmp_path / "out", CPU).run(JobContext())
    assert read_gray(tmp_path / "out" / "x.png").shape == (60, 100) and report.exit_code == 0
    with pytest.raises(ModelError, match="2 times"):
        UpscaleFrame(series, 0, folder, 4, CPU).run(JobContext())


def test_missing_altered_and_foreign_models_are_sentences(model, tmp_path):
    series = ImageSeries.from_array(ramp())
    with pytest.raises(ModelError, match="not found"):
        SegmentSeries(series, (0,), "seg-nothing", CPU).run(JobContext())
    folder = model(SEGMENTATION)
    with pytest.raises(ModelError, match="made for"):
        UpscaleFrame(series, 0, folder, 2, CPU).run(JobContext())
    weights = Path(folder) / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256"):
        SegmentSeries(series, (0,), folder, CPU).run(JobContext())
    weights.unlink()
    with pytest.raises(ModelError, match="missing"):
        SegmentSeries(series, (0,), folder, CPU).run(JobContext())
    assert dict(catalogue.verify_models(further=[Path(folder)]))["model"].id == "weights-missing"
    (Path(folder) / "card.toml").write_text("id = [")
    with pytest.raises(ModelError, match="card"):
        catalogue.find_model(folder)


def test_no_input_is_a_sentence(model, tmp_path):
    with pytest.raises(InputError):
        SegmentFiles((), model(SEGMENTATION), tmp_path / "out", CPU).run(JobContext())


def test_equal_stems_keep_their_folders():
    root = Path("/r")
    stems = output_stems([(root / "a.png", root), (root / "s" / "a.png", root), (root / "b.png", root),
                          (root / "a.dcm", root)])
    assert stems == {root / "a.png": Path("a"), root / "s" / "a.png": Path("s/a"), root / "b.png": Path("b"),
                     root / "a.dcm": Path("a-2")}


def test_the_title_of_a_job_names_a_model_folder_by_its_card_and_no_path(model, tmp_path):
    trained = model(SYNTHESIS)
    assert Path(trained).is_absolute()
    gone = str(tmp_path / "runs" / "gone")
    for ref, name in ((trained, catalogue.find_model(trained).title), (gone, "gone"), ("syn-breast-us",) * 2):
        told = Synthesize(ref, (), count=3).title.english()
        assert told.endswith(f"with {name}"), told
