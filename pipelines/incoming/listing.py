"""What lies in RAW and stands in the configuration *now*: make asks on every run, and goes by the answer, not by dates.

``python -S -m pipelines.incoming.listing`` writes a few small files in ``OUT/.steg``, each only when its content
differs; they are what make's rules depend on, so a file name may hold anything, and a file that is replaced by an older
one is seen. A file is read again only when its size, time of change, or inode differ from when it was last read.

A source step runs inside :func:`unchanged`: what it reads is what was listed, or the run stops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from pipelines.core import files, leftovers
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.core.publishers import FOLDERS
from pipelines.incoming.made_from import demo_basis, named_files, sum_of
from pipelines.incoming.program import Program
from pipelines.incoming.role_files import RECEIPT
from pipelines.incoming.roles import MARKER_FILE, edits_beside, list_inputs, passed_over, require_sound
from pipelines.install import built, start
from pipelines.steps import JOB, STEPS

STALE_DEMO = 3
"""Exit code: the demo region is missing, or was made from something else."""
_MAX_RECEIPT = 1 << 20
_RACY_NS = 2_000_000_000
"""A file changed less than this before it was read may be changed again within the same tick of the clock."""
_STILL = "Låt filerna ligga orörda medan körningen pågår, och kör make coverage igen: då läses det som ligger där."
_EARLIER = "TIDIGARE"


class Seen(NamedTuple):
    """A file as it was when its checksum was computed."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str
    sure: bool = True

    def fits(self, now: os.stat_result) -> bool:
        """Tell whether the file is still the one that was read."""
        return self.sure and self[:4] == _stamp(now)


def _stamp(s: os.stat_result) -> tuple[int, int, int, int]:
    return s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino


# --- what make asks ------------------------------------------------------------------------------------------


def main(argv: list[str] | None = None) -> int:
    """Write the lists; return 0, 2 (an error, told in Swedish) or 3 (the demo region must be made first)."""
    from pipelines.core import faults

    parser = argparse.ArgumentParser(prog="python -m pipelines.incoming.listing", description=__doc__)
    for name in ("config", "raw", "out", "maps"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--earlier", type=Path)
    parser.add_argument("--demo", action="store_true", help="RAW är en demoregion som görs när den behövs")
    parser.add_argument("--only-demo", action="store_true", help="bara: finns demoregionen och är den aktuell?")
    args = parser.parse_args(argv)
    paths = Paths(args.config, args.raw, args.out, args.maps, args.earlier)
    with faults.told("indata", paths) as outcome:
        if (args.demo or args.only_demo) and not demo_is_fresh(paths):
            return STALE_DEMO
        if not args.only_demo:
            with start.listing(paths):
                refresh(paths)
    return outcome.code


def refresh(paths: Paths) -> None:
    """Bring every list up to date, and sweep what killed runs have left."""
    leftovers.sweep(paths)
    _bound_by_now(paths.step)
    lost = built.sweep(paths)
    update(paths)
    program = Program()
    for step in JOB:
        noted = paths.step / "kod" / f"{step.name}.txt"
        if step.name in lost:
            noted.unlink(missing_ok=True)  # make has seen the stamp already: what it depends on must be newer
        _write(noted, _told(program.sum_of_step(step)))
    chosen = f"{paths.config} {paths.raw} {paths.earlier or ''}\n"
    published = named_files(paths.config).get("kontroll.publicerade_fil")
    _write(paths.step / "val.txt", os.fsencode(chosen))
    _write(paths.step / "konfiguration.txt", _told(sum_of(paths.config)))
    _write(paths.step / "publicerade.txt", _told(sum_of(published) if published else "ingen"))


def update(paths: Paths) -> dict[str, Seen]:
    """List RAW, computing the checksums of what is new or changed; return what is known of each input by its path.

    Raises
    ------
    DataError
        When something that is named as an input cannot be one, or its name cannot be written down.
    """
    known, unknown = list_inputs(paths.raw)
    require_sound(paths.raw, unknown)
    for path, _ in known:
        _require_text(path)
    before = _remembered(paths)
    earlier = _earlier_edition(paths)
    wanted = with_edits([p for p, _ in known], paths.raw)
    wanted |= {_name(p, paths.raw): p for p in _receipts(paths.raw)}
    sums = {name: look(path, before.get(name)) for name, path in wanted.items()}
    extra = {_EARLIER: look(earlier, before.get(_EARLIER))} if earlier else {}
    if {**sums, **extra} != before:
        body = json.dumps({**sums, **extra}, indent=0, sort_keys=True)
        with suppress(OSError):  # only remembered, so as not to read all again
            files.write_text(paths.step / "indata.summor", body + "\n")
    listed = [[name, s.size, s.mtime_ns, s.sha256] for name, s in sorted(sums.items())]
    others = sorted(_name(p, paths.raw) for p in unknown)
    text = "\n".join(json.dumps(x) for x in [*listed, *others])
    _write(paths.step / "indata.lista", text.encode() + b"\n")
    _write(paths.step / "tidigare.txt", _told(extra[_EARLIER].sha256 if extra else "ingen"))
    return sums


def _require_text(path: Path) -> None:
    """Check that an input's name is text: no list and no manifest could name it otherwise."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise DataError(
            "Filens namn går inte att skriva som text.",
            file=path,
            expected="ett namn i UTF-8",
            found=path.name,
            action="Byt namn på filen.",
        ) from None


def look(path: Path, before: Seen | None) -> Seen:
    """Return a file's checksum: the one known, when the file is the same, else computed now.

    Raises
    ------
    DataError
        When the file is being written.
    """
    if before is not None and before.fits(path.stat()):
        return before
    began = time.time_ns()
    # A pipe that has taken the file's place would hold us for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as f:
        first = os.fstat(f.fileno())
        if not stat.S_ISREG(first.st_mode):
            raise DataError("Filen är ingen vanlig fil.", file=path, found=files.kind_of(path), action=_STILL)
        digest = hashlib.file_digest(f, "sha256").hexdigest()  # type: ignore[arg-type]
        last = os.fstat(f.fileno())
    if _stamp(first) != _stamp(last):
        raise DataError(
            "Filen ändras medan den läses.",
            file=path,
            expected="en färdig fil",
            found="någon skriver i den",
            action="Vänta tills den är färdigkopierad och kör igen.",
        )
    return Seen(*_stamp(first), digest, max(first.st_ctime_ns, first.st_mtime_ns) < began - _RACY_NS)


# --- what the steps ask --------------------------------------------------------------------------------------


def follows_listing(stage: str) -> bool:
    """Tell whether a step is of the chain that make's listing begins."""
    return not STEPS[stage].on_order and stage != "inventory"


@contextmanager
def unchanged(stage: str, paths: Paths) -> Iterator[None]:
    """Run a step on what was listed: its files and its configuration, before, during and after.

    Where no list has been made (a step that is run by hand, in a folder of its own) nothing is compared.

    Raises
    ------
    DataError
        Naming the file that is another than the one listed.
    """
    if not follows_listing(stage):
        yield
        return
    before = _require_listed(stage, paths)
    try:
        yield
    except Exception:
        _require_untouched(stage, paths, before)  # a file that was swapped while read explains any other fault
        raise
    try:
        _require_untouched(stage, paths, before)
    except DataError:
        for done in (paths.ledger(stage), built.stamp(stage, paths)):
            done.unlink(missing_ok=True)  # what was read is not to pass for done
        raise


_Stamps = dict[str, tuple[Path, tuple[int, ...]]]
"""Every file that a step reads from outside, as it stood when its content was known to be the one listed."""


def _require_listed(stage: str, paths: Paths) -> _Stamps:
    """Compare what a step reads from outside with what was listed; return how each file stands."""
    seen = _remembered(paths)
    wanted = _listed_files(stage, paths)
    stands: _Stamps = {}
    for name, path in _same_files(stage, paths, wanted).items():
        now = look(path, seen.get(name))
        if now.sha256 != wanted[name]:
            raise _swapped(path, f"sha256 {wanted[name]}", "en annan fil än den som listades")
        stands[name] = path, now[:4]
    for noted, path in _settings(stage, paths):
        if (paths.step / noted).is_file():
            stamp = _stamp(path.stat()) if path.is_file() else ()
            if (paths.step / noted).read_bytes() != _told(sum_of(path)):
                raise _swapped(path, "filen som den var när körningen började", "en annan")
            stands[noted] = path, stamp
    gpkg, known = _earlier_edition(paths), seen.get(_EARLIER)
    if known is not None and gpkg is not None and "tidigare" in STEPS[stage].lists:
        now = look(gpkg, known)
        if now.sha256 != known.sha256:
            raise _swapped(gpkg, "den tidigare utgåvan som den var när körningen började", "en annan")
        stands[_EARLIER] = gpkg, now[:4]
    return stands


def _require_untouched(stage: str, paths: Paths, before: _Stamps) -> None:
    """Check that no file was touched while it was read: it may have been another in between."""
    _same_files(stage, paths, _listed_files(stage, paths))
    for path, stamp in before.values():
        if not path.is_file():
            if stamp:
                raise _swapped(path, "filen som listades", "filen är borta")
        elif _stamp(path.stat()) != stamp:
            raise _swapped(path, "en fil som ingen rör medan den läses", "en som har ändrats eller bytts ut")


def _listed_files(stage: str, paths: Paths) -> dict[str, str]:
    """Return the checksums of the files that a source step reads, as the inventory has them; none for others."""
    groups = [g for g in _groups(stage) if paths.inventory(g).is_file()]
    items = [x for g in groups for x in json.loads(paths.inventory(g).read_text(encoding="utf-8"))]
    return {str(item["fil"]): str(item["sha256"]) for item in items}


def _same_files(stage: str, paths: Paths, wanted: dict[str, str]) -> dict[str, Path]:
    """Return the files that a source step reads; stop when one has come or gone since they were listed."""
    groups = [g for g in _groups(stage) if paths.inventory(g).is_file()]
    known = list_inputs(paths.raw)[0] if groups else []
    there = with_edits([p for p, role in known if role.group in groups], paths.raw)
    for name in sorted(wanted.keys() ^ there.keys()):
        found = "filen är borta" if name in wanted else "filen är ny"
        raise _swapped(paths.raw / name, "samma filer som när indata listades", found)
    return there


def _groups(stage: str) -> tuple[str, ...]:
    return STEPS[stage].inputs if STEPS[stage].reads_files else ()


def _settings(stage: str, paths: Paths) -> list[tuple[str, Path]]:
    """Return the files of settings that a step reads, each with the list that has its checksum."""
    published = named_files(paths.config).get("kontroll.publicerade_fil")
    also = [("publicerade.txt", published)] if published and "publicerade" in STEPS[stage].lists else []
    return [("konfiguration.txt", paths.config), *also]


def _earlier_edition(paths: Paths) -> Path | None:
    gpkg = paths.earlier / "bredband.gpkg" if paths.earlier else None
    return gpkg if gpkg and gpkg.is_file() else None


def _swapped(path: Path, expected: str, found: str) -> DataError:
    return DataError(
        "En fil har bytts ut medan körningen pågick.",
        file=path,
        expected=expected,
        found=found,
        action=f"Tidigare resultat är orörda. {_STILL}",
    )


# --- the demo region -----------------------------------------------------------------------------------------


def demo_is_fresh(paths: Paths) -> bool:
    """Tell whether the demo region in ``paths.raw`` was made from this configuration by this program.

    Raises
    ------
    DataError
        When RAW cannot hold one, holds what somebody has meant as input, or OUT holds an edition of real figures.
    """
    above = paths.raw.parent
    if not above.is_dir() and (above.exists() or above.is_symlink()):
        raise DataError(
            "Mappen för indata (RAW) är ingen mapp.",
            file=above,
            expected="en mapp",
            found=files.kind_of(above),
            action="Ange en mapp med RAW=…. Är det en länk till en disk: anslut den och kör igen.",
        )
    require_sound(above, list_inputs(above)[1])
    try:
        real = json.loads((paths.out / "manifest.json").read_text(encoding="utf-8"))["demo"] is False
    except (OSError, ValueError, KeyError, TypeError):
        real = False
    if real:
        raise DataError(
            "Mappen för indata (RAW) är tom, men utgåvan i OUT är gjord av riktiga filer: en demo skulle ersätta den.",
            file=above,
            expected="utgivarnas filer",
            found="inga",
            action="Är disken med indata ansluten? Vill du ha en demo: ange en annan mapp med OUT=… och MAPS=….",
        )
    try:
        marker = json.loads((paths.raw / MARKER_FILE).read_text(encoding="utf-8"))
        return bool(marker["underlag"] == demo_basis(paths.config))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


# --- small things --------------------------------------------------------------------------------------------


def _told(text: str) -> bytes:
    return text.encode() + b"\n"


def _write(path: Path, body: bytes) -> None:
    """Write only when the content differs: what depends on it is then made anew."""
    if path.is_file() and path.read_bytes() == body:
        return
    with files.replacing(path) as beside:
        beside.write_bytes(body)


def _remembered(paths: Paths) -> dict[str, Seen]:
    """Return what was known of each file last time; nothing when that cannot be read: it is computed anew."""
    try:
        body = json.loads((paths.step / "indata.summor").read_text(encoding="utf-8"))
        return {str(name): Seen(*row) for name, row in body.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def _receipts(raw: Path) -> Iterable[Path]:
    for folder in (raw / f for f in FOLDERS):
        for path in folder.glob(f"*{RECEIPT}") if folder.is_dir() else ():
            if passed_over(path) and not path.name.startswith(".") and path.stat().st_size <= _MAX_RECEIPT:
                yield path


def with_edits(known: list[Path], raw: Path) -> dict[str, Path]:
    """Return input files by their path under RAW, and with them the edits that lie beside GeoPackages."""
    own = {_name(p, raw): p for p in known}
    return own | {f"{name}{end}": p for name, path in own.items() for end, p in edits_beside(path).items()}


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix()


def _bound_by_now(step: Path) -> None:
    """Move times that lie ahead of the clock back, all together: a clock that was set back would hide what is new."""
    times = {Path(d) / n: 0 for d, _, names in os.walk(step) for n in names}
    for path in times:
        times[path] = path.lstat().st_mtime_ns
    ahead = max(times.values(), default=0) - time.time_ns()
    if ahead > _RACY_NS:
        for path, was in times.items():
            os.utime(path, ns=(was - ahead, was - ahead), follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
