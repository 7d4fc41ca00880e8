"""Facts of a step as a test needs them: what it does not say is nothing at all."""

from __future__ import annotations

from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from pipelines.core.facts import OF_STEP, Facts


def complete(step: str, facts: dict[str, Any] | None = None) -> Facts:
    """Return ``facts`` with all that the step lists, each record with all it must have."""
    hints = get_type_hints(Facts)
    given = {**dict.fromkeys(OF_STEP[step].always), **(facts or {})}
    return {name: _filled(value, hints[name]) for name, value in given.items()}  # type: ignore[return-value]


def _filled(value: Any, hint: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        by_file = isinstance(value, dict) and any(isinstance(v, dict) for v in value.values())
        return value if type(None) in args else _filled(value, args[1] if by_file else args[0])
    if is_typeddict(hint):
        hints, value = get_type_hints(hint), value or {}
        names = {**dict.fromkeys(hint.__required_keys__), **value}
        return {name: _filled(names[name], hints[name]) for name in names}
    if origin is list:
        return [_filled(x, args[0]) for x in value or []]
    if origin is dict:
        return {k: _filled(v, args[1]) for k, v in (value or {}).items()}
    return hint() if value is None else value
