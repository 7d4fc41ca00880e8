"""Before a step works: its folders are this run's alone, an interrupted installation is settled, QGIS is closed.

``python -m pipelines.install.start OUT MAPS`` does the same for ``make clean``. Standard library only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.core.processes import run_lock
from pipelines.install import journal, put_in_place
from pipelines.steps import ON_ORDER

ELSEWHERE = tuple(s.name for s in ON_ORDER if s.works_in == "raw")
"""Steps that write in RAW alone."""
READERS = tuple(s.name for s in ON_ORDER if s.works_in == "edition")
"""What is made of a finished edition: a run may go on meanwhile, but not an installation."""
CLEAN = "clean"


@contextmanager
def ready(stage: str, paths: Paths) -> Iterator[None]:
    """Have ``OUT`` and ``MAPS`` for this run while a step works; the first step of a run looks things over.

    Raises
    ------
    DataError
        When another run has one of the folders, or the edition there is open in QGIS.
    """
    unsettled = journal.pending(paths.out, paths.maps)
    if stage in ELSEWHERE or (stage in READERS and not unsettled):
        yield
        return
    claim = run_lock.claim(paths.out)
    over = True
    try:
        claim.take(paths.out, "OUT")
        claim.take(paths.maps, "MAPS")
        if claim.fresh:
            put_in_place.recover(paths)
            if stage not in (*READERS, CLEAN):
                put_in_place.check_replaceable(paths)
            claim.looked_over()
        claim.share()
        yield
        over = not claim.of_make or stage in (*READERS, CLEAN)
    finally:
        claim.leave(over=over)


@contextmanager
def listing(paths: Paths) -> Iterator[None]:
    """Have ``OUT`` and ``MAPS`` for this run while what it is made from is listed; nothing is looked over yet.

    Raises
    ------
    DataError
        When another run has one of the folders.
    """
    claim = run_lock.claim(paths.out)
    over = True
    try:
        claim.take(paths.out, "OUT")
        claim.take(paths.maps, "MAPS")
        claim.share()
        yield
        over = not claim.of_make
    finally:
        claim.leave(over=over)


def main(out: str, maps: str) -> int:
    """Settle what an interrupted installation left, where no run goes on; return the exit code."""
    paths = Paths(Path(), Path(), Path(out), Path(maps))
    try:
        with ready(CLEAN, paths):
            pass
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
