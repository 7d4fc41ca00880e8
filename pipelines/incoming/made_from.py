"""What a run is made from besides RAW: the configuration and the files it names, told apart by content.

Reads the configuration without checking it, and imports nothing heavy: make asks on every run.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from pipelines.core import files
from pipelines.incoming.program import REGION, Program
from pipelines.steps import STEPS

_MAX_CONFIG = 16 << 20


def named_files(config: Path) -> dict[str, Path]:
    """Return the files that a configuration names, by key; none where it cannot be read (its reader tells why)."""
    try:
        if not config.is_file() or config.stat().st_size > _MAX_CONFIG:
            return {}
        body = tomllib.loads(config.read_text(encoding="utf-8"))
        keys = (("kontroll", "publicerade_fil"), ("demo", "orter_fil"), ("demo", "kalibrering_fil"))
        return {f"{a}.{b}": config.parent / str(body[a][b]) for a, b in keys if body.get(a, {}).get(b)}
    except (OSError, ValueError, RecursionError, AttributeError, TypeError):
        return {}


def sum_of(path: Path) -> str:
    """Return the checksum of a small file, or why there is none: the step that needs it says so in full."""
    return files.sha256(path) if path.is_file() else files.kind_of(path)


def demo_basis(config: Path) -> str:
    """Return a checksum of what a demo region is made from: configuration, the files it names, its program."""
    program = Program()
    named = named_files(config)
    made_from = [sum_of(p) for p in (config, *(named[k] for k in sorted(named)))]
    made_from.append(program.sum_of(program.of(REGION, STEPS["demo"].module)))
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()
