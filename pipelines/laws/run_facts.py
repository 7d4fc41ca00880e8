"""The facts of the run that every product quotes: run id, demo or not, dates."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pipelines
from pipelines.core import files, ledger
from pipelines.steps import PUBLISHERS

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

CODE_SUFFIXES = {".py", ".js", ".css", ".j2", ".html", ".csv", ".json", ".qml"}


def code_version() -> str:
    """Return a hash of the program itself: every module, script and template."""
    root = Path(pipelines.__file__).parent
    digest = hashlib.sha256(pipelines.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.suffix in CODE_SUFFIXES and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def run_facts(region: Region, paths: Paths) -> dict[str, Any]:
    """Return the facts every product quotes. The run id is a hash of inputs, configuration and code."""
    digest = hashlib.sha256(code_version().encode() + paths.config.read_bytes())
    if region.kontroll.publicerade_fil:
        digest.update(files.sha256(paths.config.parent / region.kontroll.publicerade_fil).encode())
    if paths.earlier is not None:
        digest.update(files.sha256(paths.earlier / "bredband.gpkg").encode())
    demo = False
    for group in PUBLISHERS:
        inventory = json.loads(paths.inventory(group).read_text(encoding="utf-8"))
        for entry in inventory:
            digest.update(f"{entry['fil']}\0{entry['sha256']}\n".encode())
            demo = demo or entry["demo"]
    used = [f for stage in PUBLISHERS for f in ledger.load(paths.ledger(stage)).facts["filer"] if f["anvand"]]
    dates = sorted(day for f in used if (day := f["referensdatum"]))
    teknik = files.read_table(paths.table("pts_teknik"), ["ar"])
    scb = [ar for f in used if f["roll"] == "befolkning_1km" and (ar := f["ar"])]
    year = int(teknik["ar"].max())
    return {
        "korning_id": digest.hexdigest()[:12],
        "demo": demo or (paths.raw / "DEMO.json").exists(),
        "lan": region.lan.kortnamn,
        "lanskod": region.lan.kod,
        "pts_ar": year,
        "pts_datum": f"{year}-10-01",
        "scb_ar": max(scb) if scb else None,
        "senaste_indatadatum": max([*dates, f"{year}-10-01"]),
        "version": pipelines.__version__,
        "kodversion": code_version()[:12],
    }
