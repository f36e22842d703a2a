"""The one style sheet of the application, as a template over the tokens and the zoom.

Widgets say what they are with dynamic properties: labels `role`, buttons `kind`, containers
`panel`. A colour or a size that is not here is painted by the widget itself, from the tokens.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from desk_llm.ui.theme.tokens import TYPE, Tokens

SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
QMainWindow, QDialog { background: $window; }
QDialog[panel="canvas"], QWidget[panel="canvas"] { background: $surface; }
QWidget[panel="side"] { background: $window; }
QWidget[panel="side-right"] { background: $window; border-left: 1px solid $border; }
QWidget[panel="top"] { background: $surface; border-bottom: 1px solid $border; }
QWidget[panel="status"] { background: $window; border-top: 1px solid $border; }
QFrame[panel="popup"] { background: $raised; border: 1px solid $border; }
QFrame[panel="drop"] { background: $surface; border: 2px dashed $accent; border-radius: 12px; }
QFrame[panel="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[panel="toast"] { background: $text; border-radius: 8px; }
QFrame[panel="banner-info"] { background: $selected; border-bottom: 1px solid $border; }
QFrame[panel="banner-warning"] { background: $warning_soft; border-bottom: 1px solid $border; }
QFrame[panel="banner-danger"] { background: $danger_soft; border-bottom: 1px solid $border; }
QFrame[panel="notice"] { background: $warning_soft; border-radius: 8px; }
QFrame[panel="rule-vertical"] {
  background: $border; border: none; max-width: 1px; min-width: 1px;
}
QFrame[panel="rule"] { background: $border; border: none; max-height: 1px; min-height: 1px; }

QLabel { background: transparent; }
QLabel[role="caption"] { font-size: ${caption}px; color: $muted; }
QLabel[role="section"] { font-size: ${caption}px; font-weight: 600; color: $muted; }
QLabel[role="small"] { font-size: ${small}px; color: $muted; }
QLabel[role="faint"] { font-size: ${small}px; color: $faint; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="subtitle"] { font-size: ${subtitle}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="toast"] { color: $surface; }
QLabel[role="danger"] { color: $danger; font-size: ${small}px; }
QLabel[role="key"] {
  background: $sunken; border: 1px solid $border; border-radius: 4px; padding: 1px 6px;
  font-size: ${small}px;
}

QPushButton {
  background: $raised; color: $text; border: 1px solid $border; border-radius: 6px;
  padding: 0 12px; min-height: ${h_control}px; max-height: ${h_control}px;
}
QPushButton:hover { background: $hover; border-color: $control; }
QPushButton:pressed { background: $bubble; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; min-height: ${h_inner}px; }
QPushButton[kind="primary"] {
  background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="ghost"] { background: transparent; border-color: transparent; color: $muted; }
QPushButton[kind="ghost"]:hover {
  background: $hover; color: $text; border-color: transparent;
}
QPushButton[kind="ghost"]:focus { border: 2px solid $accent; }
QPushButton[kind="row"] {
  background: transparent; border-color: transparent; color: $muted; text-align: left;
  padding: 0 8px;
}
QPushButton[kind="row"]:hover { background: $hover; color: $text; border-color: transparent; }
QPushButton[kind="row"]:focus { border: 2px solid $accent; padding: 0 7px; }
QPushButton[kind="status"] {
  background: transparent; border-color: transparent; color: $muted; font-size: ${small}px;
  padding: 0 6px; min-height: ${h_status}px; max-height: ${h_status}px; border-radius: 4px;
}
QPushButton[kind="status"]:hover { background: $hover; color: $text; border-color: transparent; }
QPushButton[kind="status"]:focus { border: 2px solid $accent; padding: 0 5px; }
QPushButton[kind="chip"] { border-radius: 8px; color: $text; padding: 0 14px; }
QPushButton:disabled, QPushButton[kind]:disabled {
  color: $faint; background: transparent; border-color: $border;
}
QPushButton[kind="toast"] {
  background: transparent; border-color: transparent; color: $surface; font-weight: 600;
  text-decoration: underline; padding: 0 8px; min-height: 24px; max-height: 24px;
}
QPushButton[kind="toast"]:hover { background: transparent; border-color: $surface; }
QPushButton[kind="toast"]:focus { border: 2px solid $surface; }
QPushButton[kind="model"] { font-weight: 600; text-align: left; padding: 0 28px 0 12px; }
QPushButton[kind="model"]:focus { padding: 0 27px 0 11px; }
QFrame[panel="segments"] {
  background: $sunken; border: 1px solid $border; border-radius: 8px;
}
QPushButton[kind="segment"] {
  background: transparent; border-color: transparent; color: $muted; padding: 0 8px;
  min-height: ${h_inner}px; max-height: ${h_inner}px;
}
QPushButton[kind="segment"]:hover { color: $text; }
QPushButton[kind="segment"]:checked {
  background: $raised; border-color: $border; color: $text; font-weight: 600;
}
QPushButton[kind="segment"]:focus { border: 2px solid $accent; padding: 0 7px; }

QToolButton {
  background: transparent; color: $muted; border: 1px solid transparent; border-radius: 6px;
  min-width: ${h_tool}px; min-height: ${h_tool}px;
}
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed { background: $bubble; }
QToolButton:focus { border: 2px solid $accent; min-width: ${h_tool2}px; min-height: ${h_tool2}px; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton[kind="send"] {
  background: $accent; min-width: ${h_control}px; min-height: ${h_control}px;
}
QToolButton[kind="send"]:hover { background: $accent_hover; }
QToolButton[kind="send"]:disabled { background: $border; }
QToolButton[kind="send"]:focus {
  border: 2px solid $text; min-width: ${h_inner}px; min-height: ${h_inner}px;
}
QToolButton[kind="stop"] {
  background: $text; min-width: ${h_control}px; min-height: ${h_control}px;
}
QToolButton[kind="stop"]:hover { background: $muted; }
QToolButton[kind="stop"]:focus {
  border: 2px solid $accent; min-width: ${h_inner}px; min-height: ${h_inner}px;
}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; color: $text; border: 1px solid $control; border-radius: 6px;
  padding: 0 8px; min-height: ${h_input}px; selection-background-color: $accent;
  selection-color: $on_accent;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; padding: 0 7px; min-height: ${h_inner}px;
}
QSpinBox, QDoubleSpinBox { max-height: ${h_input}px; min-height: ${h_inner}px; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: $faint; border-color: $border;
}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {
  background: transparent; border: none; padding: 0 8px; min-height: 0;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  width: 0; height: 0; border: none; subcontrol-origin: border;
}
QLineEdit QToolButton, QLineEdit QToolButton:focus {
  background: transparent; border: none; min-width: 0; min-height: 0; padding: 0;
}
QLineEdit[kind="rename"] { padding: 0 4px; border: 2px solid $accent; min-height: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
  background: $raised; border: 1px solid $border; outline: 0; padding: 4px;
  selection-background-color: $selected; selection-color: $text;
}
QPlainTextEdit {
  background: $surface; color: $text; border: 1px solid $control; border-radius: 6px;
  padding: 4px; selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit:focus { border: 2px solid $accent; padding: 3px; }
QPlainTextEdit[kind="bare"], QPlainTextEdit[kind="bare"]:focus {
  background: transparent; border: none; padding: 0; font-size: ${chat}px;
}
QPlainTextEdit[kind="code"], QPlainTextEdit[kind="code"]:focus {
  background: transparent; border: none; padding: 0;
}

QListView { background: transparent; border: none; outline: 0; }
QTableView, QTreeView {
  background: $surface; border: 1px solid $border; border-radius: 8px; outline: 0;
  gridline-color: transparent; selection-background-color: $selected; selection-color: $text;
}
QTreeView::item { padding: 4px 8px; }
QTreeView::item:selected { background: $selected; color: $text; }
QTableView::item { border-bottom: 1px solid $border; padding: 0 8px; }
QTableView[kind="page"], QTableView[kind="page"] QHeaderView { border: none; border-radius: 0; }
QHeaderView { background: $sunken; border-top-left-radius: 7px; border-top-right-radius: 7px; }
QHeaderView::section {
  background: transparent; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 0 8px; font-size: ${small}px; font-weight: 600;
}
QTableView[kind="page"] QHeaderView::section { padding: 0 12px; }
QMenu { background: $raised; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 4px; margin: 1px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }
QSplitter[kind="gap"]::handle { background: transparent; }
QProgressBar {
  background: $border; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: $control; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 32px; }
QScrollBar::handle:horizontal:hover { background: $control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def sheet(tokens: Tokens, zoom: int) -> str:
    """The sheet for one scheme and zoom (percent)."""
    sizes = {name: round(style.size * zoom / 100) for name, style in TYPE.items()}
    heights = {
        "h_control": round(30 * zoom / 100),
        "h_input": round(30 * zoom / 100),
        "h_inner": round(30 * zoom / 100) - 2,
        "h_status": round(20 * zoom / 100),
        "h_tool": round(28 * zoom / 100),
        "h_tool2": round(28 * zoom / 100) - 2,
    }
    return SHEET.substitute(asdict(tokens), **sizes, **heights)
