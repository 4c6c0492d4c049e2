"""The status bar: frame, position, intensity, zoom; saved state, model, device."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from medsynth_gui.gui.canvas.stage import Hover
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number

_PAUSE_MS = 50

class StatusBar(QWidget):
    """Quiet text; what is not known is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-bar")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.XS, SPACE.M, SPACE.XS + 2)
        layout.setSpacing(SPACE.L + SPACE.XS)
        self.frame, self.position, self.value, self.zoom = QLabel(), QLabel(), QLabel(), QLabel()
        self.saved, self.model, self.device = QLabel(), QLabel(), QLabel()
        for label in (self.position, self.value, self.zoom, self.frame):
            layout.addWidget(label)
        layout.addStretch(1)
        for label in (self.saved, self.model, self.device):
            layout.addWidget(label)
        for label in self.findChildren(QLabel):
            label.setProperty("role", "muted")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.hide()
        self._hover: Hover | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._write_hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(SPACE.L + 14)

    def show_hover(self, hover: Hover | None) -> None:
        """Position in pixels and mm, and intensity, under the pointer; written at most 20 times a second."""
        self._hover = hover
        if not self._pause.isActive():
            self._write_hover()
            self._pause.start()

    def _write_hover(self) -> None:
        hover = self._hover
        if hover is None:
            _set(self.position, "")
            _set(self.value, "")
            return
        text = f"x {int(hover.x)}  y {int(hover.y)}"
        if hover.x_mm is not None and hover.y_mm is not None:
            text += f"  ·  {number(hover.x_mm, 1)}, {number(hover.y_mm, 1)} mm"
        _set(self.position, text)
        value = hover.value
        values = value if isinstance(value, tuple) else (value,)
        shown = "–" if value is None else "/".join(f"{v:g}" for v in values)
        _set(self.value, self.tr("intensity {0}").format(shown))

    def show_zoom(self, zoom: float) -> None:
        """Device pixels per image pixel."""
        _set(self.zoom, self.tr("zoom {0} %").format(round(zoom * 100)))

    def show_frame(self, frame: int, count: int) -> None:
        """The frame of a cine, from 0 as given and from 1 as shown; a still has none."""
        _set(self.frame, self.tr("frame {0} / {1}").format(frame + 1, count) if count > 1 else "")

    def show_saved(self, text: str) -> None:
        _set(self.saved, text)

    def show_model(self, text: str) -> None:
        _set(self.model, text)

    def show_runtime(self, device: str, precision: str) -> None:
        """What models run on, and that nothing leaves the machine."""
        _set(self.device, f"{device.upper()} · {precision} · {self.tr('offline')}")

    def clear_image(self) -> None:
        """Another page is in front: forget the last one's image."""
        self._hover = None
        for label in (self.position, self.value, self.zoom, self.frame):
            _set(label, "")


def _set(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
