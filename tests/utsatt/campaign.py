"""Many mutations, each in a process forked for it; the table of what came of them.

A process of its own imports the libraries, starts no thread, and forks: first the unmutated run, then one child a
mutation, two at a time. A child that takes a minute or more memory than there should be is ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests import warm
from tests.utsatt import county, run
from tests.utsatt.mutation import Case, Mutation
from tests.utsatt.run import FAULT, HANG, OUTCOMES, Base, Result

SEED = 12
SECONDS = 60
MEMORY = 4 << 30
"""Above what the libraries have mapped already."""
WORKERS = 2


def campaign(
    mutations: Sequence[Mutation],
    *,
    seed: int = SEED,
    workers: int = WORKERS,
    keep: Path | None = None,
    all_of_it: bool = False,
    tell: bool = False,
    lines: Path | None = None,
) -> list[Result]:
    """Run the mutations; return what came of each, in their order.

    Parameters
    ----------
    keep : Path, optional
        Where the folders are kept; otherwise they are removed one by one.
    all_of_it : bool
        Run every step, whatever the mutation changed.
    tell : bool
        Say on stderr how it goes.
    lines : Path, optional
        Each result is added here as a line of JSON when it is known.
    """
    warm.import_steps(run.STEPS)
    with contextlib.ExitStack() as stack:
        top = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="utsatt-")))
        top.mkdir(parents=True, exist_ok=True)
        base = _base(top)
        gc.freeze()  # what a child collects is its own: looking at the rest would copy it
        server = ""
        if any(m.make for m in mutations):
            server = f"{stack.enter_context(tempfile.TemporaryDirectory(prefix='utsatt-'))}/varm"
            stack.enter_context(warm.server(server))
        found: dict[str, Result] = {}
        waiting, running = list(reversed(mutations)), dict[int, tuple[Mutation, Path, float]]()
        while waiting or running:
            while waiting and len(running) < workers:
                m = waiting.pop()
                folder = top / re.sub(r"[^A-Za-z0-9._-]", "_", m.full)  # a name that make takes
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                running[_fork(m, folder, base, seed, all_of_it, server)] = m, folder, time.monotonic()
            for pid in _ended(running):
                m, folder, begun = running.pop(pid)
                found[m.full] = result = _read(m, folder, time.monotonic() - begun)
                if lines:
                    with lines.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(result.to_json()) + "\n")
                if not keep:
                    shutil.rmtree(folder, ignore_errors=True)
                if tell:
                    sign = "·" if result.good else "✗"
                    print(f"{sign} {result.seconds:5.1f} s  {result.outcome:18} {m.full}", file=sys.stderr, flush=True)
    return [found[m.full] for m in mutations]


def _base(top: Path) -> Base:
    """Make the unmutated county, in a child: it starts threads."""
    folder = top / "_omuterad"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with _output(folder):
                county.write(folder)
                run.prepare(folder)
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the unmutated county does not run: " + (folder / "sagt.txt").read_text(encoding="utf-8"))
    return run.load_base(folder, imports=True)


def _fork(m: Mutation, folder: Path, base: Base, seed: int, all_of_it: bool, server: str) -> int:
    child = os.fork()
    if child:
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        return child
    try:
        os.setpgid(0, 0)
        result = _one(m, folder, base, seed, all_of_it, server)
        (folder / "svar.json").write_text(json.dumps(result.to_json()), encoding="utf-8")
    finally:
        os._exit(0)


def _one(m: Mutation, folder: Path, base: Base, seed: int, all_of_it: bool, server: str) -> Result:
    case = Case(folder, random.Random(f"{seed}:{m.full}"))
    warnings.simplefilter("ignore")
    try:
        county.fresh(base.folder, folder)
        m.do(case)
        before = run.listing(folder)
    except BaseException as error:
        return Result(m.full, m.kind, FAULT, False, message=run.crashed(error))
    if before == base.files:
        return Result(m.full, m.kind, FAULT, False, message="mutationen ändrade ingenting")
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    step = ""
    with _output(folder):
        try:
            if m.make:
                code, step = run.run_make(folder, server)
            else:
                code, step = run.run_changed(folder, base, all_of_it=all_of_it)
        except BaseException as error:
            print(run.crashed(error), file=sys.stderr)
            code, step = 1, step or "traceback"
    said = (folder / "sagt.txt").read_text(encoding="utf-8", errors="replace")
    result = run.judge(m, base, folder, code, said, before, step, case.also)
    result.mutated += case.said
    return result


@contextlib.contextmanager
def _output(folder: Path) -> Iterator[None]:
    """Have what this process says on its streams in ``sagt.txt``, what libraries write past Python too."""
    sys.stdout.flush()
    sys.stderr.flush()
    streams = os.dup(1), os.dup(2)
    with (folder / "sagt.txt").open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException as error:
            print(run.crashed(error), file=sys.stderr)
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for goal, stream in enumerate(streams, start=1):
                os.dup2(stream, goal)
                os.close(stream)


def _ended(running: dict[int, tuple[Mutation, Path, float]]) -> list[int]:
    """Wait until some child has ended; end those that have had their time."""
    while True:
        done = []
        for pid, (_, folder, begun) in running.items():
            if os.waitpid(pid, os.WNOHANG)[0]:
                done.append(pid)
            elif time.monotonic() - begun > SECONDS:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                (folder / "hangd").touch()
                done.append(pid)
        if done:
            return done
        time.sleep(0.005)


def _read(m: Mutation, folder: Path, seconds: float) -> Result:
    answer = folder / "svar.json"
    if answer.exists():
        result = Result(**json.loads(answer.read_text(encoding="utf-8")))
    else:
        hung = (folder / "hangd").exists()
        said = folder / "sagt.txt"
        text = said.read_text(encoding="utf-8", errors="replace")[-600:] if said.exists() else ""
        result = Result(
            m.full, m.kind, HANG if hung else run.CRASH, False, f"processen dog; {text}", wanted=sorted(m.right)
        )
    result.seconds = round(seconds, 2)
    return result


# Telling --------------------------------------------------------------------------------------------------------------


def table(results: Sequence[Result]) -> str:
    """Return the table of outcomes: a row a kind of input, a column an outcome, how many are not right."""
    kinds = list(dict.fromkeys(r.kind for r in results))
    shown = [
        o
        for o in OUTCOMES
        if o in ("tydligt fel", "räknad", "ingen verkan", "traceback", "ändrad i tysthet", "hängd")
        or any(r.outcome == o for r in results)
    ]
    head = ["slag", "antal", *shown, "inte rätt", "s"]
    rows = [head]
    for kind in [*kinds, "alla"]:
        mine = [r for r in results if kind in (r.kind, "alla")]
        count = Counter(r.outcome for r in mine)
        wrong = sum(not r.good for r in mine)
        rows.append(
            [
                kind,
                str(len(mine)),
                *(str(count[o] or "·") for o in shown),
                str(wrong or "·"),
                f"{sum(r.seconds for r in mine) / max(1, len(mine)):.1f}",
            ]
        )
    wide = [max(len(r[i]) for r in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, wide, strict=True)))
        for r in rows
    )


def told(results: Sequence[Result], seed: int = SEED) -> str:
    """Return every one that is not right: its name and seed, what changed, what was said."""
    out = []
    for r in results:
        if r.good:
            continue
        lines = [f"✗ {r.name}  (frö {seed}): {r.outcome}; rätt vore {' eller '.join(r.wanted)}"]
        lines += [f"    muterat: {', '.join(r.mutated)[:300]}"] if r.mutated else []
        lines += ["    " + line for line in r.message.splitlines()[:8]]
        lines += [f"    {c}" for c in r.changed[:6]]
        lines += [f"    liggaren: {t[:200]}" for t in r.told[:3]]
        out.append("\n".join(lines))
    return "\n".join(out)
