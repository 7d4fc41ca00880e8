"""Steps forked from a process that has the libraries (``pipelines/warm.py``) are like new ones to who asks."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.warm import LOST
from tests import warm
from tests.conftest import ROOT, WARM, clean_environment, warm_steps

AS_MAKE = {"PYTHONDONTWRITEBYTECODE": ""}
pytestmark = pytest.mark.skipif(WARM not in os.environ, reason="no server of warm processes on this system")


@pytest.fixture
def ask(tmp_path):
    """Return what starts a step of a ``pipelines`` of the test's own, in a folder of its own, with its code."""

    def started(code: str, *words: str, address: str = "", **environment: str) -> subprocess.Popen[str]:
        (tmp_path / "pipelines").mkdir(exist_ok=True)
        (tmp_path / "pipelines/__main__.py").write_text("import os, sys\nheavy = 'pandas' in sys.modules\n" + code)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*warm.asking(address or os.environ[WARM]), *words],
            cwd=tmp_path,
            env=clean_environment() | AS_MAKE | environment,
            text=True,
            **pipes,
        )

    return started


def test_a_step_has_the_words_the_folder_the_files_and_the_environment_of_who_asks(ask, tmp_path):
    code = """
print(heavy, __name__, sys.argv[1:], os.getcwd(), os.environ["PYTEST_OWN"], sys.stdin.read(), sep="|")
print("nej", file=sys.stderr)
sys.exit(2)
"""
    step = ask(code, "a b", "å", PYTEST_OWN="x y")
    out, err = step.communicate("in")
    assert out == f"True|__main__|['a b', 'å']|{tmp_path}|x y|in\n"
    assert (err, step.returncode) == ("nej\n", 2)


def test_libraries_imported_by_a_test_make_no_difference(ask):
    """One of them puts words in the environment, there as in the server."""
    import pyogrio  # noqa: F401

    assert "GDAL_CURL_CA_BUNDLE" in os.environ
    assert ask("print(heavy, 'lib')").communicate()[0] == "True lib\n"


def test_another_environment_gets_a_new_python(ask):
    code = "print(heavy, os.environ.get('PYTHONHASHSEED'), hash('a'))"
    told = {ask(code, PYTHONHASHSEED="4242").communicate()[0] for _ in range(2)}
    assert len(told) == 1
    assert told.pop().startswith("False 4242 ")


def test_what_the_makefile_starts_is_warm(ask, tmp_path):
    ask("print(heavy, *sys.argv[1:2])").communicate()
    (tmp_path / ".venv").mkdir()
    for name in ("requirements.lock", ".venv/.klar"):
        (tmp_path / name).touch()
    for also in ([], ["JOBS=2", "OUT=o", "-j2"]):
        made = subprocess.run(
            [
                "make",
                "--no-print-directory",
                "-C",
                tmp_path,
                "-f",
                ROOT / "Makefile",
                "verifiera",
                "PAKET=x",
                *also,
                *warm_steps(),
            ],
            capture_output=True,
            text=True,
            env=clean_environment(),
        )
        assert (made.stdout, made.stderr) == ("True verify\n", "")


def test_code_is_read_anew_each_time(ask):
    assert ask("print(heavy, 1)").communicate()[0] == "True 1\n"
    assert ask("print(heavy, 22)").communicate()[0] == "True 22\n"


def test_an_error_is_told_with_its_trace_and_a_text_to_exit_is_written(ask):
    step = ask("1 / 0")
    assert "ZeroDivisionError" in step.communicate()[1]
    assert step.returncode == 1
    step = ask("import atexit; atexit.register(print, 'sist'); sys.exit('FEL')")
    assert step.communicate() == ("sist\n", "FEL\n")
    assert step.returncode == 1


def test_a_step_that_is_killed_ends_who_asks_by_the_same_signal(ask):
    for sent in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
        # Of another length each time: Python tells its bytecode by whole seconds and by size.
        step = ask(f"os.kill(os.getpid(), {int(sent)})" + sent * "#")
        step.communicate()
        assert step.returncode == -sent


def test_who_asks_takes_the_step_along_when_killed_and_what_the_step_has_started(ask):
    code = "import subprocess; p = subprocess.Popen(['sleep', '60']); print(os.getpid(), p.pid, flush=True); p.wait()"
    step = ask(code)
    both = [int(pid) for pid in step.stdout.readline().split()]
    assert all(_runs(pid) for pid in both)
    step.kill()
    step.wait()
    _ended(*both)


def _runs(pid: int) -> bool:
    """Say whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_server_that_is_gone_is_told_under_a_step_and_replaced_before_it(ask, tmp_path):
    address = str(tmp_path / "s")
    with warm.server(address):
        assert ask("print(heavy, 1)", address=address).communicate()[0] == "True 1\n"
        step = ask("import time; print('begun', flush=True); time.sleep(60)", address=address)
        assert step.stdout.readline() == "begun\n"
    assert step.communicate()[1].startswith("FEL: Körningen avbröts")
    assert step.returncode == LOST
    assert ask("print(heavy, 22)", address=address).communicate()[0] == "False 22\n"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_the_server_serves_its_own_user_alone(ask):
    assert ask("print(heavy, 1)").communicate()[0] == "True 1\n"
    os.chmod(os.environ[WARM], 0o666)
    stranger = """
import marshal, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
os.setuid(65534)
stranger = socket.socket(socket.AF_UNIX)
stranger.connect(sys.argv[1])
for each in (line, stranger):
    body = marshal.dumps([[], "/", {}])
    socket.send_fds(each, [len(body).to_bytes(8, "big")], [0, 1, 2])
    each.sendall(body)
    print(len(each.recv(8)))
"""
    folder = Path(os.environ[WARM]).parent
    folder.chmod(0o755)
    try:
        said = subprocess.run([sys.executable, "-c", stranger, os.environ[WARM]], capture_output=True, text=True)
    finally:
        folder.chmod(0o700)
        os.chmod(os.environ[WARM], 0o600)
    assert said.stdout == "8\n0\n", said.stderr


# --- the server of a make ------------------------------------------------------------------------------------

STEPS = "print(os.getppid(), os.getpid(), heavy, flush=True)\n"


@pytest.fixture
def make(tmp_path):
    """Return what starts a make of two steps, which come from a server of the make's own."""

    def started(code: str, address: str = "varm", **environment: str) -> subprocess.Popen[str]:
        (tmp_path / "pipelines").mkdir(exist_ok=True)
        (tmp_path / "pipelines/__main__.py").write_text("import os, sys\nheavy = 'pandas' in sys.modules\n" + code)
        (tmp_path / "Makefile").write_text(
            "export BREDBAND_KORNING ?= $(shell echo $$PPID)\nb: a\n"
            f"a b:\n\t@{shlex.join(warm.asking(str(tmp_path / address)))} $@\n"
        )
        env = {k: v for k, v in clean_environment().items() if k != "BREDBAND_KORNING"}
        return subprocess.Popen(
            ["make", "--no-print-directory", "-C", tmp_path],
            env=env | AS_MAKE | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return started


def test_the_steps_of_a_make_come_from_one_process_that_ends_with_it(make, tmp_path):
    lines = make(STEPS).communicate()[0].splitlines()
    servers, steps, heavy = zip(*map(str.split, lines), strict=True)
    assert (len(set(servers)), len(set(steps)), set(heavy)) == (1, 2, {"True"})
    _ended(int(servers[0]))
    assert not (tmp_path / "varm").exists()


def test_a_make_that_is_stopped_stops_its_step_as_if_it_were_its_own(make):
    code = f"import time\ntry:\n    {STEPS}    time.sleep(60)\nexcept KeyboardInterrupt:\n    sys.exit('städat')\n"
    for sent, said in ((signal.SIGINT, True), (signal.SIGKILL, False)):
        process = make(code)
        server, step, _ = process.stdout.readline().split()
        os.killpg(process.pid, sent) if said else process.kill()
        assert ("städat" in process.communicate()[1]) == said
        _ended(int(server), int(step))


@pytest.mark.parametrize("address, environment", [("varm", {"BREDBAND_KORNING": "nej"}), (120 * "v", {})])
def test_where_there_can_be_no_server_each_step_is_a_new_python(make, address, environment):
    lines = make(STEPS, address, **environment).communicate()[0].splitlines()
    assert {line.split()[2] for line in lines} == {"False"}


def test_what_somebody_has_put_in_the_servers_place_is_not_followed(make, tmp_path):
    other = tmp_path / "annans"
    other.write_text("orörd")
    (tmp_path / "varm.las").symlink_to(other)
    lines = make(STEPS).communicate()[0].splitlines()
    assert {line.split()[2] for line in lines} == {"False"}
    assert other.read_text() == "orörd"


def _ended(*pids: int) -> None:
    until = time.monotonic() + 20
    while any(map(_runs, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not [pid for pid in pids if _runs(pid)]
