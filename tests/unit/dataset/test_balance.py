from __future__ import annotations

from pathlib import Path

import numpy as np

from medsynth_gui.dataset.balance import balance
from tests.builders import ramp
from tests.unit.dataset.builders import SIMULATED, small_project


def test_counts_by_class_kind_and_part(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project.add_image(ramp() + np.uint8(9), SIMULATED, class_name="malignant")
        samples = project.samples()
    found = balance(samples)
    assert found.classes == ("benign", "malignant")
    assert (found.count(), found.count(synthetic=True), found.count(class_name="benign")) == (4, 1, 3)
    assert found.count(class_name="malignant", synthetic=True, split="train") == 1
    assert sum(found.groups.values()) == 4
    assert sum(int(str(row["samples"])) for row in found.record()) == 4
