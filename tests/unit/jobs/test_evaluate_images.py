from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.split import is_held_out
from medsynth_gui.io.raster_files import provenance_text, write_gray_png
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.evaluate_images import EvaluateImages, ImageEvaluation
from medsynth_gui.jobs.job import JobContext
from tests.builders import tiny_encoder

Gray = np.ndarray


def scene(seed: int) -> Gray:
    """Speckle (y, x) on slow shading: made-up tissue."""
    random = np.random.default_rng(seed)
    speckle = cv2.GaussianBlur(random.rayleigh(1, (64, 72)), (0, 0), 1.2)
    shading = cv2.GaussianBlur(random.standard_normal((64, 72)), (0, 0), 9)
    return np.clip(70 * speckle * (1 + 6 * shading), 0, 255).astype(np.uint8)


def plain(folder: Path, images: Sequence[Gray]) -> Path:
    for number, image in enumerate(images):
        write_gray_png(folder / f"{number:03}.png", image)
    return folder


def grouped(folder: Path, images: Sequence[Gray], *, each: int = 2) -> Path:
    """A training set with `each` images a patient."""
    plain(folder / "images", images)
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "group"], *([f"{n:03}", f"p{n // each}"] for n in range(len(images)))])
    return folder


def compare(real: Path, synthetic: Path, **options: object) -> ImageEvaluation:
    found = EvaluateImages(real, synthetic, compute=Compute("cpu", "fp32", 1), **options).run(JobContext())
    json.dumps(found, allow_nan=False)
    return found


def verdicts(found: ImageEvaluation, judge: int = 0) -> dict[str, str]:
    return {figure["metric"]: figure["verdict"] for figure in found["judges"][judge]["figures"]}


def kernel_distance(found: ImageEvaluation, judge: int) -> float:
    return found["judges"][judge]["figures"][0]["value"]


@pytest.fixture
def encoder(tmp_path: Path) -> str:
    return str(tiny_encoder(tmp_path / "encoder"))


def test_new_images_are_as_real_and_spoilt_ones_are_far(tmp_path: Path, encoder: str) -> None:
    real = grouped(tmp_path / "real", [scene(seed) for seed in range(40)])
    sets = {"new": [scene(100 + seed) for seed in range(20)],
            "blurred": [cv2.GaussianBlur(scene(100 + seed), (0, 0), 2) for seed in range(20)],
            "noise": list(np.random.default_rng(0).integers(0, 256, (20, 64, 72), np.uint8))}
    found = {name: compare(real, plain(tmp_path / name, images), encoder=encoder) for name, images in sets.items()}
    for spoilt in ("blurred", "noise"):
        assert {verdicts(found[spoilt], judge=1)[name] for name in ("KD", "FD", "coverage")} == {"far"}
        for judge in (0, 1):
            assert kernel_distance(found[spoilt], judge) > 5 * abs(kernel_distance(found["new"], judge))
    assert verdicts(found["new"], judge=1)["KD"] in ("as real", "near")
    assert found["new"]["judges"][0]["encoder"] == "tiny-enc"
    assert found["new"]["images_a_side"] == 20 and found["new"]["real"]["groups"] == 20
    assert "KD-tiny-enc" in found["new"].text and "memorisation" not in found["new"]


def test_planted_copies_are_named_beside_the_rate_of_held_out_images(tmp_path: Path, encoder: str) -> None:
    scenes = [scene(seed) for seed in range(70)]
    real = grouped(tmp_path / "set", scenes, each=1)
    trained = [number for number in range(70) if not is_held_out("set", f"p{number}")]
    copies = [scenes[trained[0]], scenes[trained[1]][:, ::-1], cv2.GaussianBlur(scenes[trained[2]], (0, 0), 0.6)]
    made = plain(tmp_path / "made", [*copies, *(scene(200 + seed) for seed in range(17))])
    report = compare(real, made, training=real, encoder=encoder)
    found = report["memorisation"]
    assert {row["id"]: row["training_image"] for row in found["synthetic"]["copies"]} == {
        f"{index:03}": f"{trained[index]:03}" for index in range(3)}
    assert found["standard"] == "held-out real images"
    assert found["held_out_real"]["images"] == 70 - len(trained)
    assert found["held_out_real"]["confirmed_in_pixels"] == 0
    assert f"000 is a copy of {trained[0]:03}" in report.text
    assert any("patients" in warning for warning in report["warnings"])


def test_without_held_out_images_other_patients_of_the_training_set_stand_in(tmp_path: Path, encoder: str) -> None:
    real = plain(tmp_path / "real", [scene(seed) for seed in range(24)])
    made = plain(tmp_path / "made", [scene(0), *(scene(50 + seed) for seed in range(11))])
    report = compare(real, made, training=real, encoder=encoder)
    assert report["memorisation"]["standard"] == "training images of other patients"
    assert [row["id"] for row in report["memorisation"]["synthetic"]["copies"]] == ["000"]


def test_bad_files_are_listed_and_synthetic_ones_are_no_real_ones(tmp_path: Path) -> None:
    real = plain(tmp_path / "real", [scene(seed) for seed in range(24)])
    text = provenance_text(Provenance(synthetic=True, producer="syn-test"))
    write_gray_png(real / "made.png", scene(99), text)
    made = plain(tmp_path / "made", [scene(100 + seed)[:60, :48] for seed in range(12)])
    (made / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    write_gray_png(made / "tiny.png", scene(0)[:8, :8])
    found = compare(real, made, encoder="no-such-encoder")
    assert sorted(Path(one["path"]).name for one in found["failed"]) == ["broken.png", "tiny.png"]
    assert found.exit_code == 1 and found["real"]["images"] == 24
    assert [judge["encoder"] for judge in found["judges"]] == ["texture"]
    said = " ".join(found["warnings"])
    assert "no encoder" in said and "1 images of the real folder" in said and "differ in size" in said


@pytest.mark.parametrize(("real", "made", "error"), [
    ("none", "good", "file-missing"), ("empty", "good", "images-none"), ("good", "empty", "images-none"),
    ("good", "few", "images-too-few"), ("few", "good", "images-too-few")])
def test_folders_that_cannot_be_compared(tmp_path: Path, real: str, made: str, error: str) -> None:
    (tmp_path / "empty").mkdir()
    plain(tmp_path / "good", [scene(seed) for seed in range(20)])
    plain(tmp_path / "few", [scene(seed) for seed in range(6)])
    with pytest.raises(InputError) as caught:
        compare(tmp_path / real, tmp_path / made)
    assert caught.value.message.id == error


def test_one_folder_given_twice_and_a_file_that_is_no_result(tmp_path: Path) -> None:
    folder = plain(tmp_path / "good", [scene(seed) for seed in range(20)])
    with pytest.raises(UsageError, match="as real and as synthetic"):
        compare(folder, folder)
    (tmp_path / "other.json").write_text("[1]")
    with pytest.raises(InputError, match="holds no figures"):
        compare(folder, tmp_path, against=tmp_path / "other.json")


def test_results_of_one_kind_are_ranked_and_others_refused(tmp_path: Path, encoder: str) -> None:
    real = plain(tmp_path / "real", [scene(seed) for seed in range(24)])
    good = plain(tmp_path / "good", [scene(100 + seed) for seed in range(12)])
    bad = plain(tmp_path / "bad", [np.full((64, 72), seed, np.uint8) for seed in range(12)])
    (tmp_path / "bad.json").write_text(json.dumps(compare(real, bad, encoder=encoder)))
    ranking = compare(real, good, encoder=encoder, against=tmp_path / "bad.json")["ranking"]
    assert ranking["KD"] == [str(good), str(tmp_path / "bad.json")]
    other = plain(tmp_path / "other", [scene(300 + seed) for seed in range(24)])
    refused = compare(other, good, encoder=encoder, against=tmp_path / "bad.json")["ranking"]["refused"]
    assert "cannot be ranked" in refused and "reference" in refused
