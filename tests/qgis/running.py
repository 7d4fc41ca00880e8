"""Build the products of the hand-made county, and run a script of this folder in QGIS's own Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))

import pytest
import tiny_tables as tiny

from pipelines.core.paths import Paths
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.geopackage import write_geopackage
from pipelines.publish.open_data import write_open_data
from pipelines.publish.qgis import write_projects
from pipelines.publish.raster import write_rasters
from tests.conftest import made_once


def built(folders: pytest.TempPathFactory, name: str) -> Paths:
    """Return a copy of one's own, in a new folder of a short name, of both editions as they were built once."""
    lan = folders.mktemp(name) / "lan"
    shutil.copytree(made_once(folders, "byggt", _build) / "lan", lan)
    return Paths(tiny.CONFIG, lan / "raw", lan / "out", lan / "maps")


def _build(folder: Path) -> None:
    """Build both editions' GeoPackages, rasters and projects."""
    region, paths = tiny.write(folder / "lan")
    for product in (
        make_open_areas,
        make_open_tables,
        write_geopackage,
        write_open_data,
        write_rasters,
        write_projects,
    ):
        product.run(region, paths)


def qgis(script: str, folder: Path, *given: Path | str) -> tuple[dict[str, Any], str]:
    """Return what a script tells and what QGIS complains of."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "QGIS_PYTHON", "LD_LIBRARY_PATH")
    env = {k: os.environ[k] for k in kept if k in os.environ}
    env |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    env |= {"QGIS_CUSTOM_CONFIG_PATH": str(folder / "profil"), "PYTHONIOENCODING": "utf-8"}
    folder.chmod(0o700)
    python = os.environ.get("QGIS_PYTHON", "/usr/bin/python3")
    path = Path(__file__).with_name(script)
    done = subprocess.run(
        [python, path, folder, *given], env=env, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr
