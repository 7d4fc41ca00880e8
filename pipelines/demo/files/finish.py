"""Put a finished demo region in its folder, so that a killed run never looks finished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.config.region import Region
from pipelines.core import leftovers
from pipelines.core.errors import DataError
from pipelines.core.files import write_text
from pipelines.core.publishers import FOLDERS
from pipelines.demo.world.common import DEMO_TEXT

MARKER = "DEMO.json"
VERSION = 5
"""Raise it when the generator makes other files from the same seed."""
_MOVING = ".demo.flyttas"


@contextmanager
def scratch(goal: Path) -> Iterator[Path]:
    """Give an empty folder inside ``goal`` to build in; it is gone afterwards, whatever happens.

    Raises
    ------
    DataError
        When ``goal`` holds publishers' files that no demo run put there.
    """
    foreign = [f"{p}/" for p in FOLDERS if (goal / p).is_dir() and any((goal / p).iterdir())]
    if foreign and not (goal / MARKER).exists() and not (goal / _MOVING).exists():
        raise DataError(
            "Demoregionen skulle skriva över filer som inte är demofiler.",
            file=goal,
            found=", ".join(foreign),
            action="Välj en tom mapp för demoregionen, till exempel data/raw/demo.",
        )
    goal.mkdir(parents=True, exist_ok=True)
    with leftovers.scratch(goal) as folder:
        yield folder


def put_in_place(region: Region, folder: Path, goal: Path, basis: str = "") -> None:
    """Move the finished files; the marker leaves before the first of them and returns after the last.

    A list of what is being moved stands there meanwhile, so that a rerun knows the files as its own. ``basis`` is
    the checksum of what the region was made from; make goes by it.
    """
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    earlier = {*_listed(goal / MARKER), *_listed(goal / _MOVING)} - set(files)
    write_text(goal / _MOVING, json.dumps({"filer": sorted({*files, *earlier})}))
    (goal / MARKER).unlink(missing_ok=True)
    for name in files:
        (goal / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).replace(goal / name)
    for name in sorted(earlier):
        (goal / name).unlink(missing_ok=True)
    body = {
        "demo": True,
        "beskrivning": DEMO_TEXT,
        "region": region.lan.namn,
        "fro": region.demo.fro,
        "ar": region.demo.ar,
        "generator": VERSION,
        "underlag": basis,
        "filer": files,
    }
    write_text(goal / MARKER, json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    (goal / _MOVING).unlink()


def _listed(marker: Path) -> list[str]:
    """Files an earlier demo run put here; nothing outside the folder is ever named."""
    try:
        names = json.loads(marker.read_text(encoding="utf-8"))["filer"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    inside = [str(n) for n in names if ".." not in Path(str(n)).parts and not Path(str(n)).is_absolute()]
    return [n for n in inside if n.split("/")[0] in (*FOLDERS, "sanning")]
