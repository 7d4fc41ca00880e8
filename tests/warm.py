"""``python -m pipelines …`` for tests, forked from a process that has the libraries at hand already.

A build of the small county is some thirty short processes, and most of their time goes to the same imports.
Here one server a test session imports the libraries and the program once, reads no data and starts no thread. For
each step it forks a child, which has the folder, environment and open files of the one who asks, and ends with its
own exit code or signal. Where the folder has a program of its own, or this one is no longer what was imported, the
child imports ``pipelines`` anew, from the tree as it stands then; where the environment is another than the session's
(hash seed, time zone, threads), the child becomes a new Python.

A file to run, so that who asks loads nothing but the socket: ``python -IS tests/warm.py SOCKET STAGE …`` in
the place of ``python -m pipelines STAGE …``. Tests of the process itself ask for a new Python.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import signal
import socket
import sys

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = (
    "duckdb",
    "exactextract",
    "folium",
    "geopandas",
    "geopandas.io._geoarrow",
    "jinja2",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "matplotlib_map_utils",
    "pandas.core.arrays.arrow.extension_types",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "pydantic",
    "pyogrio",
    "pypdfium2",
    "python_calamine",
    "rasterio.features",
    "rdflib",
    "requests",
    "scipy.sparse.csgraph",
    "scipy.spatial",
    "xlsxwriter",
)
MATTERS = ("PYTHON", "TZ", "LANG", "LC_", "OMP_", "OPENBLAS_", "MKL_", "ARROW_", "MPL")
"""How the names begin of what in an environment is read when Python starts or a library is imported. All else a
child takes over from who asks; what libraries lay there for themselves (CA bundles, KMP_…) is no reason either."""
LOST = 70


# --- who asks ---------------------------------------------------------------------------------------------


def ask(address: str, words: list[str]) -> int:
    """Have the server run a step with this process's files and environment; return its exit code."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(address)
            body = json.dumps([words, os.getcwd(), dict(os.environ)]).encode()
            files = array.array("i", [0, 1, 2])
            line.sendmsg([len(body).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
            line.sendall(body)
            answer = line.recv(8)
        except OSError as error:
            answer = b""
            print(error, file=sys.stderr)
    if not answer:
        print(f"tests/warm.py: the server is gone, see {address}.log", file=sys.stderr)
        return LOST
    code = int(answer)
    if code < 0:  # a signal: end by the same
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


# --- the server -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def server(address: str) -> Iterator[None]:
    """Have a server while the block runs, at a socket of this path."""
    import subprocess

    with socket.socket(socket.AF_UNIX) as door, open(f"{address}.log", "wb") as log:
        door.bind(address)
        door.listen(64)
        process = subprocess.Popen(
            [sys.executable, __file__, "serve", str(door.fileno())],
            pass_fds=[door.fileno()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},  # as the Makefile has it
        )
    try:
        yield
    finally:
        process.communicate()  # closes its stdin


def serve(door: socket.socket) -> list[str] | None:
    """Answer until the one who started the server closes its stdin; in a child, return the step to run."""
    import select

    door.set_inheritable(False)
    begun = dict(os.environ)
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    poll = select.poll()
    for file in (door, 0, wake):
        poll.register(file, select.POLLIN)
    lines: dict[int, socket.socket] = {}
    ready = False
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
        if 0 in events:
            for child in lines:
                _end(child)
            return None
        if door.fileno() in events:
            line, _ = door.accept()
            if not ready:
                _import_all()
                ready = True
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setpgid(0, 0)
                for file in (door, *lines.values()):
                    file.close()
                os.close(wake)
                os.close(woken)
                return _put_on(line, begun)
            with contextlib.suppress(OSError):  # it has done so itself, or has ended
                os.setpgid(child, child)
            lines[child] = line
            poll.register(line, 0)  # no event but that the other end closes: the child reads what is said


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


def _import_all() -> None:
    import gc
    import importlib
    from pathlib import Path

    for name in LIBRARIES:
        importlib.import_module(name)
    sys.path.insert(0, ROOT)
    steps = importlib.import_module("pipelines.steps")
    for step in steps.STEPS.values():
        importlib.import_module(step.module)
    importlib.import_module("pipelines.config.region").Region.model_rebuild()  # otherwise at its first use
    sys.path.remove(ROOT)
    program.update(_program())
    # OpenBLAS lays its threads down when a process forks, and takes them up when it needs them.
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    threads = [Path(f"/proc/self/task/{t}/comm").read_text().strip() for t in os.listdir("/proc/self/task")]
    # One is this; pyarrow's jemalloc has one that only gives memory back, and sees to its own locks at a fork.
    if len([t for t in threads if t != "jemalloc_bg_thd"]) > 1:
        raise RuntimeError(f"the libraries have started threads, whose locks a fork would copy: {threads}")
    gc.freeze()


program: dict[str, tuple[int, int]] = {}
"""The files of the program that have been imported: time of change and size."""


def _program() -> dict[str, tuple[int, int]]:
    files = [m.__file__ for name, m in sys.modules.items() if _is_ours(name) and getattr(m, "__file__", None)]
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


def _put_on(line: socket.socket, begun: dict[str, str]) -> list[str]:
    """Take the files, folder and environment of who asks; return the words after ``python -m pipelines``."""
    with line:
        size, files, _, _ = socket.recv_fds(line, 8, 3)
        body = b""
        while len(body) < int.from_bytes(size, "big"):
            more = line.recv(1 << 16)
            if not more:
                os._exit(LOST)
            body += more
    words, folder, environment = json.loads(body)
    for goal, file in enumerate(files):
        os.dup2(file, goal)
        os.close(file)
    os.chdir(folder)
    # By the libraries, here and in a test that has imported them.
    added = {k: v for k, v in os.environ.items() if k not in begun}
    if _matters(added | environment) != _matters(added | begun):
        os.execve(sys.executable, [sys.executable, "-m", "pipelines", *words], environment)
    os.environ.clear()
    os.environ.update(added | environment)
    return words


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


if __name__ == "__main__":
    what, where, *said = sys.argv[1:]
    if what == "ask":
        sys.exit(ask(where, said))
    sys.path.pop(0)  # this folder: no library of the pipeline's
    step = serve(socket.socket(fileno=int(where)))
    if step is not None:
        _run(step)
