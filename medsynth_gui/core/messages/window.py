"""The window."""

from __future__ import annotations

WINDOW: dict[str, tuple[str, str]] = {
    "load-frames": ("Reading frames of {name}", ""),
    "warm-up": ("Preparing the models", ""),
    "job-operate": ("Changing masks on {count} frame(s)", ""),
    "job-interpolate": ("Interpolating {count} frame(s)", ""),
    "no-gap": ("There is no gap between two labelled frames to fill.",
               "Label two frames that have others between them, or mark them as keyframes."),
    "mask-changed-meanwhile": ("The mask was changed meanwhile; the operation was not applied.", "Apply it again."),
    "nothing-changes": ("The operation changes nothing here.", ""),
    "job-add-frames": ("Adding {count} images to the project", ""),
    "job-field-of-view": ("Looking for the field of view of {title}", ""),
    "job-save-image": ("Saving {path}", ""),
    "job-thumbnails": ("Thumbnails of {count} images", ""),
    "job-read": ("Reading", ""),
    "job-start-training": ("Starting the training of {folder}", ""),
    "job-keep-images": ("Keeping {count} images", ""),
    "comparison-size": ("{path} has {found} pixels, the image {wanted}.", "Choose the mask of this image."),
}
