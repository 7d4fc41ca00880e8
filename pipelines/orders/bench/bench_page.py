"""``docs/prestanda.md``: what was measured stands between marks, and is rewritten only by ``make bench SKRIV=ja``."""

from __future__ import annotations

import datetime
import os
import platform
import re
from importlib import metadata
from pathlib import Path

from pipelines.core import files

PAGE = Path("docs/prestanda.md")
TITLES = {
    "steg": "Stegen, ett i taget",
    "helheten": "Helheten",
    "bredvid": "Bredvid det vanliga sättet",
    "vaxer": "Hur det växer",
    "kontinent": "En kontinent",
}
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyarrow", "pyogrio", "duckdb", "scipy", "folium", "networkx")


def write(told: dict[str, str], page: Path = PAGE) -> None:
    """Put each table into its place in the page, with date, machine and versions; the rest stands as it was."""
    text = page.read_text(encoding="utf-8")
    for name, table in told.items():
        text = put(text, name, f"{measured_on()}\n\n{table}")
    files.write_text(page, text)


def put(text: str, name: str, between: str) -> str:
    r"""Return the page with something else between the marks of a name.

    Raises
    ------
    LookupError
        When the page has no such marks.

    Examples
    --------
    >>> put("a\n<!-- bench: x -->\nold\n<!-- /bench: x -->\nb", "x", "new")
    'a\n<!-- bench: x -->\nnew\n<!-- /bench: x -->\nb'
    """
    first, last = f"<!-- bench: {name} -->\n", f"\n<!-- /bench: {name} -->"
    place = re.compile(f"({re.escape(first)}).*?({re.escape(last)})", re.DOTALL)
    if not place.search(text):
        raise LookupError(f"no marks for {name}")
    return place.sub(lambda found: found[1] + between + found[2], text, count=1)


def measured_on() -> str:
    """Return date, class of machine and versions: nothing that tells which machine it is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES if _there(name))
    return (
        f"*Measured {datetime.datetime.now(tz=datetime.UTC).date()}: {os.cpu_count()} cores, {memory:.0f} GB memory, "
        f"{platform.system()} {platform.machine()}; Python {platform.python_version()}, {versions}.*"
    )


def _there(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
