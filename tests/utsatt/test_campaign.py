"""The campaign: a sample in make test, all of it in make test-utsatt; and that its own judging is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.utsatt import register, run
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Mutation

ENTRY = {
    "steg": "pts",
    "kind": "varning",
    "source": "pts/a.xlsx",
    "reason": "rader",
    "count": 2,
    "action": "x",
    "examples": [],
}
CLEAR_ERROR = "FEL: Filen går inte att läsa.\n  Fil: raw/pts/a.xlsx\n  Gör så här: Hämta den på nytt.\n"


def campaign(*words: str, minutes: int, answers: Path) -> list[dict]:
    """Run the campaign in a process of its own, which has no threads when it forks."""
    command = [sys.executable, "-m", "tests.utsatt", "--quiet", "--json", str(answers), *words]
    done = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, timeout=60 * minutes, check=False)
    assert answers.exists(), done.stdout + done.stderr
    print(done.stdout)
    results = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    return sorted(results, key=lambda r: r["name"])


def require_right(results: list[dict]) -> None:
    bad = [f"{r['name']}: {r['outcome']}; {r['message'] or r['changed'][:3]}" for r in results if not r["good"]]
    assert not bad, f"{len(bad)} av {len(results)}; kör om en med python -m tests.utsatt NAMN:\n" + "\n".join(bad)


def test_a_sample_of_bad_inputs_is_read_right_told_or_stopped(tmp_path: Path) -> None:
    results = campaign("--sample", minutes=10, answers=tmp_path / "svar.json")
    assert len(results) >= 30
    assert len({r["kind"] for r in results}) == len({m.kind for m in register.everything()})
    require_right(results)


@pytest.mark.utsatt
def test_every_bad_input_is_read_right_told_or_stopped(tmp_path: Path) -> None:
    results = campaign(minutes=180, answers=tmp_path / "svar.json")
    assert len(results) >= 600
    require_right(results)


@pytest.mark.utsatt
def test_what_does_not_depend_on_the_change_need_not_run_again(tmp_path: Path) -> None:
    names = [m.full for m in register.everything() if not m.make][::29]
    part = campaign(*names, minutes=60, answers=tmp_path / "del.json")
    whole = campaign(*names, "--all-steps", minutes=60, answers=tmp_path / "allt.json")
    for one, other in zip(part, whole, strict=True):
        assert (one["name"], one["outcome"]) == (other["name"], other["outcome"])
        assert one["changed"] == other["changed"], one["name"]
        assert one["told"] == other["told"], one["name"]


# The judging, on things made by hand ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        (CLEAR_ERROR, 2, ""),
        (CLEAR_ERROR + "make: *** [Makefile:1: x] Error 2\n", 2, ""),
        (CLEAR_ERROR, 1, "slutkod"),
        (CLEAR_ERROR.replace("FEL: ", ""), 2, "börjar inte"),
        (CLEAR_ERROR.replace("a.xlsx", "b.xlsx"), 2, "nämner inte filen"),
        (CLEAR_ERROR.replace("Gör så här", "Tips"), 2, "vad man ska göra"),
        (CLEAR_ERROR.replace("läsa.", "läsa: the file is bad."), 2, "engelska"),
        (CLEAR_ERROR.replace("läsa.", "läsa (programbiblioteket säger: the file is bad (char 7))."), 2, ""),
        ("Traceback (most recent call last):\nKeyError: 'x'\n", 1, "börjar inte"),
    ],
)
def test_an_error_is_clear_when_it_says_what_where_and_what_to_do(said: str, code: int, why: str) -> None:
    found = run.clear(said, code, ["a.xlsx"])
    assert found == "" if not why else why in found


def test_an_entry_is_news_when_it_names_the_file_and_is_new_or_another() -> None:
    def news(*entries: dict) -> tuple[int, int]:
        told, warned = run.news([ENTRY], list(entries), ["a.xlsx"])
        return len(told), len(warned)

    note = {**ENTRY, "kind": "upplysning"}
    assert news(ENTRY) == (0, 0)
    assert news({**ENTRY, "count": 3}) == (1, 1)
    assert news(note) == (1, 0)
    assert news({**ENTRY, "source": "pts/b.xlsx", "count": 3}) == (0, 0)
    assert run.news([note], [{**note, "count": 3}], ["a.xlsx"]) == ([], [])


def test_figures_differ_by_value_and_not_by_rounding() -> None:
    before = {"kommuner": {"kommunkod": ["9901"], "hushall": [10.0], "underlag": ["adress"]}}
    for value, text, differs in (
        (10.0 + 1e-9, "adress", 0),
        (10.1, "adress", 1),
        (10.0, "ruta", 1),
        (None, "adress", 1),
    ):
        after = {"kommuner": {"kommunkod": ["9901"], "hushall": [value], "underlag": [text]}}
        assert len(run.differences(before, after)) == differs
    assert run.differences(
        before, {"kommuner": {"kommunkod": ["9901", "9902"], "hushall": [10.0, 1.0], "underlag": ["", ""]}}
    )
    assert run.differences(before, {})


def test_every_mutation_says_what_is_right() -> None:
    known = {SAMMA, FEL, RAKNAD, VARNAD, ANDRAD}
    everything = register.everything()
    assert len(everything) >= 600
    assert all(m.right and m.right <= known for m in everything)
    assert all(m.what for m in everything)
    # A change in silence is right only where there is a reason, and seldom.
    assert sum(ANDRAD in m.right for m in everything) < 0.1 * len(everything)
    with pytest.raises(ValueError, match="reason"):
        Mutation("slag", "namn", lambda case: None, frozenset((ANDRAD,)))
