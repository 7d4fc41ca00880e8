"""``python -m pipelines STEP …``, forked from a process that has the libraries at hand already.

A run is some 35 short processes, and an eighth of its time went to the same imports. Here the first step of a make
starts a server, which imports the libraries and each step's program once, reads no data and starts no thread. For each
step it forks a child, which has the folder, environment and open files of the one who asks, and ends with its own exit
code or signal. The server ends with the make. Where there can be no server (no Linux, a folder that takes no socket, no
make), the one who asks becomes the step itself, as a new Python.

A file to run, so that who asks loads nothing but the socket: ``python -IS pipelines/warm.py ask SOCKET STEP …``.

Where the folder has a program of its own, or this one is no longer what was imported, the child imports ``pipelines``
anew, from the tree as it stands then; where the environment is another than the server's (hash seed, time zone,
threads), the child becomes a new Python.
"""

from __future__ import annotations

import array
import contextlib
import marshal
import os
import signal
import socket
import sys

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = (
    "geopandas",
    "jinja2",
    "pandas.core.arrays.arrow.extension_types",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "pydantic",
    "pyogrio",
    "scipy.sparse.csgraph",
    "scipy.spatial",
)
"""What many steps import, and most of them not before they need it."""
MATTERS = ("PYTHON", "TZ", "LANG", "LC_", "OMP_", "OPENBLAS_", "MKL_", "ARROW_", "MPL")
"""How the names begin of what in an environment is read when Python starts or a library is imported. All else a
child takes over from who asks; what libraries lay there for themselves (CA bundles, KMP_…) is no reason either."""
MAKE = "BREDBAND_KORNING"
"""In the environment: the number of the make whose step this is."""
LOST = 70
"""Exit code: the server died under a step."""


# --- who asks ---------------------------------------------------------------------------------------------


def ask(address: str, words: list[str]) -> int:
    """Have the server run a step with this process's files and environment; return its exit code."""
    line = _connected(address) or _first(address)
    child = _begun(line, words) if line is not None else 0
    if line is None or not child:
        os.execv(sys.executable, [sys.executable, "-m", "pipelines", *words])
    _pass_on(child)
    with line:
        try:
            answer = line.recv(8)
        except OSError:
            answer = b""
    if not answer:
        print(f"FEL: Körningen avbröts: den process som stegen delar är borta ({address}). Kör igen.", file=sys.stderr)
        return LOST
    code = int(answer)
    if code < 0:  # a signal: end by the same
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _begun(line: socket.socket, words: list[str]) -> int:
    """Return the number of the step's process; 0 where the server ended before it began."""
    body = marshal.dumps([words, os.getcwd(), dict(os.environ)])
    files = array.array("i", [0, 1, 2])
    try:
        line.sendmsg([len(body).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
        line.sendall(body)
        return int(line.recv(8) or b"0")
    except OSError:
        return 0


def _pass_on(child: int) -> None:
    """Have what stops this process stop the step, which then tells of it and tidies up, as if it were this one."""

    def stop(number: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


def _connected(address: str) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX)
    with contextlib.suppress(OSError), _beside(address) as name:
        line.connect(name)
        return line
    line.close()
    return None


@contextlib.contextmanager
def _beside(address: str) -> Iterator[str]:
    """Be in the socket's folder: its whole path may be longer than a socket's can be."""
    here = os.getcwd()
    os.chdir(os.path.dirname(address) or here)
    try:
        yield os.path.basename(address)
    finally:
        os.chdir(here)


def _first(address: str) -> socket.socket | None:
    """Start this make's server, unless another step does so just now; return a line to it, None where none can be."""
    import fcntl

    make = os.environ.get(MAKE, "")
    if not (make.isdigit() and hasattr(os, "pidfd_open")):
        return None
    try:
        with open(f"{address}.las", "wb", opener=_in_its_place) as turn, socket.socket(socket.AF_UNIX) as door:
            fcntl.flock(turn, fcntl.LOCK_EX)
            line = _connected(address)
            if line is None:
                with contextlib.suppress(FileNotFoundError):  # of a make that has ended
                    os.unlink(address)
                start(door, address, os.pidfd_open(int(make)))
                line = _connected(address)
            return line
    except OSError:
        return None


def _in_its_place(path: str, _: int) -> int:
    """Open a file to lock: never what a link leads to, and nothing is cut off."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def start(
    door: socket.socket, address: str, owner: int, libraries: tuple[str, ...] = LIBRARIES, log: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a server that answers at ``address`` until the file ``owner`` can be read: its end, or its process's."""
    import subprocess

    with _beside(address) as name:
        door.bind(name)
        os.chmod(name, 0o600)
    door.listen(64)
    return subprocess.Popen(
        [sys.executable, __file__, "serve", str(door.fileno()), str(owner), address, *libraries],
        pass_fds=[door.fileno(), owner],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if log is None else log,
        stderr=subprocess.DEVNULL if log is None else log,
        start_new_session=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},  # as the Makefile has it
    )


# --- the server -------------------------------------------------------------------------------------------


def serve(door: socket.socket, owner: int, libraries: list[str]) -> list[str] | None:
    """Answer until the owner ends; in a child, return the step to run."""
    import select

    for file in (door.fileno(), owner):
        os.set_inheritable(file, False)
    begun = dict(os.environ)
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    poll = select.poll()
    for file in (door.fileno(), owner, wake):
        poll.register(file, select.POLLIN)
    lines: dict[int, socket.socket] = {}
    prepare = importer(libraries)
    while True:
        events = {file for file, _ in poll.poll()}
        if wake in events:
            os.read(wake, 4096)
            for child in [c for c in lines if _has_answered(c, lines[c])]:
                with contextlib.suppress(KeyError):
                    poll.unregister(lines[child])
                lines.pop(child).close()
        for child, line in lines.items():
            if line.fileno() in events:  # who asked is gone
                poll.unregister(line)
                _end(child)
        if owner in events:
            for child in lines:
                _end(child)
            return None
        if door.fileno() in events:
            line, _ = door.accept()
            asked = _asked(line)
            if asked is None:
                line.close()
                continue
            prepare(next(iter(asked.words), ""))
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setpgid(0, 0)
                for other in (door, line, *lines.values()):
                    other.close()
                for file in (wake, woken, owner):
                    os.close(file)
                return _put_on(asked, begun)
            asked.close()
            with contextlib.suppress(OSError):  # it has done so itself, or has ended
                os.setpgid(child, child)
            with contextlib.suppress(OSError):  # who asked is gone: seen below
                line.sendall(b"%08d" % child)
            lines[child] = line
            poll.register(line, 0)  # no event but that the other end closes


class Asked:
    """What somebody asks for: a step's words, and the folder, environment and open files it is to have."""

    def __init__(self, body: bytes, files: list[int]) -> None:
        self.words, self.folder, self.environment = marshal.loads(body)
        self.files = files

    def close(self) -> None:
        """Close the files, which the child has."""
        for file in self.files:
            os.close(file)


def _asked(line: socket.socket) -> Asked | None:
    """Return what is asked for by one of the same user, None where that is not so or nothing comes."""
    import struct

    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    line.settimeout(10)
    files: list[int] = []
    try:
        head, files, _, _ = socket.recv_fds(line, 8, 3)
        body = b""
        while len(body) < int.from_bytes(head, "big") and (more := line.recv(1 << 16)):
            body += more
        if user == os.getuid() and len(files) == 3:
            line.settimeout(None)
            return Asked(body, files)
    except (EOFError, OSError, TypeError, ValueError):
        pass
    for file in files:
        os.close(file)
    return None


def _has_answered(child: int, line: socket.socket) -> bool:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        with contextlib.suppress(OSError):
            line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    return bool(done)


def _end(child: int) -> None:
    """Kill a child and the processes it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def importer(libraries: list[str]) -> Callable[[str], None]:
    """Return what imports a step's program before the server forks for it; the libraries come with the first."""
    import gc
    import importlib

    known: set[str] = set()

    def prepare(step: str) -> None:
        if step in known or (known and program != _program()):
            return
        if not known:
            for name in libraries:
                importlib.import_module(name)
            sys.path.insert(0, ROOT)
            importlib.import_module("pipelines.config.region").Region.model_rebuild()  # otherwise at its first use
            sys.path.remove(ROOT)
        known.add(step)
        sys.path.insert(0, ROOT)
        with contextlib.suppress(Exception):  # told by the step
            importlib.import_module(importlib.import_module("pipelines.steps").STEPS[step].module)
        sys.path.remove(ROOT)
        program.update(_program())
        gc.freeze()
        safe[:] = [_is_alone()]

    return prepare


safe: list[bool] = []
"""Whether the server may fork a step: not where a library has started threads, whose locks the child would copy."""


def _is_alone() -> bool:
    """Tell whether this process has one thread, but for those that see to their own locks at a fork."""
    # OpenBLAS lays its threads down when a process forks, and takes them up when it needs them.
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    threads = []
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/comm") as name:
            threads.append(name.read().strip())
    # One is this; pyarrow's jemalloc has one that only gives memory back.
    return len([t for t in threads if t != "jemalloc_bg_thd"]) == 1


program: dict[str, tuple[int, int]] = {}
"""The files of the program that have been imported: time of change and size."""


def _program() -> dict[str, tuple[int, int]]:
    files = [f for name, m in sys.modules.items() if _is_ours(name) and (f := getattr(m, "__file__", None))]
    seen = {file: os.stat(file) for file in files if os.path.exists(file)}
    return {file: (s.st_mtime_ns, s.st_size) for file, s in seen.items()}


def _has_own_levels(words: list[str]) -> bool:
    """Tell whether the configuration asked for says which thresholds there are: the program is imported for one set."""
    for word in words:
        path = word.removeprefix("--config=")
        if path.endswith(".toml"):
            with contextlib.suppress(OSError), open(path, encoding="utf-8") as config:
                if "[trosklar]" in config.read():
                    return True
    return False


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "pipelines"


# --- the step ---------------------------------------------------------------------------------------------


def _put_on(asked: Asked, begun: dict[str, str]) -> list[str]:
    """Take the files, folder and environment of who asks; return the words after ``python -m pipelines``."""
    for goal, file in enumerate(asked.files):
        os.dup2(file, goal)
        os.close(file)
    os.chdir(asked.folder)
    # By the libraries, here and in a test that has imported them.
    added = {k: v for k, v in os.environ.items() if k not in begun}
    if safe != [True] or _matters(added | asked.environment) != _matters(added | begun):
        os.execve(sys.executable, [sys.executable, "-m", "pipelines", *asked.words], asked.environment)
    os.environ.clear()
    os.environ.update(added | asked.environment)
    return asked.words


def _matters(environment: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if v and k.startswith(MATTERS)}


def _run(words: list[str]) -> None:
    """Do what ``python -m pipelines`` does, and end without taking a thousand modules apart: that took a second."""
    import atexit
    import runpy
    import threading
    import traceback

    sys.path.insert(0, os.getcwd())
    sys.argv[1:] = words
    if os.getcwd() != ROOT or program != _program() or _has_own_levels(words):
        for name in [*filter(_is_ours, sys.modules)]:
            del sys.modules[name]
    try:
        runpy.run_module("pipelines", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(what: str, *said: str) -> int:
    """Ask for a step, or serve."""
    if what == "ask":
        return ask(said[0], list(said[1:]))
    sys.path.pop(0)  # this folder: no library of the pipeline's
    address = said[2]
    mine = os.stat(address).st_ino
    step = serve(socket.socket(fileno=int(said[0])), int(said[1]), list(said[3:]))
    if step is not None:
        _run(step)
    with contextlib.suppress(OSError):
        if os.stat(address).st_ino == mine:  # not the next one's
            os.unlink(address)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
