"""``make bench``: each step's time and memory beside its floor, the whole beside the floor and beside the usual way.

The floor reads the same inputs and writes the same outputs with nothing in between: what no method can go below on this
machine. ``VAXER=ja`` adds how the steps grow, ``SVERIGE=ja`` with them the country, ``KONTINENT=ja`` 200 million
addresses; ``SKRIV=ja`` writes what was measured into ``docs/prestanda.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pipelines.core.errors import DataError
from pipelines.orders import progress
from pipelines.orders.bench import bench_continent, bench_growth, bench_page
from pipelines.orders.bench.clock import Cost, timed
from pipelines.steps import JOB, Step

MODULE = [sys.executable, "-m", "pipelines.orders.bench"]
YES = ("vaxer", "sverige", "kontinent", "skriv")
COUNTRY = Path("config/sverige.toml")
PICTURE = Path("docs/bild/prestanda_vaxer.png")


def main() -> int:
    """Measure in a temporary ``OUT``, print the tables, and put them into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "raw", "out", "maps"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--jobs", default="2")
    for name in YES:
        parser.add_argument(f"--{name}", default="")
    args = parser.parse_args()
    try:
        wanted = {name for name in YES if _yes(getattr(args, name), name.upper())}
    except DataError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    with tempfile.TemporaryDirectory(dir=args.out) as scratch:
        told = the_county(Path(scratch), args)
    # What takes long is kept, and goes on where it was broken off.
    kept = args.out / "bench"
    if wanted & {"vaxer", "sverige"}:
        runs = bench_growth.main(kept, args.config, COUNTRY if "sverige" in wanted else None)
        told["vaxer"] = bench_growth.table(runs)
        if "skriv" in wanted:
            bench_growth.plot(runs, PICTURE)
    if "kontinent" in wanted:
        told["kontinent"] = continent(kept)
    for name, text in told.items():
        print(f"\n{bench_page.TITLES[name]}\n\n{text}")
    if "skriv" in wanted:
        bench_page.write(told)
    return 0


def _yes(word: str, name: str) -> bool:
    if word.strip().lower() not in ("", "ja", "nej"):
        raise DataError(f"{name} ska vara ja eller nej.", found=word, action=f"Skriv {name}=ja.")
    return word.strip().lower() == "ja"


def the_county(here: Path, args: argparse.Namespace) -> dict[str, str]:
    """Run every step once, in make's order, then all as ``make`` does, then the usual ways; return the tables."""
    given = {"--config": args.config, "--raw": args.raw, "--out": here / "out", "--maps": here / "maps"}
    folders = [str(x) for pair in given.items() for x in pair]
    costs: dict[str, Cost] = {}
    for at in progress.parts([step.says for step in JOB]):
        costs[JOB[at].name] = timed([sys.executable, "-m", "pipelines", JOB[at].name, *folders])
    floor = [f"{MODULE[-1]}.bench_floor", str(args.raw), str(here)]
    whole = timed([*MODULE[:-1], *floor])
    floors: dict[str, Cost] = {}
    for at in progress.parts([f"Golv: {step.says}" for step in JOB]):
        floors[JOB[at].name] = timed([*MODULE[:-1], *floor, JOB[at].name])
    told = {"steg": steps_table(costs, floors, whole)}
    print_pages([here / "maps/bredbandskarta.html", here / "out/bredbandskarta_intern.html"])
    told["bredvid"] = ways_table(beside(list(map(str, given.values()))))
    told["helheten"] = whole_table(costs, as_make_does(here, args), full_size_roads(here), args.jobs)
    return told


def steps_table(costs: dict[str, Cost], floors: dict[str, Cost], whole: Cost) -> str:
    """Return a row a step: wall seconds, processor seconds, memory, and its floor; then the sum and the whole floor."""
    lines = ["| steg | s | processor, s | MB | golv, s | kvot |", "|---|---:|---:|---:|---:|---:|"]
    for step in JOB:
        cost, low = costs[step.name], floors[step.name]
        lines.append(
            f"| {step.says} | {cost.seconds:.1f} | {cost.cpu_s:.1f} | {cost.megabytes:.0f} | {low.seconds:.1f} "
            f"| {cost.seconds / low.seconds:.1f} |"
        )
    seconds, cpu = (sum(getattr(c, what) for c in costs.values()) for what in ("seconds", "cpu_s"))
    most, low_s = max(c.megabytes for c in costs.values()), sum(c.seconds for c in floors.values())
    lines.append(
        f"| **summa, största minne** | {seconds:.1f} | {cpu:.1f} | {most:.0f} | {low_s:.1f} | {seconds / low_s:.1f} |"
    )
    lines.append(
        f"| **mot golvet för hela jobbet** | {seconds:.1f} | | | {whole.seconds:.1f} | {seconds / whole.seconds:.1f} |"
    )
    return "\n".join(lines)


def whole_table(costs: dict[str, Cost], together: dict[str, float], roads: Cost, jobs: str) -> str:
    """Return what the job takes as a whole, as lines of a list."""
    published = sum(costs[step.name].seconds for step in JOB if makes_public(step))
    lines = [f"- {what}: {seconds:.1f} s, med JOBS={jobs}" for what, seconds in together.items()]
    lines.append(f"- allt under MAPS, steg efter steg: {published:.1f} s")
    lines.append(
        f"- vägar i full storlek, sex nivåer: {roads.seconds:.1f} s, {roads.megabytes:.0f} MB (mål: 15 s, 1500 MB)"
    )
    return "\n".join(lines)


def beside(folders: list[str]) -> list[dict[str, Any]]:
    """Return what the usual ways took, each beside ours (see ``bench_beside``)."""
    command = [*MODULE[:-1], f"{MODULE[-1]}.bench_beside", *folders]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    ways: list[dict[str, Any]] = json.loads(done.stdout)
    return ways


def ways_table(ways: list[dict[str, Any]]) -> str:
    """Return a row a way; the ratio is the usual way's time to ours of the same task."""
    ours = {way["task"]: way["seconds"] for way in ways if not way["usual"]}
    lines = ["| vad | hur | rader | s | gånger vår tid | |", "|---|---|---:|---:|---:|---|"]
    for way in ways:
        more = "> " if way["stopped"] else ""
        ratio = f"**{more}{way['seconds'] / ours[way['task']]:.1f}**" if way["usual"] else "här"
        rows = f"{way['rows']:,}".replace(",", " ")
        lines.append(f"| {way['task']} | {way['way']} | {rows} | {way['seconds']:.3g} | {ratio} | {way['note']} |")
    return "\n".join(lines)


def continent(kept: Path) -> str:
    """Make the addresses where there are none, sum them on the clock, count them again; return the lines."""
    folder = kept / "kontinent"
    folder.mkdir(parents=True, exist_ok=True)
    command = [*MODULE[:-1], f"{MODULE[-1]}.bench_continent"]
    if not (folder / "rutnat.parquet").exists():  # written last
        timed([*command, "make", str(folder), str(bench_continent.ADDRESSES)])
    cost = timed([*command, "sum", str(folder)])
    done = subprocess.run([*command, "check", str(folder)], check=True, stdout=subprocess.PIPE, text=True)
    size = sum((folder / f"{name}.parquet").stat().st_size for name in ("adresser", "rutnat")) / 1e9
    grid = bench_continent.WIDE * bench_continent.HIGH // 10**6
    return "\n".join(
        [
            f"- {done.stdout.strip()}; {grid} miljoner rutor i rutnätet",
            f"- {cost.seconds:.0f} s ({cost.cpu_s:.0f} s processor), {cost.megabytes:.0f} MB, ur {size:.1f} GB Parquet",
            "- varje rutas summor är lika med en oberoende räkning (NumPy)",
        ]
    )


def full_size_roads(scratch: Path) -> Cost:
    """Return what a full county's roads cost, to the trenches of six levels (see ``bench_roads``)."""
    module = [*MODULE[:-1], f"{MODULE[-1]}.bench_roads"]
    timed([*module, "make", str(scratch)])
    return timed([*module, "dig", str(scratch)])


def makes_public(step: Step) -> bool:
    """Tell whether a step makes something that lies under ``MAPS``, or the tables that such is made from."""
    return step.name in ("open_areas", "open_tables", "ground") or any(
        pattern.startswith("maps/") for pattern in step.makes
    )


def as_make_does(scratch: Path, args: argparse.Namespace) -> dict[str, float]:
    """Return the wall seconds of ``make`` to the laws, from there to all that is published, and to the end."""
    out = scratch / "make"
    raw = args.raw.parent if args.raw.name == "demo" else args.raw
    given = [f"CONFIG={args.config}", f"RAW={raw}", f"OUT={out}", f"MAPS={out}/maps", f"JOBS={args.jobs}"]
    parts = {
        "fram till lagarna": f"{out}/.steg/lagar.klar",
        "därifrån allt under MAPS": "published",
        "resten": "coverage",
        "en gång till, när inget har ändrats": "coverage",
    }
    return {what: timed(["make", *given, goal], env=_own_make()).seconds for what, goal in parts.items()}


def _own_make() -> dict[str, str]:
    """Return the environment without what the make that called us says to its children."""
    theirs = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERMOUT", "MAKE_TERMERR", "BREDBAND_KORNING")
    return {name: value for name, value in os.environ.items() if name not in theirs}


def print_pages(pages: list[Path]) -> None:
    """Print what Chromium says of the maps: first picture, switch, zoom, memory."""
    if not (os.environ.get("CHROMIUM") or shutil.which("chromium")):
        print("Chromium saknas: kartornas egna tider mäts inte.")
        return
    command = [sys.executable, "-m", "pipelines.publish.webmap.webmap_measure", *map(str, pages)]
    subprocess.run(command, check=False)  # outside its goals is told, not an error


if __name__ == "__main__":
    sys.exit(main())
