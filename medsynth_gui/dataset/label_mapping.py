"""LabelMapping: what the labels of other people's files become in a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.io.masks.imported import Target

_ANONYMOUS = ("1", "mask", "region", "object", "label", "class 0")
LEFT_OUT = Target(0, "")


class LabelMapping:
    """Targets by source label. One that nobody chose a target for is given one when it is first met.

    Args:
        known: labels that there are already: a name or a number that they have means them.
        chosen: what a person decided; a value that a known label of another name has gives way to a free one.
    """

    def __init__(self, known: LabelSet, chosen: Mapping[str, Target] | None = None) -> None:
        self._known = known
        self._targets: dict[str, Target] = {}
        for key, target in (chosen or {}).items():
            self._targets[key] = self._settled(target)

    @property
    def targets(self) -> dict[str, Target]:
        """Every source label met so far."""
        return dict(self._targets)

    def target(self, key: str) -> Target | None:
        """What a source label becomes; None where no value is left for it."""
        if key not in self._targets:
            self._targets[key] = self._new(key)
        found = self._targets[key]
        return found if found.value or not found.name else None

    def label_set(self) -> LabelSet:
        """The known labels, and those that the targets add, with colours of the palette."""
        names = {target.value: target.name for target in self._targets.values() if target.value}
        news = (Label(value, name, PALETTE[(value - 1) % len(PALETTE)]) for value, name in sorted(names.items())
                if self._known.find(value) is None)
        return LabelSet((*self._known, *news))

    def _settled(self, target: Target) -> Target:
        if not target.value:
            return LEFT_OUT
        same = (label for label in self._known if label.name.casefold() == target.name.casefold())
        same_met = (met for met in self._targets.values() if met.name.casefold() == target.name.casefold())
        if (found := next(same, None) or next(same_met, None)) is not None:
            return Target(found.value, found.name)
        taken = self._used() | {label.value for label in self._known}
        if target.value not in taken:
            return target
        return Target(next((value for value in range(1, 256) if value not in taken), 0), target.name)

    def _new(self, key: str) -> Target:
        alike = next((label for label in self._known if label.name.casefold() == key.casefold()), None)
        if alike is not None:
            return Target(alike.value, alike.name)
        number = int(key) if key.isdecimal() and len(key) <= 3 else 0
        if 1 <= number <= 255 and number not in self._used():
            label = self._known.find(number)
            return Target(number, label.name if label else f"label {number}")
        taken = self._used() | {label.value for label in self._known}
        value = next((free for free in range(1, 256) if free not in taken), 0)
        return Target(value, f"label {value}" if key.startswith("#") else key)

    def _used(self) -> set[int]:
        return {target.value for target in self._targets.values()}


def suggested(keys: Iterable[str], known: LabelSet) -> dict[str, Target]:
    """Targets for the labels of a data set; a single nameless one is the only label of the set."""
    every = list(keys)
    only = known.labels[0] if len(known) == 1 else None
    if len(every) == 1 and only is not None and (every[0] in _ANONYMOUS or every[0].startswith("#")):
        return {every[0]: Target(only.value, only.name)}
    mapping = LabelMapping(known)
    for key in every:
        mapping.target(key)
    return mapping.targets


def parse_targets(texts: Iterable[str], known: LabelSet) -> dict[str, Target]:
    """`SOURCE=NAME` or `SOURCE=VALUE:NAME` each; an empty name leaves the source label out.

    Raises:
        UsageError: a text is neither.
    """
    targets: dict[str, Target] = {}
    for text in texts:
        key, equals, wanted = (piece.strip() for piece in text.partition("="))
        if not key or not equals:
            raise UsageError("label-mapping", text=text)
        number, colon, name = (piece.strip() for piece in wanted.partition(":"))
        if not wanted:
            targets[key] = LEFT_OUT
        elif not colon:
            targets[key] = _named(key, wanted, known, targets)
        elif number.isdecimal() and 1 <= int(number) <= 255 and name:
            targets[key] = Target(int(number), name)
        else:
            raise UsageError("label-mapping", text=text)
    return targets


def _named(key: str, name: str, known: LabelSet, targets: Mapping[str, Target]) -> Target:
    """The value of a name: that of the label that has it, else the source's own number, else a free one."""
    values = {label.name.casefold(): label.value for label in known}
    values |= {target.name.casefold(): target.value for target in targets.values() if target.value}
    if name.casefold() in values:
        return Target(values[name.casefold()], name)
    taken = set(values.values())
    own = int(key) if key.isdecimal() and len(key) <= 3 else 0
    # A number that has a placeholder for a name takes the new one.
    free = 1 <= own <= 255 and (own not in taken or ((label := known.find(own)) is not None
                                                     and label.name == f"label {own}"))
    return Target(own if free else next((value for value in range(1, 256) if value not in taken), 0), name)
