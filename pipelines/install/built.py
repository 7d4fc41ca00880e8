"""Products that are built and wait to be put in place: each is some step's, whose stamp names it.

A stamp stands for a step's products as its one target in make, which cannot know their names: they depend on the
region's kommuner and thresholds. What no stamp names is of an earlier program, or of a step that was killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.core import files
from pipelines.core.paths import Paths
from pipelines.steps import JOB, Step


def stamp(name: str, paths: Paths) -> Path:
    """Return the file that says that a step's products are all there, and which they are."""
    return paths.built(f".{name}.klar")


@contextmanager
def by(step: Step, paths: Paths) -> Iterator[None]:
    """Have a step build its products: those it made before are gone first, and the stamp comes last."""
    if not step.makes:
        yield
        return
    done = stamp(step.name, paths)
    before = [paths.built(name) for name in _named(done)]
    done.unlink(missing_ok=True)
    for path in (*before, *_made(step, paths)):
        path.unlink(missing_ok=True)
    yield
    root = paths.built(".")
    files.write_text(done, "".join(sorted(f"{p.relative_to(root).as_posix()}\n" for p in _made(step, paths))))


def sweep(paths: Paths) -> list[str]:
    """Take away the stamps of steps whose products are not all there, and the products that no stamp names.

    Return the names of those steps.
    """
    root, named, lost = paths.built("."), set(), []
    for step in JOB:
        own = {paths.built(name) for name in _named(stamp(step.name, paths))}
        if all(path.is_file() for path in own):
            named |= own
        else:
            stamp(step.name, paths).unlink()
            lost.append(step.name)
    for path in root.rglob("*"):
        if path.is_file() and path.parent != root and path not in named:
            path.unlink()
    return lost


def _named(done: Path) -> list[str]:
    try:
        return done.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _made(step: Step, paths: Paths) -> list[Path]:
    """Return the step's products that lie there; a name with a dot first is work in progress."""
    found = (path for pattern in step.makes for path in paths.built(".").glob(pattern))
    return [path for path in found if path.is_file() and not path.name.startswith(".")]
