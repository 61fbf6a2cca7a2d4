import pytest
from keepsake.cli.outcome_rows import WrongField, read_row

CASE = "jeweller.07.caseabcdefghijklmnopqrstuv"


def test_a_row_tells_how_a_case_ended_and_what_it_cost():
    """Would catch a column that is read as another, or cents that are lost."""
    fields = {
        "case_id": CASE,
        "outcome": "modified",
        "kept": "1200.55",
        "currency": "USD",
        "costs": "expedite=120; free-resize=35.50",
        "ended": "2026-07-14",
        "seller": "nobody asks",
    }

    request = read_row(2, fields).outcome

    assert ("modified", 1200, 550_000_000) == (
        request.outcome,
        request.kept.units,
        request.kept.nanos,
    )
    assert "2026-07-14T00:00:00Z" == request.ended_time.ToJsonString()
    assert [("expedite", 120, 0), ("free-resize", 35, 500_000_000)] == [
        (each.offer_id, each.cost.units, each.cost.nanos) for each in request.costs
    ]


def test_a_row_tells_whether_a_save_still_holds():
    """Would catch a validation that is taken for an outcome."""
    fields = {"case_id": CASE, "still_kept": "no", "heard_until": "2026-07-14T10:00:00+02:00"}

    row = read_row(2, fields)

    assert row.outcome is None
    assert not row.validation.still_kept
    assert "2026-07-14T08:00:00Z" == row.validation.heard_until_time.ToJsonString()


@pytest.mark.law(8)
def test_the_same_row_has_the_same_request_id_and_a_changed_one_another():
    """Would catch an import that counts twice when run again, or a correction that is lost."""
    fields = {"case_id": CASE, "outcome": "saved"}

    ids = [
        read_row(line, row).outcome.request_id
        for line, row in enumerate((fields, fields | {"note": ""}, fields | {"outcome": "lost"}), 2)
    ]

    assert ids[0] == ids[1] != ids[2]
    given = read_row(2, fields | {"request_id": "crm-17"})
    assert "crm-17" == given.outcome.request_id


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"case_id": ""}, "case_id: ''"),
        ({"case_id": "case 7"}, "case_id: 'case 7'"),
        ({"outcome": "won back"}, "outcome: 'won back'"),
        ({"outcome": ""}, "outcome: ''"),
        ({"kept": "much", "currency": "USD"}, "kept: 'much'"),
        ({"kept": "-1", "currency": "USD"}, "kept: '-1'"),
        ({"kept": "nan", "currency": "USD"}, "kept: 'nan'"),
        ({"kept": "10"}, "currency: ''"),
        ({"kept": "10", "currency": "usd"}, "currency: 'usd'"),
        ({"ended": "yesterday"}, "ended: 'yesterday'"),
        ({"costs": "expedite", "currency": "USD"}, "costs: 'expedite'"),
        ({"still_kept": "perhaps"}, "still_kept: 'perhaps'"),
        ({"still_kept": "yes"}, "heard_until: ''"),
        ({"request_id": "a b"}, "request_id: 'a b'"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_column(changed, told):
    """Would catch a wrong cell that becomes a figure, or an error that names no column."""
    with pytest.raises(WrongField) as wrong:
        read_row(2, {"case_id": CASE, "outcome": "saved"} | changed)

    assert str(wrong.value).startswith(f"{told} is not allowed; ")
