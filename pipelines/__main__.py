"""Command line: ``python -m pipelines STAGE --config … --raw … --out … --maps …``. The Makefile calls it."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import NoReturn

from pipelines.core import faults
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths

STAGES = {
    "demo": ("pipelines.demo.make_demo", "gör demoregionen i RAW/demo"),
    "fetch": ("pipelines.fetch.fetch_all", "hämtar utgivarnas filer till RAW"),
    "inventory": ("pipelines.incoming.inventory", "listar indata och kontrollsummor"),
    "lantmateriet": ("pipelines.read.lantmateriet.read_addresses", "läser adresser"),
    "scb": ("pipelines.read.scb.read_scb", "läser befolkning, tätorter och småorter"),
    "pts": ("pipelines.read.pts.read_pts", "läser PTS:s arbetsböcker och Kolada"),
    "granser": ("pipelines.read.lantmateriet.read_boundaries", "läser kommungränser och vatten"),
    "tackning": ("pipelines.read.tackning.read_evidence", "läser täckningsuppgifter"),
    "grid": ("pipelines.grid.make_grid", "rutor med land, adress till ruta, områdestyp"),
    "households": ("pipelines.people.households", "folkmängd och hushåll per adress"),
    "coverage": ("pipelines.coverage.address_coverage", "täckning per adress, och på vilket underlag"),
    "summaries": ("pipelines.sums.summaries", "rutor, delar, kommuner och län"),
    "gaps": ("pipelines.gaps.find_gaps", "bristområden, schakt, kostnad och prioritet"),
    "goals": ("pipelines.goals.measure_goals", "mål, avstämning mot PTS och PTS:s regionala prioritering"),
    "reconciliation": ("pipelines.goals.published_figures", "våra tal bredvid varje publicerat tal"),
    "history": ("pipelines.sums.published_series", "publicerade serier år för år, brott och framskrivning mot målen"),
    "laws": ("pipelines.laws.check_laws", "kontrollerar lagarna på körningens egna tal"),
    "geopackage": ("pipelines.publish.geopackage.write_geopackage", "bredband.gpkg"),
    "raster": ("pipelines.publish.raster.write_rasters", "tackning_250m.tif och klassrastren"),
    "qgis": ("pipelines.publish.qgis.write_projects", "QGIS-projekten bredband.qgz och bredband_oppen.qgz"),
    "tables": ("pipelines.publish.workbook.write_workbook", "kommuner.xlsx och tabellerna som CSV"),
    "report": ("pipelines.publish.report.write_report", "rapport.md och manifest.json"),
    "open_tables": ("pipelines.disclosure.make_open_tables", "det som publiceras, som tabeller"),
    "webmap": ("pipelines.publish.webmap.write_webmap", "webbkartan, öppen och intern"),
    "open_data": ("pipelines.publish.open_data.write_open_data", "den öppna utgåvan i maps/data"),
    "tiles": ("pipelines.publish.tiles.write_tiles", "den öppna utgåvans rutor som kartrutor för webben (PMTiles)"),
    "pages": ("pipelines.publish.pages.write_pages", "en sida per kommun"),
    "entry": ("pipelines.publish.pages.entry", "ingångssidan och tillgänglighetsredogörelsen"),
    "printmap": ("pipelines.publish.printmap.write_printmaps", "kartor för utskrift"),
    "specification": ("pipelines.publish.specification.write_specification", "dataproduktspecifikationen"),
    "catalogue": (
        "pipelines.publish.catalogue.write_catalogue",
        "katalogen över det som publiceras, som DCAT-AP-SE och ISO 19139",
    ),
    "install": ("pipelines.publish.install.put_in_place", "lägger färdiga produkter på plats"),
    "plan": ("pipelines.orders.plan.order_plan", "vad som byggs för en budget eller ett mål, ur en färdig utgåva"),
    "evaluate": (
        "pipelines.orders.evaluate.evaluation",
        "hur bra modellen är: gömmer uppgifter, modellerar och jämför",
    ),
    "compare": ("pipelines.orders.compare.compare_editions", "förändring sedan en tidigare utgåva"),
    "archive": ("pipelines.orders.archive.write_archive", "arkivpaket (BagIt) av en färdig utgåva"),
    "verify": ("pipelines.orders.archive.verify", "kontrollerar ett arkivpaket"),
}
OPTIONS = {
    "fetch": {
        "only": "bara dessa, till exempel scb,kolada (BARA)",
        "show": "ja: lista utan att hämta (VISA)",
        "again": "ja: fråga utgivaren om allt på nytt (IGEN)",
    },
    "plan": {
        "budget": "kronor, till exempel 100000000 (BUDGET)",
        "goal": "procent av hushållen, till exempel 98 (MAL)",
        "troskel": "30, 100 eller 1000 (TROSKEL; annars konfigurationens)",
        "matt": "tillgang eller passerad (MATT; annars konfigurationens)",
    },
    "printmap": {"jobs": "samtidiga processer (JOBS; annars 1)"},
    "evaluate": {"seeds": "frön, hela tal med komma emellan: ett försök per frö (FRON; annars 1,2,3)"},
    "compare": {"from": "OUT från den tidigare utgåvan (FRAN)"},
    "archive": {"edition": "intern eller oppen (UTGAVA; annars intern)"},
    "verify": {"package": "paketets zip-fil, eller mappen den packats upp i (PAKET)"},
}
"""What some stages take besides the folders: texts, given on to the stage's ``run`` as they stand. The stage
reads them itself, so that a planner's slip is told in Swedish, with an example."""


def main(argv: list[str] | None = None) -> int:
    """Run one stage; return the exit code (0 well, 2 bad input, told in Swedish on stderr)."""
    parser = _Parser(prog="python -m pipelines", description=__doc__)
    parser.add_argument("stage", choices=STAGES, metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--config", type=Path, default=Path("config/vastra-gotaland.toml"))
    parser.add_argument("--raw", type=Path, default=Path("data/raw"))
    parser.add_argument("--out", type=Path, default=Path("data/processed"))
    parser.add_argument("--maps", type=Path, default=Path("maps"))
    parser.add_argument("--earlier", type=Path, help="OUT från en tidigare utgåva (bristområdenas id ärvs)")
    for stage, options in OPTIONS.items():
        group = parser.add_argument_group(f"bara för {stage}")
        for name, text in options.items():
            group.add_argument(f"--{name}", dest=f"{stage}.{name}", default="", metavar="…", help=text)
    args = parser.parse_args(argv)
    given = {s: {n: getattr(args, f"{s}.{n}") for n in options} for s, options in OPTIONS.items()}
    for stage, words in given.items():
        if stage != args.stage and any(words.values()):
            parser.error(f"{', '.join(f'--{n}' for n, w in words.items() if w)} hör till {stage}")
    paths = Paths(args.config, args.raw, args.out, args.maps, args.earlier)
    with faults.told(args.stage, paths) as outcome:
        _keep_apart(paths)
        _run(args.stage, paths, given.get(args.stage, {}))
    return outcome.code


def _run(stage: str, paths: Paths, given: dict[str, str]) -> None:
    """Run a stage on the files and the configuration that were listed, and no others."""
    from pipelines.config.region import load_region
    from pipelines.core import leftovers
    from pipelines.incoming import listing
    from pipelines.publish.install import start

    if stage in listing.ON_ORDER:
        leftovers.sweep(paths)
    with listing.unchanged(stage, paths):
        region = load_region(paths.config)
        module = importlib.import_module(STAGES[stage][0])
        with start.ready(stage, paths):
            module.run(region, paths, *given.values())


class _Parser(argparse.ArgumentParser):
    """Tells in Swedish of a command it does not understand."""

    def error(self, message: str) -> NoReturn:
        problem = DataError(
            "Kommandot går inte att förstå.",
            found=f"programbiblioteket säger: {message}",
            action="Använd make; «make help» visar målen, «python -m pipelines -h» stegen.",
        )
        self.exit(faults.FAILED, f"{problem}\n")


def _keep_apart(paths: Paths) -> None:
    """Stop where what is internal would lie among what is published."""
    out, maps = paths.out.resolve(), paths.maps.resolve()
    if out == maps or maps in out.parents:
        raise DataError(
            "OUT (intern utgåva) ligger i MAPS (publicerad utgåva): exakta antal och adresser skulle publiceras.",
            found=f"OUT={paths.out}, MAPS={paths.maps}",
            expected="två skilda mappar",
            action="Välj en annan mapp för OUT, till exempel OUT=data/processed MAPS=maps.",
        )


if __name__ == "__main__":
    sys.exit(main())
