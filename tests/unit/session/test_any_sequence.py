"""Whatever is done in whatever order: undo-all gives the first bytes, redo-all the last; locked labels never change."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.session import commands
from medsynth_gui.session import version_commands as versions
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools import TOOLS, PointerEvent

FRAMES, ROWS, COLUMNS = 3, 48, 64
VALUES = (1, 2, 3)
DRAWING = [spec.id for spec in TOOLS if spec.group != "measure"]

value = st.sampled_from(VALUES)
points = st.lists(st.tuples(st.floats(-5, ROWS + 5), st.floats(-5, COLUMNS + 5)), min_size=1, max_size=5)


class Hand(RuleBasedStateMachine):
    """A person who does anything; what was locked is compared around each act but undo and redo."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        self.session = Session(Settings(home / "settings.json"), folder=home / "journal")
        y, x = np.mgrid[:ROWS, :COLUMNS]
        image = ((np.hypot(y - 20, x - 30) < 12) * 120 + 40 + (y * 7 + x * 13) % 11).astype(np.uint8)
        commands.open_series(self.session, ImageSeries.from_array(np.stack([image] * FRAMES), title="clip"))
        for name in ("second", "third"):
            commands.add_label(self.session, name)

    def pixels(self) -> np.ndarray:
        return np.stack([self.session.document.labels(frame) for frame in range(FRAMES)])

    def gesture(self, tool: str, where: list[tuple[float, float]], alt: bool, end: str) -> None:
        toolbox = self.session.toolbox
        toolbox.choose(tool)
        held = frozenset({"alt"}) if alt else frozenset()
        toolbox.press(PointerEvent(*where[0], held))
        for at in where[1:]:
            toolbox.move(PointerEvent(*at, held))
        toolbox.release(PointerEvent(*where[-1], held))
        {"leave": lambda: None, "finish": toolbox.finish, "cancel": toolbox.cancel}[end]()

    @rule(tool=st.sampled_from(DRAWING), where=points, alt=st.booleans(), label=value,
          end=st.sampled_from(["leave", "leave", "finish", "cancel"]))
    def draw(self, tool: str, where: list[tuple[float, float]], alt: bool, label: int, end: str) -> None:
        commands.choose_label(self.session, label)
        self.guarded(lambda: self.gesture(tool, where, alt, end))

    # Twice more, so that most acts draw.
    @rule(where=points, label=value, tool=st.sampled_from(["brush", "eraser", "fill"]))
    def paint(self, where: list[tuple[float, float]], label: int, tool: str) -> None:
        self.draw(tool=tool, where=where, alt=False, label=label, end="leave")

    @rule(where=points, label=value, locked=value)
    def paint_beside_a_locked_label(self, where: list[tuple[float, float]], label: int, locked: int) -> None:
        self.paint(where=where, label=locked, tool="brush")
        commands.change_label(self.session, locked, locked=True)
        self.paint(where=where[::-1], label=label, tool="brush")
        commands.change_label(self.session, locked, locked=False)

    @rule(first=value, second=value)
    def merge(self, first: int, second: int) -> None:
        self.guarded(lambda: commands.merge_label(self.session, first, second))

    @rule()
    def clear(self) -> None:
        self.guarded(lambda: commands.clear_frame(self.session))

    @rule(frame=st.integers(0, FRAMES - 1))
    def go(self, frame: int) -> None:
        commands.select_frame(self.session, frame)

    @rule(label=value, locked=st.booleans())
    def lock(self, label: int, locked: bool) -> None:
        commands.change_label(self.session, label, locked=locked)

    @rule(label=value, by=st.integers(-2, 2), visible=st.booleans())
    def tidy(self, label: int, by: int, visible: bool) -> None:
        commands.move_label(self.session, label, by)
        commands.change_label(self.session, label, visible=visible)

    @rule()
    def keep(self) -> None:
        versions.take_version(self.session, "kept")

    @precondition(lambda self: versions.versions(self.session))
    @rule()
    def restore(self) -> None:
        self.guarded(lambda: versions.restore_version(self.session, versions.versions(self.session)[-1]))

    @rule(which=st.sampled_from(["undo", "undo", "redo"]))
    def shift(self, which: str) -> None:
        getattr(commands, which)(self.session)

    @invariant()
    def areas_are_what_counting_gives(self) -> None:
        for frame in () if self.session.toolbox.busy else range(FRAMES):
            counted = np.bincount(self.session.document.labels(frame).ravel(), minlength=256)
            assert (self.session.document.areas(frame) == counted).all()

    def guarded(self, act: object) -> None:
        """Locked labels neither lose nor gain a pixel."""
        locked, before = self.session.label_set.locked_values, self.pixels()
        try:
            act()
        except UsageError:
            assert (self.pixels() == before).all()
        after = self.pixels()
        for kept in locked:
            assert ((before == kept) == (after == kept)).all()

    def teardown(self) -> None:
        self.session.toolbox.cancel()
        document, last = self.session.document, self.pixels()
        undone = 0
        while document.undo():
            undone += 1
        assert not self.pixels().any()
        for _ in range(undone):
            document.redo()
        assert (self.pixels() == last).all()
        self.session.close()
        self._folder.cleanup()


TestHand = Hand.TestCase
TestHand.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
