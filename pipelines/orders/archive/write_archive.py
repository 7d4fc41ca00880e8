"""``make arkiv``: a finished edition as one dated, self-describing package, a zipped bag (BagIt, RFC 8493).

What goes in is what the run put in place, nothing else, once more in the plainest formats there are (CSV,
GML), with what a reader needs who has only the package. The same edition gives the same bytes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.quoted import read_sources
from pipelines.disclosure.open_run import read_open_sources
from pipelines.orders.archive import (
    archive_metadata,
    archive_texts,
    contents,
    dictionary,
    longterm,
    pack_bag,
    package_described,
    payload,
)
from pipelines.orders.archive.archive_order import order
from pipelines.publish.words.markdown import say

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

FOLDER = "arkiv"


def run(region: Region, paths: Paths, edition: str = "") -> None:
    """Write ``OUT/arkiv/<name>.zip`` and its checksum beside it; print what it became.

    Parameters
    ----------
    edition : str
        ``intern`` (everything) or ``oppen`` (only what stands under ``MAPS``); empty is ``intern``.

    Raises
    ------
    DataError
        When there is no whole edition of one run and this configuration, or ``edition`` cannot be read.
    """
    wish = order(region, paths, edition)
    sources = read_sources(paths) if wish.internal else read_open_sources(paths)
    products = payload.products(wish, paths)
    goal = paths.out / FOLDER
    goal.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".paket.{os.getpid()}.ny", dir=goal))
    try:
        bag = beside / wish.name
        payload.lay_out(wish, products, paths, bag)
        longterm.write_all(wish, bag)
        dictionary.write(wish, bag)
        contents.write(wish, bag)
        package_described.check(bag)
        pack_bag.bag(wish, bag)
        archive_texts.write_readme(wish, sources, bag)
        archive_metadata.write(wish, sources, bag)
        pack_bag.seal(bag)
        package = pack_bag.zipped(wish, bag, goal)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    say(archive_texts.told(wish, package, payload.left_out(products, paths)))
