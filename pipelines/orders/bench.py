"""``make bench``: each stage's time and memory, and the whole beside the floor.

The floor reads the same inputs and writes the same outputs with nothing in between: what no method can
go below on this machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.steps import JOB, Step


def main() -> int:
    """Run every step once, in make's order, into a temporary ``OUT``, then all as ``make`` does; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "raw", "out", "maps"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--jobs", default="2")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.out) as scratch:
        here = Path(scratch)
        folders = ["--config", args.config, "--raw", args.raw, "--out", here / "out", "--maps", here / "maps"]
        rows = [(s.name, *timed([sys.executable, "-m", "pipelines", s.name, *map(str, folders)])) for s in JOB]
        total = sum(seconds for _, seconds, _ in rows)
        floor = timed([sys.executable, "-m", "pipelines.orders.bench_floor", str(args.raw), str(here)])
        pages = [here / "maps/bredbandskarta.html", here / "out/bredbandskarta_intern.html"]
        print_pages(pages)
        together = as_make_does(here, args)
        roads = full_size_roads(here)
    print(f"{'steg':<14}{'sekunder':>10}{'minne (MB)':>12}")
    for stage, seconds, megabytes in rows:
        print(f"{stage:<14}{seconds:>10.2f}{megabytes:>12.0f}")
    print(f"{'summa':<14}{total:>10.2f}{max(m for _, _, m in rows):>12.0f}  (steg efter steg, ett i taget)")
    print(f"{'golv':<14}{floor[0]:>10.2f}{floor[1]:>12.0f}  (läsa indata och skriva produkterna, utan att räkna)")
    print(f"vägar i full storlek, sex nivåer: {roads[0]:.2f} sekunder, {roads[1]:.0f} MB (mål: 15 sekunder, 1500 MB)")
    print(f"kvot till golvet: {total / floor[0]:.2f}")
    published = sum(seconds for step, (_, seconds, _) in zip(JOB, rows, strict=True) if makes_public(step))
    print(f"allt under MAPS: {published:.2f} sekunder, steg efter steg")
    for what, seconds in together.items():
        print(f"{what}: {seconds:.2f} sekunder, med JOBS={args.jobs}")
    return 0


def full_size_roads(scratch: Path) -> tuple[float, float]:
    """Return seconds and memory from a full county's roads to the trenches of six levels (see ``bench_roads``)."""
    module = [sys.executable, "-m", "pipelines.orders.bench_roads"]
    timed([*module, "make", str(scratch)])
    return timed([*module, "dig", str(scratch)])


def makes_public(step: Step) -> bool:
    """Tell whether a step makes something that lies under ``MAPS``, or the tables that such is made from."""
    return step.name in ("open_tables", "ground") or any(pattern.startswith("maps/") for pattern in step.makes)


def as_make_does(scratch: Path, args: argparse.Namespace) -> dict[str, float]:
    """Return the wall seconds of ``make`` to the laws, from there to all that is published, and to the end."""
    out = scratch / "make"
    raw = args.raw.parent if args.raw.name == "demo" else args.raw
    given = [f"CONFIG={args.config}", f"RAW={raw}", f"OUT={out}", f"MAPS={out}/maps", f"JOBS={args.jobs}"]
    parts = {
        "fram till lagarna": f"{out}/.steg/lagar.klar",
        "därifrån allt under MAPS": "published",
        "resten": "coverage",
    }
    return {what: timed(["make", *given, goal], env=_own_make())[0] for what, goal in parts.items()}


def _own_make() -> dict[str, str]:
    """Return the environment without what the make that called us says to its children."""
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def print_pages(pages: list[Path]) -> None:
    """Print what Chromium says of the maps: first picture, switch, zoom, memory."""
    if not (os.environ.get("CHROMIUM") or shutil.which("chromium")):
        print("Chromium saknas: kartornas egna tider mäts inte.")
        return
    command = [sys.executable, "-m", "pipelines.publish.webmap.webmap_measure", *map(str, pages)]
    subprocess.run(command, check=False)  # outside its goals is told, not an error


def timed(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float]:
    """Return wall seconds and peak memory (MB) of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} slutade med kod {process.returncode}")
    return time.perf_counter() - start, _megabytes(used)


def _megabytes(used: resource.struct_rusage) -> float:
    per_mb = 1024 * 1024 if sys.platform == "darwin" else 1024
    return used.ru_maxrss / per_mb


if __name__ == "__main__":
    sys.exit(main())
