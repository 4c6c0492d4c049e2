"""Settings: what was set is there again; a bad file costs nothing but the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsynth_gui.session.settings import SETTINGS, Settings


def test_values_come_back(tmp_path: Path) -> None:
    settings, heard = Settings(tmp_path / "new" / "settings.json"), []
    settings.changed.connect(heard.append)
    settings.update({"theme": "light", "threads": 3})
    settings["threads"] = 3
    again = Settings(settings.path)
    assert (again["theme"], again["threads"], again["device"]) == ("light", 3, "auto")
    assert heard == ["theme", "threads"]


def test_a_burst_of_changes_is_written_once(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    for threads in range(1, 9):
        settings["threads"] = threads
    assert Settings(settings.path)["threads"] == 1
    settings.flush()
    assert Settings(settings.path)["threads"] == 8


@pytest.mark.parametrize(("key", "value"), [("theme", "pink"), ("threads", "many"), ("left_handed", 1)])
def test_a_value_of_another_kind_is_refused(tmp_path: Path, key: str, value: object) -> None:
    settings = Settings(tmp_path / "settings.json")
    with pytest.raises(ValueError, match=key):
        settings[key] = value
    with pytest.raises(KeyError):
        settings["colour of the sky"] = "blue"


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"theme": "pink", "threads": 2, "unknown": 1}'])
def test_a_damaged_file_gives_defaults(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    settings = Settings(path)
    assert settings["theme"] == "dark"
    assert settings["threads"] == (2 if "threads" in text else 0)


def test_a_folder_that_cannot_be_made_keeps_values_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    settings = Settings(tmp_path / "home" / "settings.json")
    settings["theme"] = "light"
    assert settings["theme"] == "light"


def test_defaults_are_values_of_their_settings() -> None:
    assert all(setting.accepts(setting.default) for setting in SETTINGS)
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)
