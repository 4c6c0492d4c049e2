"""Queue, readers, agreement and adjudication."""

from __future__ import annotations

REVIEW: dict[str, tuple[str, str]] = {
    "reader-unnamed": ("Nobody knows who reads.", "Type your initials under Review, then try again."),
    "reader-same": ("{reader} has read this image first.",
                    "A second reading is somebody else's: change the initials under Review."),
    "reading-apart": ("{title} is read blind: its mask stays beside that of the first reader.",
                      "Finish the reading under Review."),
    "readings-too-few": ("Fewer than two readers have read {sample}.", "Let a second reader read it first."),
    "readings-none": ("No image of {path} was read by two readers.",
                      "Mark images as needing a second reader, and read them under other initials."),
    "second-reader-nothing": ("There is nothing on {what} that a second reading could be compared with.",
                              "Draw first; or approve it without labels, if there is nothing to draw."),
    "readers-unknown": ("{reader} has read nothing in {path}.", "Choose among: {known}."),
    "queue-no-model": ("There is no segmentation model {model}: nothing is judged.",
                       "Choose a model of your modality, or another order."),
    "queue-unlike": ("{count} image(s) are unlike those that {model} was taught with: no figure says how sure it is, "
                     "and they stand below the others.", "Choose a model of their kind to have them judged."),
    "queue-unlike-any": ("{count} image(s) are unlike those that any model here was taught with: no figure says how "
                         "sure one is, and they stand first.", "Label some of them and train a model of their kind."),
    "queue-no-encoder": ("The encoder is missing; small pictures are compared in place of its features.",
                         "Install the models again for a better order."),
    "job-rank": ("Judging images for the queue", ""),
    "job-agreement": ("Comparing readers", ""),
    "job-open-sample": ("Opening {sample}", ""),
}
