"""A server of warm processes (``pipelines/warm.py``) for a whole session of tests, or for a campaign.

A make's own server would import the libraries anew for every small county that the tests build.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines import warm

LIBRARIES = (
    *warm.LIBRARIES,
    "duckdb",
    "exactextract",
    "folium",
    "geopandas.io._geoarrow",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "matplotlib_map_utils",
    "pypdfium2",
    "python_calamine",
    "rasterio.features",
    "rdflib",
    "requests",
    "xlsxwriter",
)


@contextlib.contextmanager
def server(address: str) -> Iterator[None]:
    """Have a server while the block runs, at a socket of this path."""
    owner, ours = os.pipe()
    with socket.socket(socket.AF_UNIX) as door, Path(f"{address}.log").open("wb") as log:
        process = warm.start(door, address, owner, LIBRARIES, log.fileno())
    os.close(owner)
    try:
        yield
    finally:
        os.close(ours)
        process.wait()


def asking(address: str) -> list[str]:
    """Return the command that asks this server for a step, in the place of ``python -m pipelines``."""
    return [sys.executable, "-IS", warm.__file__, "ask", address]


def for_make(address: str) -> list[str]:
    """Return what make takes for its steps to come from this server."""
    return [f"{name}={shlex.join(asking(address))}" for name in ("RUN", "WARM")]


def import_steps(names: Iterable[str]) -> None:
    """Import what steps are made of, in a process that forks them itself: no data is read and no thread started."""
    prepare = warm.importer([*warm.LIBRARIES])
    for name in names:
        prepare(name)
