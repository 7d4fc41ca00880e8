"""One county through the product: the steps that a change asks for, and what came of it.

The steps run in this process, which has been forked for one county (``campaign``). As make would, what does not
depend on the change is taken from the unmutated run: a step that reads files runs when one in a folder it may read is
another, any step when a table or fact that it reads became another. ``all_of_it`` runs every step; the tests hold
the two against each other.
"""

from __future__ import annotations

import filecmp
import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import traceback
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipelines import steps
from pipelines.core.publishers import DELIVERIES
from tests import warm
from tests.utsatt.county import FILES
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Figures, Mutation

ROOT = Path(__file__).parents[2]
STEPS = tuple(s.name for s in steps.JOB[: steps.JOB.index(steps.STEPS["laws"]) + 1])
SOURCES = tuple(s for s in STEPS if steps.STEPS[s].reads_files)
READS = {d.folder: {s for s in SOURCES if {d.step, *d.read_by.values()} & {*steps.STEPS[s].inputs}} for d in DELIVERIES}
"""Folder of RAW → the sources' steps that read it; any other folder may be read by all of them."""
NEEDS = {s: {*steps.needs(steps.STEPS[s])} - ({"inventory"} if s in SOURCES else set()) for s in STEPS}
"""Step → those whose tables or facts it reads. What a source's step reads of the inventory is its folders' files."""
PART = {
    name: {*step.inputs}
    for name, step in steps.STEPS.items()
    if {*step.inputs} and {*step.inputs} < {*steps.PUBLISHERS} and "inventory" not in step.ledgers
}
"""Step → the folders whose files it reads or whose part of the inventory, where that is not all of it."""
FIGURES = (
    "lan",
    "kommuner",
    "rutnat_250m",
    "rutnat_delar",
    "adresser",
    "oppna_rutor",
    "osakerhet_kommun",
    "osakerhet_5km",
    "riktvarden",
    "avstamning",
    "avstamning_kallor",
    "historik",
    "framskrivning",
    "bristomraden",
    "bristomraden_kommun",
    "bristomraden_rutor",
    "schakt",
    "bristkurva",
    "projekt",
    "projekt_adresser",
    "projekt_schakt",
    "mal",
    "prioritering_pts",
    "pts_projekt",
    "pts_mobil",
)
"""The tables that products are made of."""
CLEAR, COUNTED, SAME, CHANGED = "tydligt fel", "räknad", "ingen verkan", "ändrad i tysthet"
UNCLEAR, CRASH, HANG, WROTE, FAULT = "otydligt fel", "traceback", "hängd", "ändrade RAW", "trasig mutation"
OUTCOMES = (CLEAR, COUNTED, SAME, UNCLEAR, CRASH, CHANGED, HANG, WROTE, FAULT)
NEVER = (UNCLEAR, CRASH, CHANGED, HANG, WROTE, FAULT)
"""Outcomes that are wrong whatever the mutation (``ändrad i tysthet``: but where it is expected, with a reason)."""
TOLERANCE = 1e-6


@dataclass
class Result:
    """What came of one mutation."""

    name: str
    kind: str
    outcome: str
    good: bool
    message: str = ""
    changed: list[str] = field(default_factory=list)
    """Figures before and after, the kommuner's first."""
    told: list[str] = field(default_factory=list)
    """Entries of the ledger that are new or others."""
    wanted: list[str] = field(default_factory=list)
    mutated: list[str] = field(default_factory=list)
    """Files that are others than in the unmutated county, and what the mutation said of itself."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Base:
    """The unmutated county and what came of it."""

    folder: Path
    files: dict[str, str]
    figures: Figures
    entries: list[dict[str, Any]]
    made: dict[str, dict[str, str]]
    """Step → what it wrote → checksum; the ledger's facts apart from its entries."""


# Running ----------------------------------------------------------------------------------------------------------


def options(folder: Path) -> list[str]:
    return [
        "--config",
        str(folder / FILES["config"]),
        "--raw",
        str(folder / "raw"),
        "--out",
        str(folder / "out"),
        "--maps",
        str(folder / "maps"),
    ]


def step_folder(folder: Path) -> Path:
    return folder / "out" / ".steg"


def run_step(step: str, folder: Path) -> int:
    """Run a step as ``python -m pipelines`` does; return its exit code."""
    from pipelines.__main__ import main

    try:
        return main([step, *options(folder)])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)


def prepare(folder: Path) -> None:
    """Run every step on the unmutated county and save what came of it beside: :func:`load_base` reads it."""
    made: dict[str, dict[str, str]] = {}
    before: dict[str, str] = {}
    for step in STEPS:
        code = run_step(step, folder)
        if code:
            raise RuntimeError(f"the unmutated county stops in {step}")
        now = _written(folder)
        made[step] = {k: v for k, v in now.items() if before.get(k) != v}
        before = now
    body = {
        "files": listing(folder),
        "figures": figures(folder),
        "entries": entries(folder),
        "made": made,
        "modules": sorted(sys.modules),
    }
    (folder / "base.json").write_text(json.dumps(body), encoding="utf-8")


def load_base(folder: Path, *, imports: bool = False) -> Base:
    """Return the unmutated run; ``imports``: and import what its steps came to import."""
    body = json.loads((folder / "base.json").read_text(encoding="utf-8"))
    if imports:
        for name in body["modules"]:
            if name not in sys.modules and not name.startswith("__"):
                try:
                    importlib.import_module(name)
                except Exception:
                    continue
    return Base(folder, body["files"], body["figures"], body["entries"], body["made"])


def run_changed(folder: Path, base: Base, *, all_of_it: bool = False) -> tuple[int, str]:
    """Run the steps that the changed files ask for, in a copy of the unmutated run; return exit code and step."""
    steps = step_folder(folder)
    if not all_of_it:
        shutil.copytree(step_folder(base.folder), steps)
    files = differing(base.files, listing(folder))
    changed = {"inventory", *SOURCES} if all_of_it else _sources_of(files)
    config_changed = all_of_it or FILES["config"] in files
    folders = {_folder(name) for name in files if name.startswith("raw/")}
    for step in STEPS:
        listed_alike = step in PART and folders <= READS.keys() - PART[step]
        needs = NEEDS[step] - ({"inventory"} if listed_alike else set())
        if not (step == "inventory" or step in changed or config_changed or needs & changed):
            continue
        code = run_step(step, folder)
        if code:
            return code, step
        same = all(_checksum(folder, k) == v for k, v in base.made[step].items()) and step != "inventory"
        if same and not config_changed:
            changed.discard(step)
        else:
            changed.add(step)
    return 0, ""


def run_make(folder: Path, server: str) -> tuple[int, str]:
    """Run make on the county as far as the laws, each step from a warm server; return its exit code."""
    given = [f"RAW={folder}/raw", f"OUT={folder}/out", f"MAPS={folder}/maps", f"CONFIG={folder}/{FILES['config']}"]
    goal = f"{folder}/out/.steg/korning.json"
    words = ["make", "--no-print-directory", "-C", str(ROOT), goal, *given, "-j1", *warm.for_make(server)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(words, env=environment, check=False).returncode, "make"


def _sources_of(files: Iterable[str]) -> set[str]:
    out: set[str] = set()
    for name in files:
        out |= READS.get(_folder(name), {*SOURCES})
    return out


def _folder(name: str) -> str:
    return name.split("/")[1] if name.startswith("raw/") and name.count("/") > 1 else ""


def _written(folder: Path) -> dict[str, str]:
    """Return a checksum of every table between the steps, and of the facts of every ledger."""
    names = [p.name for p in sorted(step_folder(folder).glob("*.parquet"))]
    names += [f"fakta/{p.name}" for p in sorted((step_folder(folder) / "liggare").glob("*.json"))]
    return {name: _checksum(folder, name) for name in names}


def _checksum(folder: Path, name: str) -> str:
    """Return the checksum of a table, or of a ledger's facts; empty where there is none."""
    kind, _, file = name.rpartition("/")
    path = step_folder(folder) / ("liggare" if kind else "") / file
    if not path.exists():
        return ""
    if not kind:
        return _sha(path)
    facts = json.loads(path.read_text(encoding="utf-8"))["fakta"]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# What came of it --------------------------------------------------------------------------------------------------


def listing(folder: Path) -> dict[str, str]:
    """Return what lies in the county: path → checksum (of a link: where it points; of a folder: nothing)."""
    out = {FILES["config"]: _seen(folder / FILES["config"])}
    for p in sorted((folder / "raw").rglob("*")):
        out[p.relative_to(folder).as_posix()] = _seen(p)
    return out


def _seen(path: Path) -> str:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    if path.is_file():
        return _sha(path)
    return "mapp" if path.is_dir() else "annat" if path.exists() else "saknas"


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the paths that came, went or are others."""
    return sorted(k for k in {*before, *after} if before.get(k) != after.get(k))


def figures(folder: Path, base: Base | None = None) -> Figures:
    """Return the tables that products are made of, without geometries, rows in an order of their own.

    A table whose file is the unmutated run's to the byte is the unmutated one itself.
    """
    import pandas as pd

    out: Figures = {}
    for name in FIGURES:
        path = step_folder(folder) / f"{name}.parquet"
        if not path.exists():
            continue
        if base and name in base.figures and filecmp.cmp(path, step_folder(base.folder) / path.name, shallow=False):
            out[name] = base.figures[name]
            continue
        frame = pd.read_parquet(path)
        frame = frame.drop(columns=[c for c in frame if c == "geometry"])
        if "adress_id" in frame:
            frame["adress_id"] = frame["adress_id"].fillna("").str.lower().str.replace(r"[{}-]", "", regex=True)
        keys = [c for c in frame if not pd.api.types.is_float_dtype(frame[c])]
        frame = frame.sort_values([*keys, *[c for c in frame if c not in keys]], ignore_index=True)
        plain = frame.astype(object).where(frame.notna(), None)
        out[name] = {str(c): [v if type(v) in PLAIN else _plain(v) for v in plain[c]] for c in plain}
    return out


PLAIN = {type(None), bool, int, float, str}


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def entries(folder: Path) -> list[dict[str, Any]]:
    """Return every entry of every ledger, with its step."""
    out = []
    for p in sorted((step_folder(folder) / "liggare").glob("*.json")):
        body = json.loads(p.read_text(encoding="utf-8"))
        out += [{"steg": body["steg"], **e} for e in body["poster"]]
    return out


def differences(before: Figures, after: Figures, most: int = 12) -> list[str]:
    """Return what differs, in words: figures of kommuner one by one, of other tables how many."""
    out = []
    for name in FIGURES:
        a, b = before.get(name), after.get(name)
        if a is b:
            continue
        if a is None or b is None:
            out.append(f"{name}: tabellen {'kom till' if a is None else 'saknas'}")
            continue
        rows = len(next(iter(a.values()), [])), len(next(iter(b.values()), []))
        if rows[0] != rows[1] or a.keys() != b.keys():
            out.append(f"{name}: {rows[0]} rader blev {rows[1]}")
            continue
        others = [c for c in a if a[c] != b[c]]
        off = {c: [i for i, (x, y) in enumerate(zip(a[c], b[c], strict=True)) if not _equal(x, y)] for c in others}
        off = {c: i for c, i in off.items() if i}
        if name in ("kommuner", "lan"):
            key = a.get("kommunkod", a.get("lanskod", []))
            out += [f"{name} {key[i]} {c}: {a[c][i]} → {b[c][i]}" for c, places in off.items() for i in places][:most]
        elif off:
            c, places = next(iter(off.items()))
            first = f"{a[c][places[0]]} → {b[c][places[0]]}"
            out.append(
                f"{name}: {len({i for p in off.values() for i in p})} rader ({', '.join(list(off)[:5])}; {first})"
            )
    return out


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, float | int) and isinstance(y, float | int) and not isinstance(x, bool):
        return abs(x - y) <= TOLERANCE * max(1.0, abs(x), abs(y))
    if isinstance(x, str) and isinstance(y, str):
        return unicodedata.normalize("NFC", x) == unicodedata.normalize("NFC", y)
    return bool(x == y)


def news(before: list[dict[str, Any]], after: list[dict[str, Any]], names: list[str]) -> tuple[list[str], list[str]]:
    """Return the entries that are new or others: all that name one of the files, and those that warn.

    A note («upplysning») is news only when there was none of its kind: a count within it that moves is not told.
    """
    known = {_shape(e): e for e in before}
    told, warned = [], []
    for e in after:
        was = known.get(_shape(e))
        if was is not None and (_content(e) == _content(was) or e["kind"] == "upplysning"):
            continue
        text = _folded(f"{e['source']} {e['reason']} {e['action']} {' '.join(e['examples'])}")
        if not any(_folded(n) in text for n in names):
            continue
        line = f"{e['kind']}: {e['source']}: {e['reason']} ({e['count']:g}) – {e['action']}"
        told.append(line)
        if e["kind"] != "upplysning":
            warned.append(line)
    return told, warned


def _shape(e: dict[str, Any]) -> tuple[str, ...]:
    return e["steg"], e["kind"], e["source"], re.sub(r"\d+", "0", e["reason"])


def _content(e: dict[str, Any]) -> tuple[Any, ...]:
    return e["reason"], round(e["count"], 6), e["action"], tuple(e["examples"])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


# Judging ----------------------------------------------------------------------------------------------------------

_LIBRARY = re.compile(r"\(programbiblioteket säger:.*?\)(?=[\s.,;]|$)|«[^»]*»", re.DOTALL)
_ENGLISH = re.compile(
    r"\b(the|error|invalid|cannot|can't|failed|unable|unexpected|such|should|required|expected|line \d+)\b",
    re.IGNORECASE,
)
_UNFORESEEN = re.compile(r"traceback|oväntat fel|oförutsett|ett fel i programmet", re.IGNORECASE)


def clear(said: str, code: int, names: list[str]) -> str:
    """Return why an error is not clear; empty when it is: FEL:, the file, what to do, Swedish, exit code 2."""
    start = said.find("FEL: ")
    if start < 0:
        return "börjar inte med «FEL: »"
    text = said[start:]
    if code != 2:
        return f"slutkod {code}"
    if not any(_folded(n) in _folded(text) for n in names):
        return f"nämner inte filen ({', '.join(names)})"
    if "Gör så här:" not in text:
        return "säger inte vad man ska göra"
    bare = _LIBRARY.sub("", "\n".join(x for x in text.splitlines() if not x.startswith("make")))
    found = _ENGLISH.search(bare)
    return f"engelska utanför parentes: «{found[0]}»" if found else ""


def names_of(files: list[str], listed: Iterable[str]) -> list[str]:
    """Return how the changed files may be named: by file name; one that is gone also by its folder."""
    out = []
    here = set(listed)
    for f in files:
        out.append(f.rpartition("/")[2])
        if f == FILES["config"]:
            out.append("konfiguration")
        if f not in here or f.count("/") < 2:
            out.append(f.rpartition("/")[0].rpartition("/")[2] or f)
    return [n for n in dict.fromkeys(out) if n]


def judge(
    mutation: Mutation,
    base: Base,
    folder: Path,
    code: int,
    said: str,
    before: dict[str, str],
    step: str,
    also: Iterable[str] = (),
) -> Result:
    """Return what came of a run: its class, and whether that is right for the mutation."""
    files = differing(base.files, before)
    names = [*names_of(files, before), *also]
    result = Result(mutation.full, mutation.kind, FAULT, False, wanted=sorted(mutation.right), mutated=files)
    after = listing(folder)
    if after != before:
        result.outcome, result.message = WROTE, ", ".join(differing(before, after))
    elif code:
        said = said.replace(f"{folder}/", "")  # the folder has the mutation's name
        why = clear(said, code, names)
        unforeseen = code != 2 or _UNFORESEEN.search(said)
        result.outcome = CLEAR if not why else CRASH if unforeseen else UNCLEAR
        result.message = f"{step}: {why + ': ' if why else ''}{_last(said)}"
        result.good = not why and FEL in mutation.right
    else:
        now = figures(folder, base)
        result.changed = differences(base.figures, now)
        result.told, warned = news(base.entries, entries(folder), names)
        result.outcome = SAME if not result.changed else COUNTED if result.told else CHANGED
        result.good = (
            (not result.changed and SAMMA in mutation.right)
            or (bool(result.told) and RAKNAD in mutation.right)
            or (bool(warned) and bool({RAKNAD, VARNAD} & mutation.right))
            or ANDRAD in mutation.right
        )
        if mutation.figures and (wrong := mutation.figures(base.figures, now)):
            result.good, result.message = False, f"fel tal: {wrong}"
    return result


def _last(said: str) -> str:
    start = said.find("FEL: ")
    if start >= 0:
        return said[start:].strip()[:1200]
    return "\n".join(said.strip().splitlines()[-4:])[:1200]


def crashed(error: BaseException) -> str:
    """Return the last lines of a traceback."""
    return "".join(traceback.format_exception(error)[-3:]).strip()
