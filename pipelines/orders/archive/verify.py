"""``make verifiera``: whether a package is whole, unchanged, readable, and agrees with itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bagit

from pipelines.core import files
from pipelines.core.errors import DataError, by_library
from pipelines.orders.archive import archive_texts, contents, pack_bag
from pipelines.orders.archive.checks import package_described, unpack
from pipelines.orders.archive.payload import CONFIGURATION, INTERNAL
from pipelines.publish.words.markdown import say

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

ANOTHER = "Använd en annan kopia av paketet. Ändra inget i den här: den visar vad som har hänt."
_LINE = re.compile(r"[0-9a-f]{64}(?:[0-9a-f]{64})? {1,2}(\S(?:.*\S)?)")


def run(region: Region, paths: Paths, package: str = "") -> None:
    """Check a package (a zip, or a folder it was unpacked to) and print what was found.

    Raises
    ------
    DataError
        When a file is missing, added or changed, cannot be read, or does not hold what the list says; or when
        the package is one that must not be unpacked.
    """
    del region
    given = Path(package.strip())
    if not package.strip() or not given.exists():
        raise DataError(
            "PAKET ska vara ett arkivpaket.",
            expected="en zip-fil från make arkiv, eller dess uppackade mapp",
            found=package or "ingenting",
            action="Till exempel make verifiera PAKET=data/processed/arkiv/….zip.",
        )
    outside = same_as_checksum(given)
    work = paths.out / "arkiv"
    work.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".kontroll.{os.getpid()}.ny", dir=work))
    try:
        bag = unpack.folder(given) if given.is_dir() else unpack.unpacked(given, beside)
        check_complete(given, bag)
        info = check_unchanged(given, bag)
        listed = read_list(given, bag)
        check_contents(given, bag, listed)
        held = package_described.check(bag / "data", given)
        check_one_run(given, bag, listed, info)
        say(archive_texts.verified(given, info, listed, outside, held))
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def same_as_checksum(package: Path) -> bool:
    """Compare a zip with the checksum beside it, where there is one; return whether there was."""
    path = pack_bag.checksum(package)
    if package.is_dir() or not path.is_file():
        return False
    expected, found = path.read_text(encoding="utf-8", errors="replace")[:64], files.sha256(package)
    if expected != found:
        raise DataError(
            "Paketet är ändrat: dess kontrollsumma stämmer inte.",
            file=package,
            expected=expected,
            found=found,
            action=ANOTHER,
        )
    return True


def check_complete(package: Path, bag: Path) -> None:
    """See that each file is named by the bag's manifests, and each named file is there.

    BagIt itself lets unnamed tag files pass; here every file counts, so that nothing can be smuggled in.
    """
    there = {p.relative_to(bag).as_posix() for p in bag.rglob("*") if p.is_file()}
    seals = {f"tagmanifest-{a}.txt" for a in pack_bag.ALGORITHMS}
    lists = {f"manifest-{a}.txt" for a in pack_bag.ALGORITHMS} | seals
    lacking = sorted((lists | {"bagit.txt", "bag-info.txt"}) - there)
    wrong = [f"saknas: {n}" for n in lacking]
    for name in sorted(lists & there):
        named = {n for n in there if n.startswith("data/") != name.startswith("tag")} - seals
        said = _named(package, bag / name)
        wrong += [f"saknas: {n}" for n in sorted(said - there)]
        wrong += [f"tillagd: {n}" for n in sorted(named - said)]
    if wrong:
        raise DataError(
            "Paketet är inte helt: filer saknas eller har lagts till.",
            file=package,
            details=list(dict.fromkeys(wrong))[:50],
            action=ANOTHER,
        )


def _named(package: Path, path: Path) -> set[str]:
    """Read the names in a manifest; each line must be just as it was written."""
    lines = path.read_bytes().decode("utf-8", errors="replace").split("\n")
    names = [m[1] for m in map(_LINE.fullmatch, lines[:-1]) if m]
    if len(names) != len(lines) - 1 or lines[-1] or len(set(names)) != len(names):
        raise DataError(
            "Paketets förteckning är skadad.",
            file=package,
            found=path.name,
            action=ANOTHER,
            expected="en kontrollsumma och ett filnamn på varje rad, varje namn en gång",
        )
    return set(names)


def check_unchanged(package: Path, bag: Path) -> dict[str, str]:
    """Let the ``bagit`` library validate the bag: structure, sizes, every checksum; return what the bag says of itself.

    Opening a bag, it follows the path of every file: that is done once.
    """
    try:
        opened = bagit.Bag(str(bag))
        opened.validate(processes=1)
        return dict(opened.info)
    except Exception as e:
        changed = [] if not isinstance(e, bagit.BagError) else _changed(bag)
        raise DataError(
            "Paketet är ändrat: innehållet stämmer inte med kontrollsummorna.",
            file=package,
            found=None if changed else by_library("en annan uppbyggnad än ett arkivpakets", e),
            details=[f"ändrad: {n}" for n in changed[:50]],
            action=ANOTHER,
        ) from None


def _changed(bag: Path) -> list[str]:
    """Return the files whose SHA-256 is not the one the manifests give."""
    out = []
    for name in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        for line in (bag / name).read_text(encoding="utf-8").splitlines():
            digest, _, file = line.partition(" ")
            if files.sha256(bag / file.strip()) != digest:
                out.append(file.strip())
    return out


def read_list(package: Path, bag: Path) -> dict[str, Any]:
    """Read ``innehall.json`` of the bag."""
    try:
        body = json.loads((bag / "data" / contents.FILE).read_text(encoding="utf-8"))
        ok = isinstance(body["korning"]["korning_id"], str) and isinstance(body["demo"], bool)
        ok = ok and all(isinstance(r["fil"], str) and isinstance(r["bytes"], int) for r in body["filer"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        ok = False
    if not ok:
        raise DataError(
            "Paketet är en riktig BagIt-säck, men inte en av make arkiv.",
            file=package,
            expected=f"data/{contents.FILE} med paketets filer",
            action=ANOTHER,
        )
    return body  # type: ignore[no-any-return]


def check_contents(package: Path, bag: Path, listed: dict[str, Any]) -> None:
    """Read every file to its end; compare format, size and counts with the list and between formats."""
    said = {r["fil"]: r for r in listed["filer"]}
    now = [contents.row(bag / "data", n) for n in contents.names(bag / "data")]
    wrong = [f"{r['fil']}: går inte att läsa ({r['fel']})" for r in now if "fel" in r]
    wrong += [f"{n}: står inte i {contents.FILE}" for n in sorted({r["fil"] for r in now} - set(said))]
    wrong += [f"{n}: saknas" for n in sorted(set(said) - {r["fil"] for r in now})]
    for row in (r for r in now if "fel" not in r and r["fil"] in said):
        wrong += [
            f"{row['fil']}: {k} är {row.get(k)}, i {contents.FILE} {said[row['fil']].get(k)}"
            for k in ("format", "bytes", "last", "antal")
            if row.get(k) != said[row["fil"]].get(k)
        ]
    wrong += contents.disagreements(now)
    if wrong:
        raise DataError(
            "Paketets filer stämmer inte med innehållsförteckningen.", file=package, details=wrong[:50], action=ANOTHER
        )


def check_one_run(package: Path, bag: Path, listed: dict[str, Any], info: dict[str, str]) -> None:
    """See that the list, the bag's own facts, the manifest of inputs and the configuration are of one run."""
    run_id = listed["korning"]["korning_id"]
    pairs: list[tuple[str, Any, Any]] = [("bag-info.txt, körning", info.get("Internal-Sender-Identifier"), run_id)]
    pairs.append(("bag-info.txt, Demo", info.get("Demo"), "DEMO" if listed["demo"] else "nej"))
    path = bag / "data" / INTERNAL / "manifest.json"
    if listed.get("utgava") == "intern":
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        pairs.append(("manifest.json, körning", manifest.get("korning_id"), run_id))
        pairs.append(("manifest.json, demo", manifest.get("demo"), listed["demo"]))
        given = manifest.get("konfiguration") or {}
        config = bag / "data" / CONFIGURATION / str(given.get("fil")).rpartition("/")[2]
        pairs.append(("konfigurationen", config.is_file() and files.sha256(config), given.get("sha256")))
    wrong = [f"{what}: {found}, väntat {expected}" for what, found, expected in pairs if found != expected]
    if wrong:
        raise DataError("Paketets delar är inte av samma körning.", file=package, details=wrong, action=ANOTHER)
