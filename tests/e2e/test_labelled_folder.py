"""A person at a terminal is given a folder of images with masks."""

from __future__ import annotations

from pathlib import Path

from medsynth_gui.io.raster_files import write_label_png
from tests.e2e.command_line import medsynth
from tests.unit.io.masks import files
from tests.unit.io.masks.files import truth


def test_a_folder_with_masks_becomes_labelled_samples(tmp_path: Path) -> None:
    files.image(tmp_path / "set" / "malignant", "case (1)")
    write_label_png(tmp_path / "set" / "malignant" / "case (1)_mask.png", truth())
    (tmp_path / "set" / "notes.json").write_text("{")
    assert medsynth("project", "create", tmp_path / "p", "--label", "lesion").code == 0
    done = medsynth("project", "import", tmp_path / "p", tmp_path / "set", "--labels", "2=cyst", "--json")
    assert done.code == 1
    assert [one["path"] for one in done.record["failed"]] == [str(tmp_path / "set" / "notes.json")]
    assert [(one["class"], one["labels"]) for one in done.record["done"]] == [("malignant", [1, 2])]
    assert done.record["masks"]["labels"] == {"1": "1:lesion", "2": "2:cyst"}
    assert medsynth("project", "check", tmp_path / "p", "--json").record["sound"]
    assert medsynth("project", "import", tmp_path / "p", tmp_path / "set", "--labels", "nothing").code == 2
