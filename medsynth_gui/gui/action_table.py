"""The table of actions. It drives menus, shortcuts, the command palette and the tooltips.

To add one: a row here, and `context.actions.bind("<scope>.<name>", handler)` where the thing is done. The part
before the dot is the scope: `window` and `view` work everywhere (`view` where an image is shown), a workspace's
key only while that workspace is in front.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class ActionRow:
    """One action: its text in English (translated when shown), default shortcuts and icon."""

    id: str
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False

    @property
    def scope(self) -> str:
        return self.id.partition(".")[0]


def _row(action_id: str, text: str, shortcuts: str = "", glyph: str = "", *, checkable: bool = False) -> ActionRow:
    return ActionRow(action_id, text, tuple(shortcuts.split()), glyph, checkable)


ACTIONS: tuple[ActionRow, ...] = (
    _row("window.open", QT_TRANSLATE_NOOP("actions", "Open files…"), "Ctrl+O", "folder-open"),
    _row("window.open_folder", QT_TRANSLATE_NOOP("actions", "Open a folder…"), "Ctrl+Shift+O", "folders"),
    _row("window.open_sample", QT_TRANSLATE_NOOP("actions", "Open the sample case"), "", "flask"),
    _row("window.close_series", QT_TRANSLATE_NOOP("actions", "Close this series"), "Ctrl+W", "x"),
    _row("window.palette", QT_TRANSLATE_NOOP("actions", "Find a command…"), "Ctrl+K", "command"),
    _row("window.gestures", QT_TRANSLATE_NOOP("actions", "Gestures and shortcuts"), "F1", "keyboard"),
    _row("window.theme", QT_TRANSLATE_NOOP("actions", "Light or dark"), "Ctrl+Shift+L", "circle-half"),
    _row("window.shortcuts", QT_TRANSLATE_NOOP("actions", "Change shortcuts…"), "", "sliders-horizontal"),
    _row("window.about", QT_TRANSLATE_NOOP("actions", "About MedSynth Studio"), "", "info"),
    _row("window.quit", QT_TRANSLATE_NOOP("actions", "Quit"), "Ctrl+Q", "sign-out"),
    *(_row(f"window.go_{key}", text, f"Ctrl+{number}", glyph) for number, (key, text, glyph) in enumerate((
        ("library", QT_TRANSLATE_NOOP("actions", "Go to Library"), "squares-four"),
        ("annotate", QT_TRANSLATE_NOOP("actions", "Go to Annotate"), "paint-brush"),
        ("synthesize", QT_TRANSLATE_NOOP("actions", "Go to Synthesize"), "sparkle"),
        ("enhance", QT_TRANSLATE_NOOP("actions", "Go to Enhance"), "magnifying-glass-plus"),
        ("train", QT_TRANSLATE_NOOP("actions", "Go to Train"), "chart-line-up"),
        ("quality", QT_TRANSLATE_NOOP("actions", "Go to Quality"), "check-circle"),
        ("export", QT_TRANSLATE_NOOP("actions", "Go to Export"), "export")), 1)),
    _row("view.fit", QT_TRANSLATE_NOOP("actions", "Fit the image"), "0", "corners-out"),
    _row("view.actual_size", QT_TRANSLATE_NOOP("actions", "Actual pixels"), "*", "frame-corners"),
    _row("view.zoom_in", QT_TRANSLATE_NOOP("actions", "Zoom in"), "+ =", "magnifying-glass-plus"),
    _row("view.zoom_out", QT_TRANSLATE_NOOP("actions", "Zoom out"), "-", "magnifying-glass-minus"),
    _row("view.smooth", QT_TRANSLATE_NOOP("actions", "Smooth pixels"), "I", "drop-half", checkable=True),
    _row("view.auto_window", QT_TRANSLATE_NOOP("actions", "Automatic window and level"), "Ctrl+Shift+A", "aperture"),
    _row("view.invert", QT_TRANSLATE_NOOP("actions", "Invert black and white"), "Ctrl+I", "circle-half",
         checkable=True),
    _row("view.gamma_up", QT_TRANSLATE_NOOP("actions", "Brighter middle grays"), "Ctrl+Shift+Up", "sun"),
    _row("view.gamma_down", QT_TRANSLATE_NOOP("actions", "Darker middle grays"), "Ctrl+Shift+Down", "sun-dim"),
    _row("view.colors", QT_TRANSLATE_NOOP("actions", "Next colour map"), "Ctrl+Shift+M", "palette"),
    _row("view.lens", QT_TRANSLATE_NOOP("actions", "Magnifier"), "Ctrl+G", "magnifying-glass", checkable=True),
    _row("view.crosshair", QT_TRANSLATE_NOOP("actions", "Crosshair"), "Ctrl+Shift+X", "crosshair-simple",
         checkable=True),
    _row("view.turn", QT_TRANSLATE_NOOP("actions", "Rotate the view"), "Ctrl+R", "arrow-clockwise"),
    _row("view.turn_back", QT_TRANSLATE_NOOP("actions", "Rotate the view back"), "", "arrow-counter-clockwise"),
    _row("view.flip", QT_TRANSLATE_NOOP("actions", "Flip the view"), "Ctrl+Shift+F", "arrows-left-right"),
    _row("view.plain", QT_TRANSLATE_NOOP("actions", "Plain view"), "Ctrl+0", "arrow-u-up-left"),
    _row("annotate.undo", QT_TRANSLATE_NOOP("actions", "Undo"), "Ctrl+Z", "arrow-u-up-left"),
    _row("annotate.redo", QT_TRANSLATE_NOOP("actions", "Redo"), "Ctrl+Shift+Z Ctrl+Y", "arrow-u-up-right"),
    _row("annotate.accept", QT_TRANSLATE_NOOP("actions", "Accept the proposal"), "Return Enter", "check"),
    _row("annotate.reject", QT_TRANSLATE_NOOP("actions", "Cancel the gesture, or reject the proposal"), "Esc", "x"),
    _row("annotate.segment", QT_TRANSLATE_NOOP("actions", "Segment this frame"), "S", "sparkle"),
    _row("annotate.segment_all", QT_TRANSLATE_NOOP("actions", "Segment all frames"), "Shift+S", "film-strip"),
    _row("annotate.smaller", QT_TRANSLATE_NOOP("actions", "Smaller tool"), "[", "minus-circle"),
    _row("annotate.larger", QT_TRANSLATE_NOOP("actions", "Larger tool"), "]", "plus-circle"),
    _row("annotate.remove_point", QT_TRANSLATE_NOOP("actions", "Take back the last point of the gesture"), "Backspace",
         "backspace"),
    _row("annotate.mask_menu", QT_TRANSLATE_NOOP("actions", "Change whole masks…"), "U", "circles-three"),
    _row("annotate.copy_next", QT_TRANSLATE_NOOP("actions", "Copy the mask to the next frame"), "Shift+Right",
         "arrow-line-right"),
    _row("annotate.copy_previous", QT_TRANSLATE_NOOP("actions", "Copy the mask to the previous frame"), "Shift+Left",
         "arrow-line-left"),
    _row("annotate.interpolate", QT_TRANSLATE_NOOP("actions", "Interpolate this gap"), "J", "intersect"),
    _row("annotate.interpolate_all", QT_TRANSLATE_NOOP("actions", "Interpolate all gaps"), "Shift+J", "waves"),
    _row("annotate.propagate", QT_TRANSLATE_NOOP("actions", "Carry this mask both ways, up to the next keyframes"),
         "Ctrl+Shift+J", "arrows-left-right"),
    _row("annotate.propagate_forward", QT_TRANSLATE_NOOP("actions", "Carry this mask forward"), "", "arrow-right"),
    _row("annotate.propagate_backward", QT_TRANSLATE_NOOP("actions", "Carry this mask backward"), "", "arrow-left"),
    _row("annotate.propagate_all", QT_TRANSLATE_NOOP("actions", "Carry all keyframes along the whole cine"), "",
         "path"),
    _row("annotate.next_drift", QT_TRANSLATE_NOOP("actions", "Next frame that drifted"), "D", "warning"),
    _row("annotate.uncertainty", QT_TRANSLATE_NOOP("actions", "Show where the model is unsure"), "Q", "thermometer",
         checkable=True),
    _row("annotate.copy_active", QT_TRANSLATE_NOOP("actions", "Copy the active label only"), checkable=True),
    _row("annotate.copy_replace", QT_TRANSLATE_NOOP("actions", "Copying replaces what is there"), checkable=True),
    _row("window.left_handed", QT_TRANSLATE_NOOP("actions", "Left-handed: panels change sides"), "", "hand-palm",
         checkable=True),
    _row("annotate.hand", QT_TRANSLATE_NOOP("actions", "Move the image"), "H", "hand"),
    _row("annotate.next_frame", QT_TRANSLATE_NOOP("actions", "Next frame"), "Right .", "caret-right"),
    _row("annotate.previous_frame", QT_TRANSLATE_NOOP("actions", "Previous frame"), "Left ,", "caret-left"),
    _row("annotate.first_frame", QT_TRANSLATE_NOOP("actions", "First frame"), "Home", "skip-back"),
    _row("annotate.last_frame", QT_TRANSLATE_NOOP("actions", "Last frame"), "End", "skip-forward"),
    _row("annotate.play", QT_TRANSLATE_NOOP("actions", "Play or pause"), "K", "play"),
    _row("annotate.faster", QT_TRANSLATE_NOOP("actions", "Play faster"), "Ctrl+Up", "fast-forward"),
    _row("annotate.slower", QT_TRANSLATE_NOOP("actions", "Play slower"), "Ctrl+Down", "rewind"),
    _row("annotate.play_mode", QT_TRANSLATE_NOOP("actions", "Loop, back and forth, or once"), "Shift+K", "repeat"),
    _row("annotate.keyframe", QT_TRANSLATE_NOOP("actions", "Set or remove a keyframe"), "Ctrl+T", "diamond"),
    _row("annotate.event_mark", QT_TRANSLATE_NOOP("actions", "Mark an event…"), "Ctrl+Shift+T", "flag"),
    _row("annotate.next_mark", QT_TRANSLATE_NOOP("actions", "Next marked frame"), "Ctrl+Right", "caret-double-right"),
    _row("annotate.previous_mark", QT_TRANSLATE_NOOP("actions", "Previous marked frame"), "Ctrl+Left",
         "caret-double-left"),
    _row("annotate.delete_measurement", QT_TRANSLATE_NOOP("actions", "Delete the measurement"), "Del", "trash"),
    _row("annotate.copy_measurement", QT_TRANSLATE_NOOP("actions", "Copy the measurement"), "Ctrl+C", "copy"),
    _row("annotate.copy_measurements", QT_TRANSLATE_NOOP("actions", "Copy all measurements"), "Ctrl+Shift+C",
         "copy-simple"),
    _row("annotate.show_measurements", QT_TRANSLATE_NOOP("actions", "Show or hide all measurements"), "Ctrl+Shift+D",
         "ruler", checkable=True),
    _row("annotate.fit_ellipse", QT_TRANSLATE_NOOP("actions", "Fit an ellipse to the mask"), "Ctrl+E",
         "circle-dashed"),
    _row("annotate.next_series", QT_TRANSLATE_NOOP("actions", "Next series"), "Down", "caret-down"),
    _row("annotate.previous_series", QT_TRANSLATE_NOOP("actions", "Previous series"), "Up", "caret-up"),
    _row("annotate.clear_frame", QT_TRANSLATE_NOOP("actions", "Clear the labels of this frame"), "Ctrl+Backspace",
         "trash"),
    _row("annotate.load_mask", QT_TRANSLATE_NOOP("actions", "Load a mask…"), "Ctrl+M", "download-simple"),
    _row("annotate.masks", QT_TRANSLATE_NOOP("actions", "Show or hide all masks"), "M", "eye", checkable=True),
    _row("annotate.compare_off", QT_TRANSLATE_NOOP("actions", "Compare with nothing"), "Alt+0", "square"),
    _row("annotate.compare_side", QT_TRANSLATE_NOOP("actions", "Compare side by side"), "Alt+1", "columns",
         checkable=True),
    _row("annotate.compare_split", QT_TRANSLATE_NOOP("actions", "Compare with a divider"), "Alt+2", "square-half",
         checkable=True),
    _row("annotate.compare_checkerboard", QT_TRANSLATE_NOOP("actions", "Compare as a checkerboard"), "Alt+3",
         "squares-four", checkable=True),
    _row("annotate.link_views", QT_TRANSLATE_NOOP("actions", "Link the compared views"), "Alt+L", "link",
         checkable=True),
    _row("annotate.link_windows", QT_TRANSLATE_NOOP("actions", "Link window and level too"), "Alt+W", "link-simple",
         checkable=True),
    _row("annotate.overlay_both", QT_TRANSLATE_NOOP("actions", "Show mask and proposal"), "Alt+B", "stack",
         checkable=True),
    _row("annotate.overlay_predicted", QT_TRANSLATE_NOOP("actions", "Show the proposal only (predicted)"), "Alt+P",
         "sparkle", checkable=True),
    _row("annotate.overlay_gold", QT_TRANSLATE_NOOP("actions", "Show the mask only (gold)"), "Alt+G", "paint-brush",
         checkable=True),
    _row("annotate.overlay_difference", QT_TRANSLATE_NOOP("actions", "Show where they differ"), "Alt+D", "intersect",
         checkable=True),
    _row("annotate.image_facts", QT_TRANSLATE_NOOP("actions", "Show or hide what is known of the image"), "Ctrl+D",
         "info"),
    _row("annotate.crop_view", QT_TRANSLATE_NOOP("actions", "Crop to the field of view, or show all"), "Shift+V",
         "crop"),
    _row("annotate.revoke_calibration", QT_TRANSLATE_NOOP("actions", "Revoke the calibration by hand"), "", "x"),
    _row("annotate.add_label", QT_TRANSLATE_NOOP("actions", "Add a label"), "Ctrl+L", "plus"),
    *(_row(f"annotate.label_{number}", text, str(number), "tag") for number, text in enumerate((
        QT_TRANSLATE_NOOP("actions", "Draw with label 1"), QT_TRANSLATE_NOOP("actions", "Draw with label 2"),
        QT_TRANSLATE_NOOP("actions", "Draw with label 3"), QT_TRANSLATE_NOOP("actions", "Draw with label 4"),
        QT_TRANSLATE_NOOP("actions", "Draw with label 5"), QT_TRANSLATE_NOOP("actions", "Draw with label 6"),
        QT_TRANSLATE_NOOP("actions", "Draw with label 7"), QT_TRANSLATE_NOOP("actions", "Draw with label 8"),
        QT_TRANSLATE_NOOP("actions", "Draw with label 9")), 1)),
    _row("annotate.versions", QT_TRANSLATE_NOOP("actions", "Versions of this mask…"), "Ctrl+Shift+S",
         "clock-counter-clockwise"),
    _row("annotate.mask_style", QT_TRANSLATE_NOOP("actions", "Outline and fill, outline, or fill"), "Ctrl+Shift+Y",
         "circle-dashed"),
    _row("train.start", QT_TRANSLATE_NOOP("actions", "Start training"), "Ctrl+Return", "play"),
    _row("train.pause", QT_TRANSLATE_NOOP("actions", "Pause the training"), "P", "pause"),
    _row("train.stop", QT_TRANSLATE_NOOP("actions", "Stop the training and measure the model"), "Ctrl+.", "stop"),
    _row("train.resume", QT_TRANSLATE_NOOP("actions", "Resume the training"), "R", "play"),
    _row("train.previous", QT_TRANSLATE_NOOP("actions", "Earlier predictions"), "Left ,", "caret-left"),
    _row("train.next", QT_TRANSLATE_NOOP("actions", "Later predictions"), "Right .", "caret-right"),
    _row("train.save_gif", QT_TRANSLATE_NOOP("actions", "Save the predictions as GIF…"), "Ctrl+Shift+G", "gif"),
    _row("train.dice", QT_TRANSLATE_NOOP("actions", "Other random changes"), "D", "dice-five"),
    _row("train.use", QT_TRANSLATE_NOOP("actions", "Use the new model"), "", "check"),
    _row("train.roll_back", QT_TRANSLATE_NOOP("actions", "Go back to the former model"), "", "arrow-u-up-left"),
    _row("annotate.needs_review", QT_TRANSLATE_NOOP("actions", "Mark as needing review"), "Ctrl+Shift+R", "flag"),
    _row("annotate.approve", QT_TRANSLATE_NOOP("actions", "Approve this series"), "Ctrl+Return", "check-circle"),
)
