"""Stage laws: the laws of the method checked on this very run. A broken law stops it before any product.

Also writes the facts of the run that every product quotes: run id, demo or not, dates.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import files, ledger
from pipelines.core.errors import LawError
from pipelines.core.facts import rows_of
from pipelines.core.level import LEVELS, MEASURES, Level
from pipelines.laws.run_facts import run_facts
from pipelines.steps import PUBLISHERS
from pipelines.tables import summary_tables
from pipelines.tables.code_lists import KINDS, TRENCH_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

TOLERANCE = 1e-6
"""Sums of 600 000 doubles agree to far better than this; a real error is at least a household."""


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


class Columns:
    """A table of which one column at a time is read: millions of rows need not be held at once."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.file = pq.ParquetFile(path)  # opened once: of a small table that takes longer than reading it

    def __getitem__(self, name: str) -> pd.Series:
        """Read one column."""
        column: pd.Series = self.file.read([name])[name].to_pandas()
        return column

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.file.metadata.num_rows)


Tables = dict[str, Any]
"""Tables by name: data frames, or :class:`Columns` where they are large."""


def run(region: Region, paths: Paths) -> None:
    """Check every law; write them with their figures, and the facts of the run."""
    tables: Tables = {n: files.read_table(paths.table(n)) for n in ("kommuner", "lan", "riktvarden")}
    tables |= {n: Columns(paths.table(n)) for n in ("rutnat_250m", "rutnat_delar", "adresser")}
    tables |= {n: Columns(paths.table(n)) for n in ("adresser_hushall", "oppna_rutor")}
    laws = [
        *sums_agree(tables),
        *told_apart_agree(tables),
        *thresholds_nest(tables),
        *within_totals(tables),
        *shares_within_bounds(tables),
        *totals_are_published_ones(tables, paths),
        *gap_areas_add_up(tables, paths),
        *parts_of_gap_areas(paths),
        *projects_add_up(tables, paths),
        *trench_adds_up(paths),
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
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not paths.run_facts.exists() or paths.run_facts.read_text(encoding="utf-8") != text:
        # Built products of another run wait there: one that this run does not make must not be put in place.
        if paths.built(".").exists():
            shutil.rmtree(paths.built("."))
        files.write_text(paths.run_facts, text)


def _law(name: str, left: float, right: float) -> Law:
    if np.isnan(left) and np.isnan(right):
        return Law(name, "inte känt", 0.0)
    scale = max(1.0, abs(left), abs(right))
    return Law(name, f"{left:.6f} = {right:.6f}", abs(left - right) / scale)


def sums_agree(tables: Tables) -> list[Law]:
    """Σ addresses = Σ parts = Σ kommuner, kommun by kommun, and = Σ cells = län, for land and every count."""
    import pandas as pd

    cells, parts, lan = tables["rutnat_250m"], tables["rutnat_delar"], tables["lan"]
    kommuner = tables["kommuner"].set_index("kommunkod")
    by_part, by_address = _by_kommun(parts["kommunkod"]), _by_kommun(tables["adresser"]["kommunkod"])
    of_addresses = dict(_counts_of_addresses(tables["adresser"]))
    out = []
    for name in ["land_ha", *(c.name for c in summary_tables.COUNTS)]:
        total = float(lan[name].iloc[0])
        for said, table in (("rutor", cells), ("delar", parts), ("kommuner", kommuner)):
            out.append(_law(f"Σ {said} = län: {name}", float(table[name].sum(skipna=False)), total))
        out.append(_gap(f"Σ delar per kommun = kommun: {name}", by_part(parts[name]), kommuner[name]))
        if name in of_addresses:
            counted = by_address(of_addresses[name]())
            out.append(_gap(f"Σ adresser per kommun = kommun: {name}", counted, kommuner[name]))
    # A part's row among the cells, once for all: 0 is what is of no cell.
    row = pd.Index(cells["rutid_scb"].astype("int64")).get_indexer(parts["rutid_scb"].astype("int64")) + 1
    for name in (level.without() for level in LEVELS):
        ours = pd.Series(np.bincount(row, weights=parts[name], minlength=len(cells) + 1))
        out.append(_gap(f"Σ delar per ruta = ruta: {name}", ours, pd.Series(np.append(0, cells[name]))))
    for name in ("hushall", "befolkning"):
        before, after = tables["adresser_hushall"][name].sum(), tables["adresser"][name].sum()
        out.append(_law(f"Σ adresser_hushall = adresser: {name}", float(before), float(after)))
    for name in ("adresser", "oppna_rutor"):
        rows = len(tables["adresser_hushall" if name == "adresser" else "rutnat_250m"])
        out.append(_law(f"antal rader: {name}", float(len(tables[name])), float(rows)))
    return out


def _by_kommun(kommunkod: pd.Series) -> Callable[[pd.Series], pd.Series]:
    """Return a function that sums a column per kommun."""
    import pandas as pd

    code, names = pd.factorize(kommunkod)

    def summed(values: pd.Series) -> pd.Series:
        sums = np.bincount(code, weights=np.asarray(values, dtype=np.float64), minlength=len(names))
        return pd.Series(sums, index=names)

    return summed


def told_apart_agree(tables: Tables) -> list[Law]:
    """Σ addresses = kommun, and Σ kommuner = län, for what is told apart: all of it, and those without."""
    if len(tables["adresser"]) != len(tables["adresser_hushall"]):
        return []  # a broken law of its own: the rows are no longer each other's
    by_address, lan = _by_kommun(tables["adresser"]["kommunkod"]), tables["lan"]
    kommuner = tables["kommuner"].set_index("kommunkod")
    people = {what: tables["adresser_hushall"][what] for what in KINDS}
    out = [_gap(f"Σ adresser per kommun = kommun: {x}", by_address(each), kommuner[x]) for x, each in people.items()]
    for level in LEVELS:
        lack = 1 - tables["adresser"][level.probability]
        for what, each in people.items():
            name = level.without(what)
            out.append(_gap(f"Σ adresser per kommun = kommun: {name}", by_address(each * lack), kommuner[name]))
            total = float(lan[name].iloc[0])
            out.append(_law(f"Σ kommuner = län: {name}", float(kommuner[name].sum(skipna=False)), total))
    return out


def _counts_of_addresses(rows: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Give the name of each count, and how it is made from the published table of addresses."""
    from functools import partial

    def base(what: str) -> Any:
        return np.ones(len(rows)) if what == "adresser" else rows[what]

    def lacking(what: str, level: Level) -> Any:
        return base(what) * (1 - rows[level.probability])

    for what in ("adresser", "befolkning", "hushall"):
        yield what, partial(base, what)
        for level in LEVELS:
            yield level.without(what), partial(lacking, what, level)


def thresholds_nest(tables: Tables) -> list[Law]:
    """Uncovered at a threshold ⊆ uncovered at the next, and ej passerade ≤ utan, for each address and cell."""
    out = []
    cells, rows = tables["rutnat_250m"], tables["adresser"]
    for low, high in pairwise(LEVELS.mbit):
        less, more = Level("tillgang", low), Level("tillgang", high)
        for what in ("adresser", "befolkning", "hushall"):
            over = cells[less.without(what)] - cells[more.without(what)]
            out.append(_over(f"ruta: {what} utan {low} ⊆ utan {high}", over))
        for m in MEASURES:
            over = rows[Level(m, high).probability] - rows[Level(m, low).probability]
            out.append(_over(f"adress: {m} {high} ⊆ {m} {low}", over))
    for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        t = has.mbit
        out.append(_over(f"ruta: ej passerade {t} ≤ utan {t}", cells[passed.without()] - cells[has.without()]))
        over = rows[has.probability] - rows[passed.probability]
        out.append(_over(f"adress: tillgång {t} ⊆ passerad {t}", over))
    return out


def _over(name: str, excess: pd.Series) -> Law:
    """Return the law that ``excess`` is nowhere above 0."""
    return Law(name, "största överskott", max(float(excess.max()), 0.0) if len(excess) else 0.0)


def _gap(name: str, left: pd.Series, right: pd.Series) -> Law:
    """Return the law that two columns with the same keys are equal, row by row."""
    if not left.index.equals(right.index):
        left, right = left.align(right, fill_value=0)
    ours, theirs = left.to_numpy(dtype=np.float64), right.to_numpy(dtype=np.float64)
    if (np.isnan(ours) != np.isnan(theirs)).any():
        return Law(name, "känt på bara ena sidan", float("inf"))
    scale = max(1.0, _largest(theirs))
    return Law(name, "största skillnad", _largest(ours - theirs) / scale)


def _largest(values: NDArray[np.float64]) -> float:
    """Return the largest of some values, whatever their sign; 0 where there are none."""
    return float(np.fmax.reduce(np.abs(values), initial=0.0))


def within_totals(tables: Tables) -> list[Law]:
    """0 ≤ utan ≤ total in every cell and part, so that covered + uncovered = total with both ≥ 0."""
    out = []
    for table in ("rutnat_250m", "rutnat_delar", "kommuner"):
        frame = tables[table]
        for what in ("adresser", "befolkning", "hushall", *(KINDS if table == "kommuner" else ())):
            columns = [level.without(what) for level in LEVELS.of("tillgang")]
            beyond = [x for c in columns for x in ((frame[c] - frame[what]).max(), -frame[c].min())]
            worst = float(np.nanmax([0.0, *beyond])) + 0.0  # never −0
            out.append(Law(f"{table}: 0 ≤ {what} utan ≤ {what}", "största överskott", worst))
        if table == "kommuner":
            over = frame["hushall_smahus"] + frame["hushall_flerbostad"] - frame["hushall"]
            out.append(_over("kommuner: hushåll i småhus och flerbostadshus ≤ hushåll", over.fillna(0)))
    return out


def shares_within_bounds(tables: Tables) -> list[Law]:
    """Shares lie in 0–100, and the three parts of the surface sum to 100."""
    out = []
    for table in ("kommuner", "lan"):
        frame = tables[table]
        for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
            for level in (has, passed):
                ours = 100 * (1 - frame[level.without()] / frame["hushall"].where(frame["hushall"] > 0))
                name = f"{table}: {level.share} = 1 − andelen utan"
                out.append(_gap(name, ours.fillna(0), frame[level.share].fillna(0)))
            gap = frame[has.share] - frame[has.pts_share]
            name = f"{table}: avvikelse {has.mbit} = vår − PTS"
            out.append(_gap(name, gap.fillna(0), frame[has.deviation].fillna(0)))
        shares = frame[[c for c in frame if c.endswith("_pct")]].to_numpy(dtype=np.float64)
        over = np.nanmax(np.maximum(shares - 100, -shares), initial=0.0)
        out.append(Law(f"{table}: andelar i 0–100", "största överskott", float(max(over, 0))))
        for level in LEVELS.of("tillgang"):
            three = frame[level.land("utan")] + frame[level.land("tackt")] + frame["yta_obebodd_pct"]
            off = (three - 100).abs().max()
            name = f"{table}: ytans tre delar = 100 % vid {level.mbit}"
            out.append(Law(name, "största skillnad", float(np.nan_to_num(off))))
    return out


def totals_are_published_ones(tables: Tables, paths: Paths) -> list[Law]:
    """Households per kommun are PTS's; people are SCB's less what the ledger counts as outside."""
    groups = files.read_table(paths.table("grupper"))
    pts = groups.groupby("kommunkod")["hushall_pts"].sum()
    ours = tables["kommuner"].set_index("kommunkod")["hushall"]
    gap = ours.sub(pts, fill_value=0).abs().max()
    out = [Law("hushåll per kommun = PTS antal", "största skillnad", float(gap))]
    given = float(files.read_table(paths.table("befolkning"))["befolkning"].sum())
    said = ledger.load(paths.ledger("households"))
    outside = sum(e.count for e in said.entries if e.kind == "bortfall")
    out.append(_law("folk: länet + utanför länet = SCB", float(tables["lan"]["befolkning"].iloc[0]) + outside, given))
    return out


def gap_areas_add_up(tables: Tables, paths: Paths) -> list[Law]:
    """Σ gap areas + dispersed = Σ cells, for households, and what is told apart, per kommun and for the län."""
    import pandas as pd

    counted = ("hushall", *KINDS)
    columns = ["kommunkod", "troskel_mbit", "matt", "bristomrade_id", *(f"{x}_utan" for x in counted)]
    areas = files.read_table(paths.table("bristomraden"), [*columns, "adresser_utan"])
    dispersed = areas[areas["bristomrade_id"].str.startswith("utspritt-")]
    rows = pd.concat([files.read_table(paths.table("bristomraden_kommun"), columns), dispersed[columns]])
    kommuner = tables["kommuner"].set_index("kommunkod")
    out = []
    for level in LEVELS.by_threshold():
        addresses = level.without("adresser")
        here, whole = (x[(x["troskel_mbit"] == level.mbit) & (x["matt"] == level.measure)] for x in (rows, areas))
        for what in counted:
            column, own = level.without(what), f"{what}_utan"
            name = f"Σ bristområden + utspritt = {column}"
            total = float(kommuner[column].sum(skipna=False))
            out.append(_law(f"{name}, län", float(whole[own].sum(skipna=False)), total))
            out.append(_gap(f"{name}, per kommun", here.groupby("kommunkod")[own].sum(skipna=False), kommuner[column]))
        total = float(whole["adresser_utan"].sum())
        out.append(_law(f"Σ bristområden + utspritt = {addresses}, län", total, float(kommuner[addresses].sum())))
    return out


def parts_of_gap_areas(paths: Paths) -> list[Law]:
    """Σ kommuner's parts of a cost = the area's; Σ an area's cells = its number."""
    areas = files.read_table(paths.table("bristomraden"), ["bristomrade_id", "kostnad_sek", "rutor"])
    areas = areas[~areas["bristomrade_id"].str.startswith("utspritt-")].set_index("bristomrade_id")
    parts = files.read_table(paths.table("bristomraden_kommun"), ["bristomrade_id", "kostnad_sek"])
    cells = files.read_table(paths.table("bristomraden_rutor"), ["bristomrade_id"]).groupby("bristomrade_id").size()
    return [
        _gap(
            "Σ kommunernas delar av kostnaden = området",
            parts.groupby("bristomrade_id")["kostnad_sek"].sum(),
            areas["kostnad_sek"].fillna(0),
        ),
        _gap("Σ bristområdets rutor = rutor", cells.astype("float64"), areas["rutor"].astype("float64")),
    ]


def projects_add_up(tables: Tables, paths: Paths) -> list[Law]:
    """Every address *utan* is in one project a level; Σ addresses = project; projects + the rest = every kommun."""
    import pandas as pd

    key = ["troskel_mbit", "matt"]
    projects = files.read_table(paths.table("projekt"), ["projekt_id", *key, "adresser", "hushall_utan"])
    members = files.read_table(
        paths.table("projekt_adresser"), ["projekt_id", *key, "adress_id", "kommunkod", "hushall_utan"]
    )
    steps = int((files.read_table(paths.table("bristkurva"), ["kod"])["kod"].str.len() == 2).sum())
    by_id, summed = projects.set_index("projekt_id"), members.groupby("projekt_id")
    out = [
        _gap("Σ projektets adresser = adresser", summed.size().astype("float64"), by_id["adresser"].astype("float64")),
        _gap("Σ projektets adresser = hushåll utan", summed["hushall_utan"].sum(), by_id["hushall_utan"]),
        _law("kurvans steg i länet = projekt", float(steps), float(len(projects))),
    ]
    rows, kommuner = tables["adresser"], tables["kommuner"].set_index("kommunkod")
    by_address, row = _by_kommun(rows["kommunkod"]), pd.Index(rows["adress_id"]).get_indexer(members["adress_id"])
    for level in LEVELS.by_threshold():
        of_level = ((members["troskel_mbit"] == level.mbit) & (members["matt"] == level.measure)).to_numpy()
        here, taken = members[of_level], np.zeros(len(rows), dtype=np.bool_)
        taken[row[of_level & (row >= 0)]] = True
        out.append(_law(f"adresser i projekt, var och en en gång: {level.code}", float(taken.sum()), float(len(here))))
        p = rows[level.probability].to_numpy()
        most, least = np.max(p, where=taken, initial=0.0), np.min(p, where=~taken, initial=1.0)
        name = f"i projekt är de som mest sannolikt är utan: {level.code}"
        out.append(Law(name, f"{most:.6f} ≤ {least:.6f}", max(0.0, most - least)))
        rest = by_address(np.where(taken, 0.0, rows["hushall"].to_numpy() * (1 - p)))
        ours = here.groupby("kommunkod")["hushall_utan"].sum().add(rest, fill_value=0)
        out.append(_gap(f"Σ projekt + resten = {level.without()}, per kommun", ours, kommuner[level.without()]))
    return out


DRY_M = 50
"""No area's straight trench may go over more open water (metres) than this without its being told as such."""


def trench_adds_up(paths: Paths) -> list[Law]:
    """Check that a trench's parts are the whole, and the lines as long; and that what is dug on land lies on land."""
    import shapely

    from pipelines.roads import over_water

    names = [f"schakt_{x}_m" for x in TRENCH_KINDS]
    out, straight = [], []
    for table, drawn_in in (("bristomraden", "schakt"), ("projekt", "projekt_schakt")):
        key = "projekt_id" if table == "projekt" else "bristomrade_id"
        areas = files.read_table(paths.table(table), [key, "schakt_m", *names])
        areas = areas[areas["schakt_m"].notna()].set_index(key)
        lines = files.read_table(paths.table(drawn_in), [key, "slag", "langd_m"])
        told = areas[names].set_axis(list(TRENCH_KINDS), axis=1).stack().rename_axis([key, "slag"])
        drawn = lines.set_index([key, "slag"])["langd_m"]
        out += [
            _gap(f"Σ schaktets delar = schaktet: {table}", areas[names].sum(axis=1), areas["schakt_m"]),
            _gap(f"Σ schaktets linjer = dess delar: {table}", drawn, told),
        ]
        # Only these: what follows roads is most of the lines, and is asked nothing here.
        dry = files.read_shapes(paths.table(drawn_in), [key, "geometry"], [("slag", "in", ["stick", "fagelvag"])])
        straight.append(dry.rename(columns={key: "id"}))
    parts, row = shapely.get_parts(np.concatenate([x["geometry"] for x in straight]), return_index=True)
    ends = shapely.get_coordinates(parts).reshape(-1, 4)
    once, of = np.unique(ends, axis=0, return_inverse=True)
    water = over_water.water(files.read_shapes(paths.table("mark"), ["geometry"])["geometry"].to_numpy())
    wet = over_water.metres(over_water.over(water, once[:, :2], once[:, 2:]), len(once))[of.ravel()]
    area = np.concatenate([x["id"].astype(str) for x in straight])[row]
    most = float(np.bincount(np.unique(area, return_inverse=True)[1], wet).max(initial=0.0))
    figures = f"mest {most:.6f} m, högst {DRY_M} m"
    return [*out, Law("schakt på land går inte över vatten", figures, max(0.0, most - DRY_M))]


SQUARES_LEFT_OUT = ("rutor utanför länet", "rutor med 0 personer", "1 km-rutor ersatta av")
"""How the ledger of stage scb begins the reasons for squares that ``befolkning`` does not have."""


def rows_accounted_for(paths: Paths) -> list[Law]:
    """No input row disappears: rows read = rows used + rows the ledger names as dropped, per file."""
    out = []
    for stage in PUBLISHERS:
        said = ledger.load(paths.ledger(stage))
        for file, (read, used) in rows_of(said.facts).items():
            kinds = ("bortfall", "upplysning") if stage == "scb" else ("bortfall",)
            named = [e for e in said.entries if e.kind in kinds]
            if file:
                named = [e for e in named if e.source.rpartition("/")[2] == file]
            if stage == "scb":  # of its figures, those of squares left out; localities and lists are no squares
                named = [e for e in named if e.reason.startswith(SQUARES_LEFT_OUT)]
            dropped = sum(e.count for e in named)
            name = f"rader {stage} {file}".rstrip()
            out.append(_law(f"{name}: lästa = använda + redovisade bortfall", read, used + dropped))
    return out
