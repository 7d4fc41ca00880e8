"""Groups: which households go to which addresses."""

import pandas as pd
import pytest

from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.grid.groups import group_index, make_groups


def counts(*rows):
    return pd.DataFrame(rows, columns=["kommunkod", "omradestyp", "antal"])


def places(*rows):
    return pd.DataFrame(rows, columns=["kommunkod", "omradestyp"])


def test_a_class_without_addresses_merges_into_the_other_and_is_told():
    ledger = Ledger("x")
    groups = make_groups(
        counts(("9901", "tatbebyggt", 70), ("9901", "glesbebyggt", 30)), places(("9901", "glesbebyggt")), ledger
    )
    index, table = group_index(places(("9901", "glesbebyggt")), groups)
    assert table.to_dict("records") == [{"kommunkod": "9901", "grupp": "glesbebyggt", "hushall_pts": 100.0}]
    assert index.tolist() == [0]
    assert [(e.kind, e.count, e.examples) for e in ledger.entries] == [("justerad", 70, ("9901",))]


def test_a_kommun_that_pts_does_not_split_is_one_group():
    ledger = Ledger("x")
    here = places(("9901", "glesbebyggt"), ("9901", "tatbebyggt"))
    groups = make_groups(counts(("9901", "totalt", 40)), here, ledger)
    index, table = group_index(here, groups)
    assert table["hushall_pts"].tolist() == [40.0]
    assert index.tolist() == [0, 0]
    assert ledger.entries[0].kind == "antagen"


def test_households_without_any_address_stop_the_run():
    with pytest.raises(DataError, match="ingen gällande adress"):
        make_groups(
            counts(("9901", "tatbebyggt", 7), ("9901", "glesbebyggt", 3)), places(("9902", "glesbebyggt")), Ledger("x")
        )
