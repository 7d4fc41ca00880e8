"""The facts of the run that every product quotes: run id, demo or not, dates."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pipelines
from pipelines.core import files, ledger
from pipelines.core.facts import NO_ROADS, STAND_INS
from pipelines.incoming.program import numbers_version
from pipelines.steps import PUBLISHERS

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run_facts(region: Region, paths: Paths) -> dict[str, Any]:
    """Return the facts every product quotes.

    The run id is a hash of what decides numbers: inputs, configuration and the code of the steps that reckon. A text
    in a page is no part of it; :func:`pipelines.incoming.program.code_version` is of the whole program.
    """
    digest = hashlib.sha256(numbers_version().encode() + paths.config.read_bytes())
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
    basis = ledger.load(paths.ledger("lantmateriet")).facts["adressunderlag"]
    notes = [basis] if basis in STAND_INS else []
    if ledger.load(paths.ledger("vagar")).facts["vagunderlag"] == NO_ROADS:
        notes.append("raka_schakt")
    return {
        **({"anmarkningar": notes} if notes else {}),
        "korning_id": digest.hexdigest()[:12],
        "demo": demo or (paths.raw / "DEMO.json").exists(),
        "lan": region.lan.kortnamn,
        "lanskod": region.lan.kod,
        "pts_ar": year,
        "pts_datum": f"{year}-10-01",
        "scb_ar": max(scb) if scb else None,
        "senaste_indatadatum": max([*dates, f"{year}-10-01"]),
        "version": pipelines.__version__,
    }
