"""Models that are loaded stay loaded: the second frame must not pay for the first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime

T = TypeVar("T")
_MOST = 4
_models: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def loaded(make: Callable[..., T], card: ModelCard, runtime: Runtime, **options: Any) -> T:
    """`make(card, runtime, **options)`, or what it made before for the same weights, card and hardware.

    The number of threads follows the load of the machine: a change must not load the weights again.
    """
    changed = (card.folder / "card.toml").stat().st_mtime_ns
    key = (make, str(card.folder), card.weights_sha256, changed, runtime.device, runtime.precision,
           tuple(sorted(options.items())))
    with _lock:
        if key not in _models:
            _models[key] = make(card, runtime, **options)
            while len(_models) > _MOST:
                _models.popitem(last=False)
        _models.move_to_end(key)
        _models[key].runtime = runtime
        model: T = _models[key]
        return model
