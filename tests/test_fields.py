"""The fields: each described once, used, and spelt as the levels spell their columns."""

import importlib
import pkgutil

import pytest

from pipelines import tables
from pipelines.core.level import LEVELS, Level, Levels
from pipelines.steps import STEPS
from pipelines.tables import fields
from pipelines.tables.contracts import BASIS_TEXT, Column, Table, check

MODULES = [importlib.import_module(f"pipelines.tables.{m.name}") for m in pkgutil.iter_modules(tables.__path__)]
TABLES = [t for m in MODULES for t in vars(m).values() if isinstance(t, Table)]
OWN = {c.name for f in fields.FIELDS.values() for c in fields.fields(f)}


def test_a_field_is_described_once_and_well() -> None:
    rows = fields._FILE.read_text(encoding="utf-8").splitlines()
    names = [row.partition(",")[0] for row in rows[1:]]
    assert len(names) == len(set(names)) == len(fields.FIELDS)
    for name, f in fields.FIELDS.items():
        assert f.kind in ("text", "heltal", "decimal", "ja_nej"), name
        assert f.klass in ("intern", "oppen", "band") and f.basis in BASIS_TEXT, name
        assert f.alias == f.alias.strip() != "" and f.description == f.description.strip(), name


def test_every_field_is_used_and_no_table_has_a_column_that_is_no_field() -> None:
    used = {c.name for t in TABLES for c in t.columns}
    assert not OWN - used
    made = {c for c in used - OWN if not c.endswith(("_ca", "_olikhet", "_minst", "_hogst", "_klass"))}
    assert made == {Level("tillgang", t).land(f"klass_{x}") for t in LEVELS.mbit for x in ("utan", "tackt", "okand")}


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.code)
def test_a_level_spells_its_columns_as_the_fields_do(level: Level) -> None:
    both = {level.without(what) for what in ("adresser", "hushall")} | {level.share, level.pts_share, level.basis}
    own = {level.cell_basis, level.pts_source, level.deviation, level.land("utan"), level.land("tackt")}
    assert both | own | {level.probability, level.cell_class, level.limit("lag"), level.limit("hog")} <= OWN


def test_every_table_that_a_step_writes_has_a_contract() -> None:
    written = {name for step in STEPS.values() for name in step.writes}
    known = {x for t in TABLES for x in (t.name, f"oppen_{t.name}")}
    assert written - known == {
        *(f"{x}_oppen" for x in ("adresser_tackning", "adresser_hushall", "evidens_beslut")),
        "grupper",
        "land_utanfor",
        "osakerhet_kommun",
    }


def test_the_fields_of_a_region_with_other_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "LEVELS", Levels((100, 500)))
    assert [c.name for c in fields.each("andel_{t}_pct pts_kalla_{t}")] == [
        "andel_100_pct",
        "pts_kalla_100",
        "andel_500_pct",
        "pts_kalla_500",
    ]
    found = fields.fields("rutid klass_{level}")
    assert [c.name for c in found][1:] == [
        "klass_tillgang_100",
        "klass_tillgang_500",
        "klass_passerad_100",
        "klass_passerad_500",
    ]
    assert found[-1].alias == "Klass passerad 500 Mbit/s"


def test_what_differs_in_a_table_is_said_there() -> None:
    changed = fields.field("kommunkod", description="Annat.")
    assert isinstance(changed, Column) and changed.alias == fields.FIELDS["kommunkod"].alias
    assert fields.FIELDS["kommunkod"].description == "Fyra siffror."
    assert check.__doc__
