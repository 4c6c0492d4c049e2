"""The style sheet of the whole window, made from the tokens.

Widgets ask for a look by a dynamic property: `role` of a QLabel (title, head, muted, value, badge-good,
badge-caution, badge-bad), `kind` of a button (primary, quiet, tool), `card` of a frame.
"""

from __future__ import annotations

from dataclasses import asdict

from medsynth_gui.core.paths import resources
from medsynth_gui.gui.theme.tokens import SPACE, Tokens

_SHEET = """
* { outline: none; }
QWidget { color: %text%; }
QMainWindow, QDialog, QWidget#shell { background: %panel%; }
QWidget[panel="true"] { background: %panel%; }
QToolTip { background: %raised%; color: %text%; border: 1px solid %line%; padding: 4px 8px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="page"] { font-size: 13pt; font-weight: 600; }
QLabel[role="head"] { color: %muted%; font-size: 8pt; font-weight: 600; letter-spacing: 1px; }
QLabel[role="muted"] { color: %muted%; }
QLabel[role="small"] { color: %muted%; font-size: 9pt; }
QLabel[role="good"] { color: %good%; }
QLabel[role="caution"] { color: %caution%; }
QLabel[role="bad"] { color: %bad%; }

QFrame[card="true"] { background: %raised%; border: 1px solid %line%; border-radius: %radius%px; }
QFrame[card="true"][selected="true"] { border-color: %accent%; }
QFrame[rule="true"] { background: %line%; border: none; max-height: 1px; min-height: 1px; }

QPushButton { background: transparent; border: 1px solid %line%; border-radius: 6px; padding: 5px 12px;
              min-height: 18px; }
QPushButton:hover { background: %line%; }
QPushButton:pressed { background: %selected%; }
QPushButton:focus { border-color: %accent%; }
QPushButton:disabled { color: %muted%; border-color: %line%; background: transparent; }
QPushButton[kind="primary"] { background: %accent%; color: %on_accent%; border-color: %accent%; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: %accent_hover%; border-color: %accent_hover%; }
QPushButton[kind="primary"]:disabled { background: %line%; color: %muted%; border-color: %line%; }
QPushButton[kind="quiet"] { border-color: transparent; }
QPushButton[kind="quiet"]:hover { background: %raised%; }
QPushButton[kind="quiet"]:checked { background: %selected%; border-color: %accent%; }
QPushButton::menu-indicator { width: 0; }

QToolButton { background: transparent; border: none; border-radius: 6px; padding: 5px; }
QToolButton:hover { background: %raised%; }
QToolButton:pressed, QToolButton:checked { background: %selected%; }
QToolButton:focus { border: 1px solid %accent%; padding: 4px; }
QToolButton::menu-indicator { width: 0; }
QToolButton[flyout="true"] { padding-right: 15px; }
QToolButton[flyout="true"]:focus { padding-right: 14px; }
QToolButton[flyout="true"]::menu-button { border: none; width: 15px; background: transparent; }
QToolButton[flyout="true"]::menu-arrow { image: url("%icons%/caret-down.svg"); width: 8px; height: 8px; }
QToolButton[rail="true"] { padding: 6px 2px; font-size: 8pt; font-weight: 500; border-radius: %radius%px; color: %text%; }
QToolButton[rail="true"]:focus { padding: 5px 1px; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: %raised%; border: 1px solid %line%; border-radius: 6px; padding: 4px 8px; min-height: 20px;
  selection-background-color: %accent%; selection-color: %on_accent%; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: %accent%; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: %muted%; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; background: transparent; padding: 0 6px; min-height: 0; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("%icons%/caret-down.svg"); width: 12px; height: 12px; margin-right: 8px; }
QComboBox QAbstractItemView { background: %raised%; border: 1px solid %line%; padding: 4px;
  selection-background-color: %selected%; selection-color: %text%; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  border: none; background: transparent; width: 16px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("%icons%/caret-up.svg"); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("%icons%/caret-down.svg"); width: 9px; height: 9px; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid %muted%;
  background: %panel%; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: %accent%; border-color: %accent%; }

QSlider { background: transparent; min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: %line%; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: %accent%; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: %text%; }
QSlider::handle:horizontal:hover { background: %accent_hover%; }
QSlider:disabled { color: %muted%; }
QSlider::sub-page:horizontal:disabled { background: %line%; }
QSlider::handle:horizontal:disabled { background: %muted%; }

QProgressBar { background: %line%; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: %accent%; border-radius: 3px; }

QListView, QTreeView, QTableView, QListWidget, QTableWidget { background: transparent; border: none;
  selection-background-color: %selected%; selection-color: %text%; alternate-background-color: %panel%; }
QTableView { gridline-color: %line%; }
QHeaderView::section { background: %panel%; color: %muted%; border: none; border-bottom: 1px solid %line%;
  padding: 6px 8px; font-weight: 600; }
QTableView::item { padding: 0 8px; border: none; }
QHeaderView::down-arrow { image: url("%icons%/caret-down.svg"); width: 8px; height: 8px; subcontrol-position: top center; }
QHeaderView::up-arrow { image: url("%icons%/caret-up.svg"); width: 8px; height: 8px; subcontrol-position: top center; }
QListView::item, QTreeView::item { border-radius: 6px; padding: 4px; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: %selected%; color: %text%; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %line%; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: %muted%; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: %raised%; border: 1px solid %line%; border-radius: 6px; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: 5px; }
QMenu::item:selected { background: %selected%; }
QMenu::item:disabled { color: %muted%; }
QMenu::separator { height: 1px; background: %line%; margin: 6px 8px; }
QMenu::icon { padding-left: 8px; }
QSplitter::handle { background: transparent; }
QTabWidget::pane { border: none; }
QTabBar::tab { background: transparent; color: %muted%; padding: 6px 12px; border: none; }
QTabBar::tab:selected { color: %text%; border-bottom: 2px solid %accent%; }
"""


def style_sheet(tokens: Tokens) -> str:
    """The sheet with every `%token%` filled in."""
    sheet = _SHEET
    for name, value in {**asdict(tokens), "radius": str(SPACE.RADIUS),
                        "icons": (resources() / "icons").as_posix()}.items():
        sheet = sheet.replace(f"%{name}%", value)
    return sheet
