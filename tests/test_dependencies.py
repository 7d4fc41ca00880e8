"""Each declared dependency is imported, and each import declared: pipelines' among the dependencies, tests' in dev."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOLS = {
    "ipykernel": "runs the notebook",
    "mypy": "make lint",
    "pytest-xdist": "make test",
    "ruff": "make lint",
    "types-requests": "mypy",
    "types-shapely": "mypy",
    "types-tqdm": "mypy",
}
"""Of the group dev: what is run, not imported."""
MEASURING = {
    "pipelines/publish/webmap/webmap_measure.py",
    "pipelines/orders/bench/bench_beside.py",
    "pipelines/orders/bench/bench_continent.py",
}
"""Run by make bench alone, in the tests' environment."""
OF_QGIS = {"qgis", "osgeo_utils"}
"""Come with QGIS; their scripts are run by its Python."""


def name_of(requirement: str) -> str:
    return plain(re.match(r"[A-Za-z0-9._-]+", requirement)[0])


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RUNTIME = {name_of(r) for r in PROJECT["project"]["dependencies"]}
DEV = {name_of(r) for r in PROJECT["dependency-groups"]["dev"]}


@cache
def distributions() -> dict[str, set[str]]:
    """Return the distributions that hold each importable name."""
    return {top: {plain(d) for d in of} for top, of in metadata.packages_distributions().items()}


def imported(folder: str, *, but: set[str] = frozenset()) -> dict[str, set[str]]:
    """Return others' top names and the files that import them."""
    paths = [p for p in (ROOT / folder).rglob("*.py") if p.relative_to(ROOT).as_posix() not in but]
    ours = {p.stem for p in (ROOT / "tests").rglob("*.py")} | {"pipelines", "tests"}
    out: dict[str, set[str]] = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for top in {n.split(".")[0] for n in names} - sys.stdlib_module_names - ours - OF_QGIS:
                out.setdefault(top, set()).add(path.relative_to(ROOT).as_posix())
    return out


def undeclared(found: dict[str, set[str]], declared: set[str]) -> dict[str, list[str]]:
    return {top: sorted(files) for top, files in found.items() if not distributions().get(top, set()) & declared}


def idle(found: dict[str, set[str]], declared: set[str]) -> set[str]:
    return declared - {d for top in found for d in distributions().get(top, set())}


def test_what_the_program_imports_is_declared_and_what_is_declared_imported():
    found = imported("pipelines", but=MEASURING)
    assert undeclared(found, RUNTIME) == {}
    assert idle(found, RUNTIME) == set()


def test_what_tests_import_is_declared_and_what_is_declared_imported_or_run():
    found = imported("tests")
    assert undeclared(found, RUNTIME | DEV) == {}
    assert idle(found, DEV) == TOOLS.keys()
    assert not RUNTIME & DEV


@pytest.mark.parametrize(("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME | DEV)])
def test_the_locks_hold_what_is_declared_with_checksums_and_no_address(lock, wanted):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([a-z0-9._-]+)==[^ ;]+( ; [^;/]+)? \\", line) for line in lines]
    sums = [re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines]
    assert [x for x, pin, checksum in zip(lines, pins, sums, strict=True) if not pin and not checksum] == []
    assert all(checksum for pin, checksum in zip(pins, sums[1:], strict=False) if pin)
    assert wanted <= {plain(pin[1]) for pin in pins if pin}


def test_the_smaller_lock_is_a_part_of_the_larger():
    small, large = (
        set(re.findall(r"^\S+==.*$", (ROOT / f).read_text(encoding="utf-8"), re.MULTILINE))
        for f in ("requirements.lock", "requirements-dev.lock")
    )
    assert small <= large


def test_the_manifest_names_only_what_a_run_needs():
    from pipelines.publish.report.write_report import LIBRARIES

    assert set(LIBRARIES) <= RUNTIME
