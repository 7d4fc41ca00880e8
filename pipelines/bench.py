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

STAGES = (
    "inventory", "lantmateriet", "scb", "pts", "granser", "tackning", "grid", "households", "coverage",
    "summaries", "gaps", "goals", "reconciliation", "history", "laws", "geopackage", "raster", "tables",
    "report", "open_tables",
    "open_data", "qgis", "webmap", "printmap", "pages", "specification", "catalogue", "entry", "install",
)  # fmt: skip


PUBLISHED = ("open_tables", "open_data", "webmap", "printmap", "pages", "specification", "catalogue", "entry")
"""The stages that make what lies under ``MAPS`` (and, of ``webmap``, the internal page)."""


def main() -> int:
    """Run every stage once, in order, into a temporary ``OUT``; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "raw", "out", "maps"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.out) as scratch:
        here = Path(scratch)
        folders = ["--config", args.config, "--raw", args.raw, "--out", here / "out", "--maps", here / "maps"]
        rows = [(s, *timed([sys.executable, "-m", "pipelines", s, *map(str, folders)])) for s in STAGES]
        total = sum(seconds for _, seconds, _ in rows)
        floor = timed([sys.executable, "-m", "pipelines.bench_floor", str(args.raw), str(here)])
        pages = [here / "maps/bredbandskarta.html", here / "out/bredbandskarta_intern.html"]
        print_pages(pages)
    print(f"{'steg':<14}{'sekunder':>10}{'minne (MB)':>12}")
    for stage, seconds, megabytes in rows:
        print(f"{stage:<14}{seconds:>10.2f}{megabytes:>12.0f}")
    print(f"{'summa':<14}{total:>10.2f}{max(m for _, _, m in rows):>12.0f}  (steg efter steg, ett i taget)")
    print(
        f"{'golv':<14}{floor[0]:>10.2f}{floor[1]:>12.0f}  (läsa indata och skriva produkterna, utan att räkna)"
    )
    print(f"kvot till golvet: {total / floor[0]:.2f}")
    published = sum(seconds for stage, seconds, _ in rows if stage in PUBLISHED)
    print(f"allt under MAPS: {published:.2f} sekunder, steg efter steg")
    return 0


def print_pages(pages: list[Path]) -> None:
    """Print what Chromium says of the maps: first picture, switch, zoom, memory."""
    if not (os.environ.get("CHROMIUM") or shutil.which("chromium")):
        print("Chromium saknas: kartornas egna tider mäts inte.")
        return
    command = [sys.executable, "-m", "pipelines.publish.webmap.measure", *map(str, pages)]
    subprocess.run(command, check=False)  # outside its goals is told, not an error


def timed(command: list[str]) -> tuple[float, float]:
    """Return wall seconds and peak memory (MB) of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
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
