from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesgap.crm.checking.check import check_sheets
from salesgap.crm.checking.quality import table_quality
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.freeze import Snapshot, take_snapshot
from salesgap.crm.reading.read import raw_from_frame
from salesgap.crm.tables import TABLES
from salesgap.errors import DataError, ParamsError, SourceError
from salesgap.params import Params

Export = Callable[..., Params]
Deal = Callable[..., dict[str, Any]]
Rows = list[dict[str, Any]]


def found(snapshot: Snapshot, table: str) -> list[tuple[int, str, str, str]]:
    """Row, column, reason and class of what was set aside of ``table``."""
    rows = snapshot.quarantine[snapshot.quarantine["table"] == table]
    return list(rows[["row", "column", "reason", "class"]].itertuples(index=False, name=None))


def accepted(snapshot: Snapshot) -> list[str]:
    return list(snapshot.tables["opportunities"]["opportunity_id"])


AFTER = "last_activity_date is after 2100"


@pytest.mark.parametrize(
    ("fault", "column", "reason"),
    [
        (
            {"stage": "won?"},
            "stage",
            "stage 'won?' is not in the stage map; add it to `stages`",
        ),
        ({"created_date": "soon"}, "created_date", "'soon' is not a date"),
        ({"created_date": ""}, "created_date", "created_date is missing"),
        ({"amount": "lots"}, "amount", "'lots' is not an amount"),
        ({"amount": "-1"}, "amount", "amount is negative"),
        ({"amount": ""}, "amount", "won, but has neither amount nor list price"),
        ({"owner_id": ""}, "owner_id", "the deal has no owner"),
        ({"owner_id": "zz"}, "owner_id", "owner 'zz' is not in people"),
        ({"created_date": "1899-12-30"}, "created_date", "created_date is before 1970"),
        ({"last_activity_date": "2101-01-01"}, "last_activity_date", AFTER),
        ({"close_date": ""}, "close_date", "closed, but has no close date"),
        ({"close_date": "2026-01-14"}, "close_date", "closed before it was created"),
        (
            {"currency": "SEK"},
            "currency",
            "in SEK, for which there is no rate to EUR: add it to `rates`",
        ),
        ({"margin": "35"}, "margin", "margin is no share of the amount (1 is all of it)"),
    ],
)
def test_a_faulty_deal_is_quarantined_and_the_next_one_is_not(
    export: Export, deal: Deal, fault: dict[str, str], column: str, reason: str
) -> None:
    snapshot = take_snapshot(export(opportunities=[deal(1, **fault), deal(2)]))
    assert found(snapshot, "opportunities") == [(2, column, reason, "error")]
    assert accepted(snapshot) == ["d2"]


def test_the_owner_of_a_deal_needs_a_manager_or_a_team(
    export: Export, deal: Deal, some_people: Rows
) -> None:
    alone = some_people[0] | {"person_id": "x", "name": "Xia"}
    deals = [deal(1, owner_id="x"), deal(2, owner_id="m1")]
    snapshot = take_snapshot(export(people=[*some_people, alone], opportunities=deals))
    assert found(snapshot, "opportunities") == [
        (2, "owner_id", "owner 'x' has no manager in people", "error")
    ]


def test_an_end_that_is_far_ahead_is_no_end(export: Export, deal: Deal, some_people: Rows) -> None:
    people = [row | {"end_date": "9999-12-31"} for row in some_people]
    open_deal = deal(1, stage="Qualify", close_date="9999-12-31")
    snapshot = take_snapshot(export(people=people, opportunities=[open_deal]))
    assert snapshot.quarantine.empty


def test_all_faults_of_a_row_are_found_at_once(export: Export, deal: Deal) -> None:
    bad = deal(1, created_date="soon", amount="lots", owner_id="", stage="")
    snapshot = take_snapshot(export(opportunities=[bad, deal(2)]))
    assert len(found(snapshot, "opportunities")) == 4
    assert snapshot.report.table("opportunities").quarantined == 1


def test_an_exact_duplicate_is_kept_once(export: Export, deal: Deal) -> None:
    snapshot = take_snapshot(export(opportunities=[deal(1), deal(2), deal(1)]))
    assert found(snapshot, "opportunities") == [
        (2, "opportunity_id", "exact duplicate of another, row 4", "error")
    ]
    assert accepted(snapshot) == ["d1", "d2"]


def test_a_value_that_changed_and_changed_back_counts_as_it_is_now(
    export: Export, deal: Deal
) -> None:
    snapshot = take_snapshot(
        export(opportunities=[deal(1, amount="9"), deal(1, amount="5"), deal(1, amount="9")])
    )
    assert list(snapshot.tables["opportunities"]["amount"]) == [9.0]
    assert [row for row, *_ in found(snapshot, "opportunities")] == [2, 3]


def test_of_duplicates_that_differ_the_last_counts(export: Export, deal: Deal) -> None:
    snapshot = take_snapshot(export(opportunities=[deal(1), deal(1, amount="7")]))
    assert found(snapshot, "opportunities") == [
        (
            2,
            "opportunity_id",
            "the same opportunity_id as a later one that differs and counts, row 3",
            "error",
        )
    ]
    assert list(snapshot.tables["opportunities"]["amount"]) == [7.0]


def test_a_faulty_duplicate_does_not_push_out_a_sound_one(export: Export, deal: Deal) -> None:
    snapshot = take_snapshot(export(opportunities=[deal(1), deal(1, amount="lots")]))
    assert accepted(snapshot) == ["d1"]


def test_a_deal_created_after_the_date_is_left_out_and_not_faulty(
    export: Export, deal: Deal
) -> None:
    late = deal(1, created_date="2026-07-01", close_date="2026-07-02")
    snapshot = take_snapshot(export(opportunities=[late, deal(2)]))
    assert found(snapshot, "opportunities") == [
        (2, "created_date", "created after the as-of date", "left out")
    ]
    entry = snapshot.report.table("opportunities")
    assert (entry.rows_in, entry.accepted, entry.quarantined, entry.left_out) == (2, 1, 0, 1)


def test_people_named_by_their_name_are_found(export: Export, deal: Deal) -> None:
    snapshot = take_snapshot(export(opportunities=[deal(1, owner_id="Ray")]))
    assert list(snapshot.tables["opportunities"]["owner_id"]) == ["r3"]
    assert "opportunities: owner found by name, not by id (1 rows)" in snapshot.report.notes


def test_a_name_that_two_people_share_is_not_guessed(
    export: Export, deal: Deal, some_people: Rows
) -> None:
    twins = [row | {"name": "Ray"} if row["person_id"] == "r2" else row for row in some_people]
    made = export(people=twins, opportunities=[deal(1, owner_id="Ray"), deal(2)])
    assert found(take_snapshot(made), "opportunities") == [
        (2, "owner_id", "owner 'Ray' is several people's name; give the id", "error")
    ]


def test_a_manager_who_is_only_named_gets_a_row(
    export: Export, deal: Deal, some_people: Rows
) -> None:
    snapshot = take_snapshot(export(people=some_people[1:]))
    added = snapshot.tables["people"].set_index("person_id").loc["m1"]
    assert (added["name"], added["role"], added["region"]) == ("m1", "manager", "North")
    entry = snapshot.report.table("people")
    assert (entry.rows_in, entry.accepted, entry.added) == (4, 4, 1)
    assert snapshot.report.notes == ("people: 1 managers are only named; a row was added for each",)
    assert snapshot.report.details == (
        "people: 1 managers are only named; a row was added for each: m1",
    )


def test_notes_for_packs_name_nobody_and_details_do(
    export: Export, deal: Deal, some_people: Rows
) -> None:
    people = [row | {"name": f"Person {row['person_id']}"} for row in some_people]
    people[2] |= {"manager_id": "m2"}
    top = people[0] | {"person_id": "t1", "name": "Person t1"}
    people[0] |= {"manager_id": "t1", "end_date": "2026-01-31"}
    people[1] |= {"manager_id": "Person m1"}
    spell = {"person_id": "r1", "manager_id": "m1", "start_date": "2020-01-01"}
    made = export(
        people=[*people, top],
        opportunities=[deal(1, owner_id="t1"), deal(2)],
        team_history=[spell, spell | {"start_date": "2021-01-01"}],
        params={"regions": ["North"]},
    )
    report = take_snapshot(made).report
    assert report.notes == (
        "people: manager found by name, not by id (1 rows)",
        "people: 1 kept from other regions because they manage people in these",
        "team_history: 1 rows overlapped the same person's next one and end where it begins",
        "people: 1 manager has left, and a team still reports to them",
        "opportunities: 1 deals are in no pack: they belong to people in no team that has one",
    )
    assert report.details == (
        "people: 1 kept from other regions because they manage people in these: Person m2",
        "team_history: overlapping rows 2",
        "left, but with a team: m1",
        "deals in no pack: t1 (1)",
    )


def test_overlapping_spells_end_where_the_next_one_begins(export: Export) -> None:
    spell = {"person_id": "r1", "manager_id": "m1", "start_date": "2020-01-01", "end_date": ""}
    later = spell | {"manager_id": "m2", "start_date": "2026-01-01"}
    history = take_snapshot(export(team_history=[later, spell])).tables["team_history"]
    ends = history.set_index("manager_id")["end_date"]
    assert ends["m1"] == pd.Timestamp("2026-01-01")
    assert pd.isna(ends["m2"])
    assert take_snapshot(export(team_history=[later, spell])).report.notes == (
        "team_history: 1 rows overlapped the same person's next one and end where it begins",
        "people: 1 had another manager on the as-of date by team_history, which counts",
    )


def test_deals_that_ended_long_before_the_date_are_an_error(export: Export, deal: Deal) -> None:
    old = deal(1, created_date="2024-06-30", close_date="2025-01-31")
    with pytest.raises(DataError) as caught:
        take_snapshot(export(opportunities=[old]))
    assert str(caught.value) == (
        "opportunities.csv: no deal was created in the 24 months before 2026-06-30; "
        "the last one on 2024-06-30 → check as_of"
    )
    assert take_snapshot(export(opportunities=[old | {"created_date": "2024-07-01"}]))


def test_text_is_read_on_one_line_and_ids_are_left_as_they_are(export: Export, deal: Deal) -> None:
    marked = deal(1, account="A\n\tB\u202eC\x07\u00a0 D", opportunity_id="d\u202e1")
    (row,) = (
        take_snapshot(export(opportunities=[marked])).tables["opportunities"].to_dict("records")
    )
    assert (row["account"], row["opportunity_id"]) == ("A BC D", "d\u202e1")


@pytest.mark.parametrize("manager", ["m1", "r1"])
def test_a_circle_of_managers_is_quarantined_but_their_team_keeps_its_manager(
    export: Export, deal: Deal, some_people: Rows, manager: str
) -> None:
    some_people[0] = some_people[0] | {"manager_id": manager}
    deals = [deal(1, owner_id="r2")]
    snapshot = take_snapshot(export(people=some_people, opportunities=deals))
    reasons = {row: reason for row, _, reason, _ in found(snapshot, "people")}
    word = "is their own manager" if manager == "m1" else "is above their own manager"
    assert reasons == ({2: word} if manager == "m1" else {2: word, 3: word})
    assert accepted(snapshot) == ["d1"]
    people = snapshot.tables["people"].set_index("person_id")
    assert people.loc["m1", "name"] == "Mia"
    assert pd.isna(people.loc["m1", "manager_id"])


def test_only_the_regions_asked_for_are_kept_and_the_rest_is_counted(
    export: Export, deal: Deal
) -> None:
    deals = [deal(1), deal(2, owner_id="r3")]
    snapshot = take_snapshot(export(opportunities=deals, params={"regions": ["North"]}))
    assert set(snapshot.tables["people"]["person_id"]) == {"m1", "r1", "r2"}
    assert found(snapshot, "people") == [
        (5, "region", "in another region (South)", "left out"),
        (6, "region", "in another region (South)", "left out"),
    ]
    assert found(snapshot, "opportunities") == [
        (3, "owner_id", "owner 'r3' was left out (people.csv, row 6)", "left out")
    ]


def test_an_unknown_region_is_an_error_with_the_near_miss(export: Export) -> None:
    with pytest.raises(ParamsError) as caught:
        take_snapshot(export(params={"regions": ["Nort"]}))
    assert str(caught.value) == (
        "regions: nobody is in region 'Nort' → did you mean 'North'? people has North, South"
    )


def test_rows_about_unknown_people_and_deals_are_quarantined(export: Export, deal: Deal) -> None:
    quota = {"period_start": "2026-01-01", "period_end": "2026-12-31", "amount": 1}
    change = {"changed_at": "2026-01-15", "stage": "Qualify"}
    made = export(
        opportunities=[deal(1), deal(2, amount="lots")],
        quotas=[quota | {"person_id": "zz"}, quota | {"person_id": "r1"}],
        stage_history=[
            change | {"opportunity_id": "d1"},
            change | {"opportunity_id": "d2"},
            change | {"opportunity_id": "d3"},
            change | {"opportunity_id": "d1", "stage": "Old"},
            change | {"opportunity_id": "d1", "changed_at": "2026-07-01"},
        ],
    )
    snapshot = take_snapshot(made)
    assert found(snapshot, "quotas") == [(2, "person_id", "person 'zz' is not in people", "error")]
    assert found(snapshot, "stage_history") == [
        (
            3,
            "opportunity_id",
            "deal 'd2' was quarantined (opportunities.csv, row 3)",
            "error",
        ),
        (4, "opportunity_id", "deal 'd3' is not in opportunities", "error"),
        (5, "stage", "stage 'Old' is not in the stage map; add it to `stages`", "error"),
        (6, "changed_at", "changed after the as-of date", "left out"),
    ]


def test_a_commitment_of_another_status_is_quarantined_and_case_is_none(export: Export) -> None:
    row = {"manager_id": "m1", "gap": "capacity", "action": "a", "due_date": "2026-06-01"}
    states = ("Done", "OPEN", "dropped", "later")
    snapshot = take_snapshot(export(commitments=[row | {"status": state} for state in states]))
    reason = "status 'later' is none of open, done, dropped"
    assert found(snapshot, "commitments") == [(5, "status", reason, "error")]
    assert list(snapshot.tables["commitments"]["status"]) == ["Done", "OPEN", "dropped"]


def test_a_product_that_differs_in_spelling_only_is_matched(export: Export, deal: Deal) -> None:
    deals = [deal(1, product="GTXPro", amount=""), deal(2, product="Other")]
    products = [{"product": "GTX Pro", "list_price": "4821"}]
    snapshot = take_snapshot(export(opportunities=deals, products=products))
    assert list(snapshot.tables["opportunities"]["product"]) == ["GTX Pro", "Other"]
    assert snapshot.report.notes == (
        "opportunities: product matched by its letters: GTXPro is GTX Pro in the list (1 rows)",
        "opportunities: product without a list price: Other (1 rows)",
    )


def test_a_quota_without_a_measure_is_one_of_revenue(export: Export) -> None:
    row = {"period_start": "2026-01-01", "period_end": "2026-12-31", "amount": 1}
    snapshot = take_snapshot(export(quotas=[row | {"person_id": "r1"}]))
    assert list(snapshot.tables["quotas"]["measure"]) == ["revenue"]


def test_a_header_without_rows_is_an_error(export: Export) -> None:
    made = export()
    assert made.source.folder is not None
    (made.source.folder / "opportunities.csv").write_text(
        "opportunity_id,owner_id,created_date,stage\n"
    )
    with pytest.raises(DataError, match=r"opportunities\.csv: has a header but no rows"):
        take_snapshot(made)


def test_an_export_without_one_usable_deal_is_an_error_that_says_why(
    export: Export, deal: Deal
) -> None:
    made = export(opportunities=[deal(1, stage="x"), deal(2, stage="x")])
    with pytest.raises(DataError, match="none of its 2 rows can be used; most often: stage 'x'"):
        take_snapshot(made)


def test_several_problems_are_announced_together(export: Export) -> None:
    made = export()
    assert made.source.folder is not None
    (made.source.folder / "people.csv").write_text("name\nA\n")
    (made.source.folder / "quotas.csv").write_text("")
    with pytest.raises(SourceError, match="1 more: 'salesgap check' lists them"):
        take_snapshot(made)


CELLS = {
    "opportunity_id": ["d1", "d2", "d3", ""],
    "owner_id": ["r1", "r3", "m1", "Ros", "zz", ""],
    "created_date": ["2026-01-15", "2026-07-15", "2026-02-29", ""],
    "close_date": ["2026-01-01", "2026-03-31", "2026-08-31", "never", ""],
    "stage": ["Qualify", "Won", "Lost", "Old", ""],
    "amount": ["1", "-1", "x", ""],
    "currency": ["EUR", "SEK", ""],
}
PEOPLE_CELLS = {
    "person_id": ["m1", "r1", "r2", "r3", ""],
    "name": ["Ann", "Ros", ""],
    "manager_id": ["m1", "m9", "r1", "r2", "Ros", ""],
    "role": ["rep"],
    "region": ["North", "South", ""],
    "start_date": ["2020-01-01", "2026-12-01", "x", ""],
    "end_date": ["2019-01-01", "2026-12-31", ""],
}


def rows_of(cells: dict[str, list[str]]) -> st.SearchStrategy[list[dict[str, str]]]:
    one = st.fixed_dictionaries({name: st.sampled_from(pool) for name, pool in cells.items()})
    return st.lists(one, min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(rows_of(PEOPLE_CELLS), rows_of(CELLS), st.sampled_from([(), ("North",)]))
def test_every_row_is_accepted_or_set_aside_whatever_the_export_holds(
    make_params: Callable[..., Params],
    people: Rows,
    deals: Rows,
    regions: tuple[str, ...],
) -> None:
    params = make_params({"folder": "."}, regions=regions)
    sheets = {
        name: Sheet(raw_from_frame(TABLES[name], pd.DataFrame(rows), f"{name}.csv"))
        for name, rows in {"people": people, "opportunities": deals}.items()
    }
    try:
        checked = check_sheets(sheets, params)
    except ParamsError:
        assert regions == ("North",)
        return
    for sheet, rows in zip(sheets.values(), (people, deals), strict=True):
        entry = table_quality(sheet, checked)
        assert len(rows) == entry.accepted + entry.quarantined + entry.left_out
        assert set(sheet.findings["row"]).isdisjoint(sheet.rows.index)
    ids = checked.tables["people"]["person_id"]
    assert ids.is_unique
    owners = checked.tables["opportunities"]["owner_id"]
    managers = checked.tables["people"].set_index("person_id")["manager_id"]
    assert (managers[owners].isin(ids) | owners.isin(managers).to_numpy()).all()
