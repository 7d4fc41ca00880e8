"""A threshold that is only configured, 500 Mbit/s beside PTS's own: in every table, and looked at by every law.

The steps run in another process than the tests': one process works for one region's thresholds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import FOUR as T
from tests.conftest import ROOT, in_a_process_of_their_own, options, step_command, with_tables

from . import brute, inputs
from .test_small_county import STAGES as UNTIL_SUMMARIES
from .test_small_county import columns, differences, rows_of, told

STAGES = (*UNTIL_SUMMARIES, "junctions", "gaps", "goals", "reconciliation", "history", "laws")
VARIANTS = ("full", "utan_hastighet")
COLUMNS = columns(T)


def lay_out(variant: str, root: Path) -> Path:
    """Write the county's files, its configuration with the fourth threshold."""
    _, config = inputs.write(inputs.county(variant), root)
    with config.open("a", encoding="utf-8") as file:
        file.write(f"\n[trosklar]\nned_mbit = {list(T)}\n")
    return root


@pytest.fixture(scope="module")
def built(fourth_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Run the steps once per variant; ``full`` is the edition with every product."""
    done: dict[str, tuple[Path, str]] = {"full": (fourth_edition, "")}

    def run(variant: str) -> Path:
        if variant not in done:
            root = lay_out(variant, tmp_path_factory.mktemp(variant))
            ran = in_a_process_of_their_own(STAGES, root)
            done[variant] = root, ran.stdout + ran.stderr if ran.returncode else ""
        root, fault = done[variant]
        if fault:
            pytest.fail(f"{variant}: {fault}", pytrace=False)
        return root

    return run


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_table_equals_brute_force(built, variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = built(variant)
    monkeypatch.setattr(brute, "THRESHOLDS", T)
    monkeypatch.setattr(brute, "PAIRS", [(m, t) for m in brute.MEASURES for t in T])
    answer = brute.compute(inputs.county(variant))
    for table, names in COLUMNS.items():
        theirs = rows_of(root, table)
        wrong = {c: lines for c in names if (lines := differences(getattr(answer, table), theirs, c))}
        assert not wrong, f"{table}: " + "\n".join(f"{c}: {told(lines[:3])}" for c, lines in wrong.items())
        assert any("500" in c for c in next(iter(theirs.values())))


def test_the_fourth_threshold_is_its_own(built) -> None:
    rows = rows_of(built("full"), "adresser").values()
    own = [r for r in rows if r["sannolikhet_tillgang_100"] > r["sannolikhet_tillgang_500"]]
    above = [r for r in rows if r["sannolikhet_tillgang_500"] > r["sannolikhet_tillgang_1000"]]
    assert own and above


def test_a_share_that_pts_does_not_publish_is_told_as_derived(built) -> None:
    rows = pd.read_parquet(built("full") / "out/.steg/avstamning.parquet")
    assert set(rows["troskel_mbit"]) == set(T)
    derived = rows[rows["troskel_mbit"] == 500]
    assert set(derived["pts_kalla"]) == {"teknik"}
    for m in ("tillgang", "passerad"):
        on = ["niva", "kod", "omradestyp"]
        share = {t: rows[(rows["troskel_mbit"] == t) & (rows["matt"] == m)].set_index(on) for t in T}
        for name in ("pts_andel_pct", "pts_andel_ovre_pct"):
            assert (share[500]["pts_andel_pct"] >= share[1000]["pts_andel_pct"] - 1e-9).all()
            assert (share[500][name] <= share[100]["pts_andel_ovre_pct"] + 1e-9).all()
    noted = json.loads((built("full") / "out/.steg/liggare/households.json").read_text(encoding="utf-8"))
    assert "som PTS inte publicerar" in json.dumps(noted, ensure_ascii=False)


def test_every_law_of_a_threshold_looks_at_the_fourth(built) -> None:
    said = json.loads((built("full") / "out/.steg/liggare/laws.json").read_text(encoding="utf-8"))
    numbers = {
        law["lag"]: tuple(map(int, re.findall(r"(?<![\d–])\d{2,}(?! %)", law["lag"]))) for law in said["fakta"]["lagar"]
    }
    of = {t: {re.sub(rf"\b{t}\b(?! %)|(?<=_){t}", "#", n) for n, x in numbers.items() if set(x) == {t}} for t in T}
    assert of[500] == of[100] == of[30] and len(of[500]) > 40
    steps = [x for n, x in numbers.items() if n.startswith("ruta: hushall utan")]
    assert steps == [(30, 100), (100, 500), (500, 1000)]


def test_a_step_forked_from_a_process_of_other_thresholds_has_its_own(built, tmp_path: Path) -> None:
    """As make has it: the shared process has imported the program for the default ones."""
    lan = with_tables(built("full"), tmp_path / "lan")
    told_ = lan / "out/.steg/liggare/laws.json"
    before = json.loads(told_.read_text(encoding="utf-8"))
    told_.unlink()
    ran = subprocess.run(step_command("laws", lan), cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(told_.read_text(encoding="utf-8")) == before


SPOILT = [
    ("adresser", "sannolikhet_tillgang_500", "adress: tillgang 1000 ⊆ tillgang 500", -1.0),
    ("adresser", "sannolikhet_tillgang_500", "adress: tillgang 500 ⊆ tillgang 100", 1.0),
    ("adresser", "sannolikhet_passerad_500", "adress: passerad 1000 ⊆ passerad 500", -1.0),
    ("adresser", "sannolikhet_passerad_500", "adress: tillgång 500 ⊆ passerad 500", -1.0),
    ("adresser", "sannolikhet_passerad_500", "Σ adresser per kommun = kommun: hushall_ej_passerade_500", -1.0),
    ("rutnat_250m", "hushall_utan_500", "ruta: hushall utan 500 ⊆ utan 1000", 50.0),
    ("rutnat_250m", "adresser_utan_500", "ruta: adresser utan 100 ⊆ utan 500", -50.0),
    ("rutnat_250m", "hushall_ej_passerade_500", "ruta: ej passerade 500 ≤ utan 500", 50.0),
    ("rutnat_250m", "befolkning_utan_500", "Σ rutor = län: befolkning_utan_500", 1.0),
    ("rutnat_delar", "hushall_utan_500", "Σ delar per ruta = ruta: hushall_utan_500", 1.0),
    ("rutnat_delar", "adresser_ej_passerade_500", "Σ delar = län: adresser_ej_passerade_500", 1.0),
    ("rutnat_delar", "adresser_utan_500", "rutnat_delar: 0 ≤ adresser utan ≤ adresser", 500.0),
    ("kommuner", "hushall_utan_500", "Σ kommuner = län: hushall_utan_500", 1.0),
    ("kommuner", "andel_500_pct", "kommuner: andel_500_pct = 1 − andelen utan", 1.0),
    ("kommuner", "andel_passerade_500_pct", "kommuner: andel_passerade_500_pct = 1 − andelen utan", 1.0),
    ("lan", "avvikelse_500_pe", "lan: avvikelse 500 = vår − PTS", 1.0),
    ("kommuner", "yta_tackt_500_pct", "kommuner: ytans tre delar = 100 % vid 500", 1.0),
    ("bristomraden_kommun", "hushall_utan", "Σ bristområden + utspritt = hushall_utan_500, per kommun", 1.0),
    ("bristomraden", "adresser_utan", "Σ bristområden + utspritt = adresser_utan_500, län", 1.0),
]


SPOILING = """
import contextlib, io, json, sys
from pathlib import Path
from pipelines.__main__ import main
lan, given, answers = Path(sys.argv[1]), sys.argv[2:], []
for case in sorted(lan.glob("skadat/*")):
    (spoilt,) = case.iterdir()
    path = lan / "out/.steg" / spoilt.name
    whole = path.read_bytes()
    path.write_bytes(spoilt.read_bytes())
    with contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(["laws", *given])
    answers.append((code, said.getvalue()))
    path.write_bytes(whole)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(built, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """What the laws say of each spoilt table, in a process that is of the fourth threshold: exit code and words."""
    lan = with_tables(built("full"), tmp_path_factory.mktemp("skadat") / "lan")
    for number, (table, column, _, by) in enumerate(SPOILT):
        frame = pd.read_parquet(lan / f"out/.steg/{table}.parquet")
        rows = frame.index
        if "troskel_mbit" in frame:
            rows = frame.index[(frame["troskel_mbit"] == 500) & (frame["matt"] == "tillgang")]
        elif column.startswith("sannolikhet"):  # where the law has something to say
            rows = frame.index[(frame[column] + by).between(-0.5, 1.5) & (frame.iloc[:, 0] != "")]
        frame.loc[rows, column] = frame.loc[rows, column].astype(float) + by
        case = lan / f"skadat/{number:02}"
        case.mkdir(parents=True)
        frame.to_parquet(case / f"{table}.parquet")
    command = [sys.executable, "-c", SPOILING, lan, *options(lan)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found: list[tuple[int, str]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("number", range(len(SPOILT)), ids=[f"{table}-{law}" for table, _, law, _ in SPOILT])
def test_a_spoilt_column_of_the_fourth_threshold_breaks_its_law(answers, number: int) -> None:
    code, said = answers[number]
    assert code and SPOILT[number][2] in said, said
