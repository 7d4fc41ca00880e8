"""A table at a step's border keeps its contract, or is stopped with every rule it breaks, how often and where."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.core.errors import ContractError
from pipelines.tables.contracts import Column, Table, check

TABLE = Table(
    "t",
    "",
    "",
    (
        Column("kod", "text", "", pattern=r"\d{4}$"),
        Column("klass", "text", "", values=("a", "b"), nullable=True),
        Column("antal", "heltal", "", low=0),
        Column("ar", "heltal", "", nullable=True, low=2000, high=2030),
        Column("andel", "decimal", "", low=0, high=1, nullable=True),
        Column("ja", "ja_nej", ""),
    ),
    key=("kod", "klass"),
)


def rows(**changed: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "kod": ["1401", "1401", "1402"],
            "klass": ["a", None, "b"],
            "antal": [0, 1, 2],
            "ar": pd.array([2000, None, 2030], dtype="Int64"),
            "andel": [0.0, None, 1.0],
            "ja": [True, False, True],
            "mer": [1, 2, 3],
        },
        index=[10, 11, 12],
    )
    return frame.assign(**changed)


def told(frame: pd.DataFrame) -> list[str]:
    with pytest.raises(ContractError) as stopped:
        check(frame, TABLE)
    return stopped.value.details


def test_a_table_that_keeps_its_contract_comes_back_with_the_contracts_columns_first():
    frame = rows()[["mer", "ja", "andel", "ar", "antal", "klass", "kod"]]
    assert list(check(frame, TABLE).columns) == ["kod", "klass", "antal", "ar", "andel", "ja", "mer"]
    pd.testing.assert_frame_equal(check(frame, TABLE), rows())


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_an_id_is_a_text_of_one_line(kind):
    """As the regular expression says, which is not asked."""
    ids = Table("t", "", "", (Column("id", "text", "", pattern="^.+$", nullable=True),))
    check(pd.DataFrame({"id": pd.Series(["å", " ", None], dtype=kind)}), ids)
    with pytest.raises(ContractError) as stopped:
        check(pd.DataFrame({"id": pd.Series(["å", "", "a\nb", "c\n"], dtype=kind)}), ids)
    assert stopped.value.details == ["id: som mönstret ^.+$ bröts 3 gånger, först på rad 1 ('')"]


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_a_text_is_a_text_whatever_holds_it(kind):
    check(rows(kod=lambda f: f["kod"].astype(kind), klass=lambda f: f["klass"].astype(kind)), TABLE)


@pytest.mark.parametrize(
    ("column", "values", "line"),
    [
        ("kod", ["1401", "1402", None], ["kod: har ett värde bröts 1 gånger, först på rad 12 (nan)"]),
        ("kod", ["1401", "140", "x"], [r"kod: som mönstret \d{4}$ bröts 2 gånger, först på rad 11 ('140')"]),
        ("kod", [1401, 1402, 1403], ["kod: är int64, inte text"]),
        ("kod", pd.Series(["1401", 1402, "1403"], dtype=object).to_numpy(), ["kod: är object, inte text"]),
        ("klass", ["a", "c", "c"], ["klass: någon av a, b bröts 2 gånger, först på rad 11 ('c')"]),
        ("klass", pd.Categorical(["a", "c", "c"]), ["klass: någon av a, b bröts 1 gånger, först på rad 11 ('c')"]),
        ("antal", [0, -1, -2], ["antal: minst 0 bröts 2 gånger, först på rad 11 (np.int64(-1))"]),
        ("antal", [0.0, 1.0, 2.0], ["antal: är float64, inte heltal"]),
        (
            "antal",
            pd.array([0, None, 2], dtype="Int64"),
            ["antal: har ett värde bröts 1 gånger, först på rad 11 (<NA>)"],
        ),
        (
            "ar",
            pd.array([1999, None, 2031], dtype="Int64"),
            [
                "ar: minst 2000 bröts 1 gånger, först på rad 10 (np.int64(1999))",
                "ar: högst 2030 bröts 1 gånger, först på rad 12 (np.int64(2031))",
            ],
        ),
        ("andel", [0.5, 1.5, float("nan")], ["andel: högst 1 bröts 1 gånger, först på rad 11 (np.float64(1.5))"]),
        ("andel", pd.array([0.5, None, 1], dtype="Float64"), ["andel: är Float64, inte decimal"]),
        ("ja", [True, None, False], ["ja: är object, inte ja_nej"]),
    ],
)
def test_each_rule_is_told_when_it_is_broken(column, values, line):
    found = told(rows(**{column: values}))
    assert [x for x in found if not x.startswith("kod, klass")] == line


def test_a_column_that_is_not_there_and_a_key_that_stands_twice():
    assert told(rows().drop(columns="ja")) == ["ja: kolumnen saknas"]
    assert told(rows(klass=[None, None, "b"])) == ["kod, klass: unik nyckel bröts 2 gånger, först på rad 10 ('1401')"]


def test_a_table_without_rows_has_its_types_all_the_same():
    assert len(check(rows().iloc[:0], TABLE)) == 0
    assert told(rows().iloc[:0].astype({"antal": "float64"})) == ["antal: är float64, inte heltal"]
