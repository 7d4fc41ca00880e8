"""Stage laws: the laws of the method checked on this very run. A broken law stops it before any product.

Also writes the facts of the run that every product quotes: run id, demo or not, dates.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import pipelines
from pipelines import contracts, files, ledger
from pipelines.errors import LawError
from pipelines.region import THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.paths import Paths
    from pipelines.region import Region

TOLERANCE = 1e-6
"""Sums of 600 000 doubles agree to far better than this; a real error is at least a household."""
GROUPS = ("lantmateriet", "scb", "pts", "granser", "tackning")
SOURCE_STAGES = ("lantmateriet", "scb", "pts", "granser", "tackning")
CODE_SUFFIXES = {".py", ".js", ".css", ".j2", ".html", ".csv", ".json", ".qml"}


@dataclass(frozen=True)
class Law:
    """One law, and the largest deviation from it found on this run."""

    name: str
    figures: str
    deviation: float

    @property
    def holds(self) -> bool:
        """Whether the deviation is within rounding."""
        return bool(self.deviation <= TOLERANCE)


def run(region: Region, paths: Paths) -> None:
    """Check every law; write them with their figures, and the facts of the run."""
    tables = {
        name: files.read_table(paths.table(name))
        for name in ("rutnat_250m", "rutnat_delar", "kommuner", "lan", "riktvarden", "adresser_hushall",
                     "adresser_tackning", "oppna_rutor")
    }  # fmt: skip
    laws = [
        *sums_agree(tables),
        *thresholds_nest(tables),
        *within_totals(tables),
        *shares_within_bounds(tables),
        *totals_are_published_ones(tables, paths),
        *gap_areas_add_up(tables, paths),
        *rows_accounted_for(paths),
    ]
    said = ledger.Ledger("laws")
    said.facts["lagar"] = [
        {"lag": law.name, "tal": law.figures, "avvikelse": law.deviation, "haller": law.holds} for law in laws
    ]
    said.save(paths.ledger("laws"))
    broken = [law for law in laws if not law.holds]
    if broken:
        raise LawError(
            f"{len(broken)} av {len(laws)} lagar håller inte; inga produkter har skrivits.",
            details=[f"{law.name}: {law.figures} (avvikelse {law.deviation:g})" for law in broken],
            action="Tidigare resultat är orörda. Rapportera felet med filen liggare/laws.json.",
        )
    facts = run_facts(region, paths)
    files.write_text_if_changed(
        paths.run_facts, json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def _law(name: str, left: float, right: float) -> Law:
    scale = max(1.0, abs(left), abs(right))
    return Law(name, f"{left:.6f} = {right:.6f}", abs(left - right) / scale)


def sums_agree(tables: dict[str, pd.DataFrame]) -> list[Law]:
    """Σ cells = Σ parts = Σ kommuner = län, for land and every count; Σ addresses as well."""
    cells, parts = tables["rutnat_250m"], tables["rutnat_delar"]
    kommuner, lan = tables["kommuner"], tables["lan"]
    out = []
    for name in ["land_ha", *(c.name for c in contracts.counts())]:
        total = float(lan[name].iloc[0])
        out.append(_law(f"Σ rutor = län: {name}", float(cells[name].sum()), total))
        out.append(_law(f"Σ delar = län: {name}", float(parts[name].sum()), total))
        out.append(_law(f"Σ kommuner = län: {name}", float(kommuner[name].sum()), total))
    people, coverage = tables["adresser_hushall"], tables["adresser_tackning"]
    for t in THRESHOLDS:
        uncovered = float((people["hushall"] * (1 - coverage[f"sannolikhet_tillgang_{t}"])).sum())
        out.append(
            _law(f"Σ adresser = län: hushall_utan_{t}", uncovered, float(lan[f"hushall_utan_{t}"].iloc[0]))
        )
    by_kommun = parts.groupby("kommunkod")["hushall"].sum()
    gap = kommuner.set_index("kommunkod")["hushall"].sub(by_kommun, fill_value=0).abs().max()
    out.append(Law("Σ delar per kommun = kommun: hushall", "största skillnad", float(gap)))
    return out


def thresholds_nest(tables: dict[str, pd.DataFrame]) -> list[Law]:
    """Uncovered at 30 ⊆ 100 ⊆ 1000 and ej passerade ≤ utan, for each address and cell."""
    out = []
    cells, coverage = tables["rutnat_250m"], tables["adresser_tackning"]
    for low, high in ((30, 100), (100, 1000)):
        over = (cells[f"hushall_utan_{low}"] - cells[f"hushall_utan_{high}"]).max()
        out.append(Law(f"ruta: utan {low} ⊆ utan {high}", "största överskott (hushåll)", float(max(over, 0))))
        for m in ("tillgang", "passerad"):
            over = (coverage[f"sannolikhet_{m}_{high}"] - coverage[f"sannolikhet_{m}_{low}"]).max()
            out.append(Law(f"adress: {m} {high} ⊆ {m} {low}", "största överskott", float(max(over, 0))))
    for t in THRESHOLDS:
        over = (cells[f"hushall_ej_passerade_{t}"] - cells[f"hushall_utan_{t}"]).max()
        out.append(
            Law(f"ruta: ej passerade {t} ≤ utan {t}", "största överskott (hushåll)", float(max(over, 0)))
        )
    return out


def within_totals(tables: dict[str, pd.DataFrame]) -> list[Law]:
    """0 ≤ utan ≤ total in every cell and part, so that covered + uncovered = total with both ≥ 0."""
    out = []
    for table in ("rutnat_250m", "rutnat_delar", "kommuner"):
        frame = tables[table]
        for what in ("adresser", "befolkning", "hushall"):
            over = (frame[f"{what}_utan_1000"] - frame[what]).max()
            low = -min(float(frame[f"{what}_utan_30"].min()), 0.0)
            out.append(
                Law(f"{table}: 0 ≤ {what} utan ≤ {what}", "största överskott", float(max(over, low, 0)))
            )
    return out


def shares_within_bounds(tables: dict[str, pd.DataFrame]) -> list[Law]:
    """Shares lie in 0–100, and the three parts of the surface sum to 100."""
    out = []
    for table in ("kommuner", "lan"):
        frame = tables[table]
        shares = frame[[c for c in frame if c.endswith("_pct")]].to_numpy(dtype=np.float64)
        over = np.nanmax(np.maximum(shares - 100, -shares), initial=0.0)
        out.append(Law(f"{table}: andelar i 0–100", "största överskott", float(max(over, 0))))
        for t in THRESHOLDS:
            three = frame[f"yta_utan_{t}_pct"] + frame[f"yta_tackt_{t}_pct"] + frame["yta_obebodd_pct"]
            off = (three - 100).abs().max()
            out.append(
                Law(
                    f"{table}: ytans tre delar = 100 % vid {t}", "största skillnad", float(np.nan_to_num(off))
                )
            )
    return out


def totals_are_published_ones(tables: dict[str, pd.DataFrame], paths: Paths) -> list[Law]:
    """Households per kommun are PTS's; people are SCB's less what the ledger counts as outside."""
    groups = files.read_table(paths.table("grupper"))
    pts = groups.groupby("kommunkod")["hushall_pts"].sum()
    ours = tables["kommuner"].set_index("kommunkod")["hushall"]
    gap = ours.sub(pts, fill_value=0).abs().max()
    out = [Law("hushåll per kommun = PTS antal", "största skillnad", float(gap))]
    given = float(files.read_table(paths.table("befolkning"))["befolkning"].sum())
    said = ledger.load(paths.ledger("households"))
    outside = sum(e.count for e in said.entries if e.kind == "bortfall")
    out.append(
        _law("folk: länet + utanför länet = SCB", float(tables["lan"]["befolkning"].iloc[0]) + outside, given)
    )
    return out


def gap_areas_add_up(tables: dict[str, pd.DataFrame], paths: Paths) -> list[Law]:
    """Σ gap areas + dispersed = Σ cells, for households without, per kommun and for the län."""
    import pandas as pd

    columns = ["kommunkod", "troskel_mbit", "matt", "hushall_utan", "bristomrade_id"]
    areas = files.read_table(paths.table("bristomraden"), columns)
    dispersed = areas[areas["bristomrade_id"].str.startswith("utspritt-")]
    rows = pd.concat([files.read_table(paths.table("bristomraden_kommun"), columns), dispersed])
    kommuner = tables["kommuner"].set_index("kommunkod")
    out = []
    for t in THRESHOLDS:
        for matt, column in (("tillgang", f"hushall_utan_{t}"), ("passerad", f"hushall_ej_passerade_{t}")):
            name = f"Σ bristområden + utspritt = {column}"
            here = rows[(rows["troskel_mbit"] == t) & (rows["matt"] == matt)]
            whole = areas[(areas["troskel_mbit"] == t) & (areas["matt"] == matt)]["hushall_utan"].sum()
            out.append(_law(f"{name}, län", float(whole), float(kommuner[column].sum())))
            gap = (
                here.groupby("kommunkod")["hushall_utan"]
                .sum()
                .sub(kommuner[column], fill_value=0)
                .abs()
                .max()
            )
            out.append(Law(f"{name}, per kommun", "största skillnad", float(gap) / max(1.0, float(whole))))
    return out


def rows_accounted_for(paths: Paths) -> list[Law]:
    """No input row disappears: rows read = rows used + rows the ledger names as dropped, per file."""
    out = []
    for stage in SOURCE_STAGES:
        said = ledger.load(paths.ledger(stage))
        rows: Any = said.facts.get("rader", {})
        if "lasta" in rows:  # one count for the whole stage
            rows = {"": rows}
        for file, count in rows.items():
            used = count["behallna"] if "behallna" in count else count["anvanda"]
            dropped = sum(e.count for e in said.entries if e.kind == "bortfall" and e.source.endswith(file))
            name = f"rader {stage} {file}".rstrip()
            out.append(_law(f"{name}: lästa = använda + redovisade bortfall", count["lasta"], used + dropped))
    return out


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
    if paths.earlier is not None:
        digest.update(files.sha256(paths.earlier / "bredband.gpkg").encode())
    demo = False
    for group in GROUPS:
        inventory = json.loads(paths.inventory(group).read_text(encoding="utf-8"))
        for entry in inventory:
            digest.update(f"{entry['fil']}\0{entry['sha256']}\n".encode())
            demo = demo or entry["demo"]
    used = [
        f for stage in SOURCE_STAGES
        for f in ledger.load(paths.ledger(stage)).facts.get("filer", [])  # type: ignore[attr-defined]
        if f["anvand"]
    ]  # fmt: skip
    dates = sorted(f["referensdatum"] for f in used if f.get("referensdatum"))
    teknik = files.read_table(paths.table("pts_teknik"), ["ar"])
    scb = [f["ar"] for f in used if f["roll"] == "befolkning_1km" and f.get("ar")]
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
