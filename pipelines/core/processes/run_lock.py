"""One run at a time in ``OUT``, and in ``MAPS``: a hidden file in the folder says who has it.

A run is many processes: ``make`` starts one a step. So the file names the make (its process number and when
that process began), and each step holds a lock on the file while it works. The folder is taken while either
lives: a make whose steps come and go, or a step whose make was killed. What neither holds is taken over.

Standard library only: ``make clean`` needs it where nothing is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core.errors import DataError, printable

NAME = ".las"
MAKE = "BREDBAND_KORNING"
"""In the environment: the process number of the make whose step this is."""
PATIENCE_S = 300.0
"""How long to wait for the last step of a run that was killed."""
DYING_S = 0.5
"""How long a process that has been killed may still be seen."""
_LOOKED_OVER = "genomgången"


@dataclass(frozen=True)
class Holder:
    """Who has a folder: a process, on which machine since when, and (for ``MAPS``) with which ``OUT``."""

    pid: int
    began: str
    boot: str
    host: str
    user: str
    since: str
    out: str

    @property
    def key(self) -> tuple[int, str, str, str]:
        """What tells one run from another."""
        return self.pid, self.began, self.boot, self.host

    def alive(self) -> bool:
        """Say whether the process still runs; one on another machine is believed to."""
        if self.host != os.uname().nodename:
            return True
        return self.boot == _boot() and began(self.pid) == self.began

    def told(self) -> str:
        """Return who it is, in Swedish."""
        day, _, clock = self.since.partition(" ")
        when = clock if day == time.strftime("%Y-%m-%d") else self.since
        where = f" på datorn {self.host}" if self.host != os.uname().nodename else ""
        return printable(f"process {self.pid}{where}, {self.user}, sedan {when}")


@dataclass
class Claim:
    """The folders this process has, for the run it belongs to.

    ``fresh`` until a step of the run has looked over what stands there; this process is then alone in them.
    """

    me: Holder
    of_make: bool
    held: dict[Path, int] = field(default_factory=dict)
    fresh: bool = False

    def take(self, folder: Path, name: str) -> None:
        """Take a folder, alone for as long as :meth:`share` is not called.

        Raises
        ------
        DataError
            When another run has it.
        """
        file, looked_over = _take(folder, name, self.me)
        self.held[folder / NAME] = file
        self.fresh |= not looked_over

    def looked_over(self) -> None:
        """Note that what stands there has been looked over, for the other steps of this run."""
        for file in self.held.values():
            _write(file, self.me, looked_over=True)
        self.fresh = False

    def share(self) -> None:
        """Let the other steps of this run in."""
        for file in self.held.values():
            _lock(file, fcntl.LOCK_SH)

    def leave(self, *, over: bool) -> None:
        """Let go; when the run is over and no other step of it works, the file goes too."""
        for path, file in self.held.items():
            with contextlib.suppress(OSError):
                if over and _lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB) and _same(file, path):
                    path.unlink()
            os.close(file)
        self.held.clear()


def claim(out: Path) -> Claim:
    """Return a claim on nothing yet, for the make in the environment or else for this process alone."""
    said = os.environ.get(MAKE, "")
    made_by = int(said) if said.isdecimal() and len(said) < 10 and began(int(said)) is not None else None
    pid = made_by or os.getpid()
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"användare {os.getuid()}"
    now = time.strftime("%Y-%m-%d %H:%M")
    start = began(pid) or ""
    return Claim(Holder(pid, start, _boot(), os.uname().nodename, user, now, str(out.absolute())), bool(made_by))


def _take(folder: Path, name: str, me: Holder) -> tuple[int, bool]:
    """Return the locked file of a folder, and whether a step of this run has looked it over.

    This process has the file alone, but where it has been looked over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, waited_for = folder / NAME, False
    begun = time.monotonic()
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        with contextlib.suppress(OSError):
            os.fchmod(file, 0o666)  # whoever may write in the folder may take over what is left there
        alone = _lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        holder, looked_over = _read(file)
        ours = holder is not None and holder.key == me.key
        if ours and not alone:
            _lock(file, fcntl.LOCK_SH)  # waits while the first step of this run looks things over
            looked_over = _read(file)[1]
            if not looked_over:
                _lock(file, fcntl.LOCK_EX)
        if not _same(file, path):  # taken away meanwhile
            os.close(file)
            continue
        if ours:
            return file, looked_over
        taken = holder is not None and holder.alive()
        if alone and not taken:
            _write(file, me)
            return file, False
        os.close(file)
        if time.monotonic() - begun > (DYING_S if taken else PATIENCE_S):
            raise _taken(name, folder, holder)
        if holder is not None and not taken and not waited_for:
            print(f"  Väntar på ett steg av en avbruten körning ({holder.told()})", file=sys.stderr)
            waited_for = True
        time.sleep(0.05)


def _taken(name: str, folder: Path, holder: Holder | None) -> DataError:
    who = holder.told() if holder else "okänd process"
    far = holder is not None and holder.host != os.uname().nodename
    gone = f" Pågår den inte längre: ta bort filen {folder / NAME}." if far else ""
    own = holder is not None and holder.out and Path(holder.out) != folder.absolute()
    return DataError(
        f"{name} används av en annan körning ({who}).",
        file=folder,
        found=f"den andra körningens OUT={holder.out}" if holder is not None and own else None,
        action=f"Vänta tills den är klar, eller välj en annan mapp för {name}.{gone}",
    )


def _lock(file: int, kind: int) -> bool:
    """Lock, and say whether it went; where the file system knows no locks, the record alone must do."""
    try:
        fcntl.flock(file, kind)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _same(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _read(file: int) -> tuple[Holder | None, bool]:
    """Return who has the folder, and whether a step of that run has looked it over."""
    lines = os.pread(file, 4096, 0).decode("utf-8", errors="replace").split("\n")
    if len(lines) < 8 or not lines[0].isdecimal() or len(lines[0]) > 9:
        return None, False
    return Holder(int(lines[0]), *lines[1:7]), lines[7] == _LOOKED_OVER


def _write(file: int, me: Holder, *, looked_over: bool = False) -> None:
    values = (me.pid, me.began, me.boot, me.host, me.user, me.since, me.out, _LOOKED_OVER if looked_over else "")
    lines = [str(value).replace("\n", " ") for value in values]
    os.ftruncate(file, 0)
    os.pwrite(file, "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace"), 0)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def began(pid: int) -> str | None:
    """Return when a process began, as the system counts (empty where it does not say); None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except OSError:
        return None
    else:
        return None if fields[0] in "ZX" else fields[19]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return ""
