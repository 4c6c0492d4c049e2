"""A comparison of image sets as a table in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_VERDICTS = {"as real": "as other real patients", "near": "near", "far": "far from real"}


def table(record: Mapping[str, Any]) -> str:
    """What `evaluate images` says, for people.

    Args:
        record: with `judges`, and `memorisation`, `ranking`, `warnings` where there are any.
    """
    return "\n".join(_lines(record))


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    real, made = record["real"], record["synthetic"]
    yield (f"{made['images']} synthetic and {real['images']} real images; {record['images_a_side']} a side, looked at "
           f"with {record['long_side_px']} pixels.")
    yield (f"Letters or calipers on {made['with_marks']:.1%} of the synthetic, on {real['with_marks']:.1%} of the real "
           "images.")
    for judge in record["judges"]:
        yield ""
        yield f"{'':24}{'synthetic':>28}{'real against real':>28}{'times real':>12}"
        for figure in judge["figures"]:
            against, times = figure["real_against_real"], figure["times_real"]
            yield (f"{figure['name']:24}{_range(figure['value'], figure['interval']):>28}"
                   f"{_range(against['mean'], against['interval']):>28}{'' if times is None else f'{times:.3g}':>12}"
                   f"  {_VERDICTS[figure['verdict']]}")
    yield ""
    for figure in record["judges"][0]["figures"]:
        yield f"{figure['metric']}: {figure['meaning']} ({figure['better']} is better)."
    yield from _copies(record.get("memorisation"))
    for name, order in record.get("ranking", {}).items():
        yield order if name == "refused" else f"Best first by {name}: {', '.join(order)}"
    if record.get("warnings"):
        yield ""
        yield from record["warnings"]


def _copies(found: Mapping[str, Any] | None) -> Iterator[str]:
    if not found:
        return
    made, real = found["synthetic"], found["held_out_real"]
    yield ""
    yield (f"Copies: {made['over_threshold']} of {made['images']} synthetic images are more alike to a training image "
           f"than 99 % of {found['standard']} are ({made['rate']:.1%}; of those themselves {real['rate']:.1%}); "
           f"{made['confirmed_in_pixels']} show the same scene pixel for pixel.")
    for copy in made["copies"]:
        yield (f"  {copy['id']} is a copy of {copy['training_image']} (likeness {copy['similarity']:.3f}, "
               f"pixels {copy['correlation']:.3f})")
    yield (f"C_T {found['c_t']:.2f} (far below 0: nearer to training images than real ones are); authentic "
           f"{made['authentic_share']:.1%} of the synthetic, {real['authentic_share']:.1%} of the real images.")


def _range(value: float, interval: list[float]) -> str:
    return f"{value:.3g} ({interval[0]:.3g} to {interval[1]:.3g})"
