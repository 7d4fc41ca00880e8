"""The folders stand in the order of the flow, and a module knows only of what stands before it.

The graph is every import there is: those inside functions, and those for types alone, as well.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ORDER = (
    "core",
    "config",
    "tables",
    "formats",
    "install",  # last in the flow, but every step sees first that none was broken off
    "incoming",
    "read",
    "grid",
    "evidence",
    "people",
    "coverage",
    "sums",
    "roads",
    "gaps",
    "projects",
    "goals",
    "laws",
    "disclosure",
    "publish",
    "orders",
)
BESIDE = {"fetch": {*ORDER[:7]}, "demo": {"core", "config", "tables", "incoming"}}
"""What stands beside the flow, and the folders it may know of; nothing in the flow knows of it."""
MOST_ENTRIES = 16


@cache
def modules() -> dict[str, Path]:
    """Return every module's file, by its name."""
    out = {}
    for path in sorted((ROOT / "pipelines").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        out[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return out


@cache
def imports() -> dict[str, set[str]]:
    """Return the modules of ours that each module imports."""
    return {name: _imported(name, path) - {name} for name, path in modules().items()}


def _imported(name: str, path: Path) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{a.name}" if f"{base}.{a.name}" in modules() else base for a in node.names}
    return found & modules().keys()


def folder(module: str) -> str:
    """Return the folder of the flow that a module stands in; of the top's own modules, none.

    The list of the steps imports none of them, so that all may know it.
    """
    if module == "pipelines.steps":
        return "core"
    return module.split(".")[1] if module.count(".") else ""


def test_every_folder_has_its_place() -> None:
    found = {p.name for p in (ROOT / "pipelines").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert found == {*ORDER, *BESIDE}


def test_imports_go_downward_only() -> None:
    wrong = set()
    for module, known in imports().items():
        here = folder(module)
        may = BESIDE.get(here) or ({*ORDER[: ORDER.index(here)]} if here in ORDER else {*ORDER, *BESIDE})
        wrong |= {(module, k) for k in known if folder(k) not in {*may, here, ""}}
    assert not wrong, sorted(wrong)


def test_no_module_imports_the_command_line() -> None:
    assert not [m for m, known in imports().items() if "pipelines.__main__" in known]


def test_no_two_files_import_each_other() -> None:
    known = imports()
    circles = {(a, b) for a in known for b in known[a] if a < b and a in known[b]}
    assert not circles


def test_no_longer_circle() -> None:
    known = dict(imports())
    while free := [m for m, k in known.items() if not k & known.keys()]:
        for m in free:
            del known[m]
    assert not known, sorted(known)


def test_no_two_modules_have_one_name() -> None:
    names = Counter(p.name for p in modules().values() if not p.name.startswith("__"))
    assert [n for n, count in names.items() if count > 1] == []


def test_a_folder_can_be_overlooked() -> None:
    crowded = {}
    for path in {p.parent for p in modules().values()} - {ROOT / "pipelines"}:
        entries = [p.name for p in path.iterdir() if not p.name.startswith("__")]
        if len(entries) > MOST_ENTRIES:
            crowded[path.relative_to(ROOT / "pipelines").as_posix()] = len(entries)
    assert not crowded
