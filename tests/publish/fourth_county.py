"""The synthetic county's pages with a fourth threshold, 500 Mbit/s, that only its configuration says.

Made in a process of its own: one process works for one region's thresholds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "fyra_sidor"
"""Of ``made_once``: one for the tests of the pages and for those in a browser."""
THRESHOLDS = (30, 100, 500, 1000)
MAKE = """
import sys
from pathlib import Path
from pipelines.config.region import load_region
folder = Path(sys.argv[1])
load_region(folder / "lan.toml")
sys.path.insert(0, "tests/publish")
import pages_county, synthetic_tables
synthetic_tables.CONFIG = folder / "lan.toml"
from pipelines.publish.printmap import atlas, sheets, typeface, write_printmaps
from pipelines.publish.webmap import write_webmap
region, paths = pages_county.build(folder)
write_webmap.run(region, paths)
fonts = folder / "typsnitt"
fonts.mkdir()
typeface.make(fonts)
typeface.register(fonts)
everything = atlas.read(region, paths)
every = {sheet.name: sheet for sheet in sheets.plan(everything)}
write_printmaps.make(everything, every["lan_500"], paths.built("maps/kartor"))
print(*every)
"""


def build(folder: Path) -> Path:
    """Write tables and pages under ``folder``; return where the pages lie."""
    text = (ROOT / "config/vastra-gotaland.toml").read_text(encoding="utf-8")
    assert "[trosklar]" not in text
    shutil.copytree(ROOT / "config/vastra-gotaland", folder / "vastra-gotaland")
    (folder / "lan.toml").write_text(f"{text}\n[trosklar]\nned_mbit = {list(THRESHOLDS)}\n", encoding="utf-8")
    made = ask(MAKE, folder)
    assert made.split()[:4] == [f"lan_{t}" for t in THRESHOLDS]
    return folder


def ask(script: str, folder: Path) -> str:
    """Run a script in a process of its own; return what it prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return done.stdout
