from __future__ import annotations

from salesgap.crm.checking.report import quality_text
from salesgap.quality import Lacking, Missing, Offender, QualityReport, Reason, TableQuality

REPORT = QualityReport(
    tables=(
        TableQuality(
            table="opportunities",
            file="sales_pipeline.csv",
            rows_in=8800,
            accepted=8298,
            quarantined=500,
            left_out=2,
            reasons=(
                Reason(reason="created_date is missing", kind="error", rows=500),
                Reason(reason="deleted in the CRM", kind="left out", rows=2),
            ),
            unmapped=("Age",),
        ),
    ),
    missing=(Missing(table="quotas", cost="no attainment"),),
    notes=("opportunities: something to know",),
    unused_files=("accounts.csv",),
    lacking=(Lacking(table="people", column="segment", cost="peers are told apart by role alone"),),
    offenders=(
        Offender(table="opportunities", person="r1", name="Rob", rows=300, total=900),
        Offender(table="opportunities", person="", rows=1, total=1),
    ),
)

TEXT = """\
Rows
  table          file                 rows  accepted  faulty  left out
  opportunities  sales_pipeline.csv  8,800     8,298     500         2

Rows set aside
  opportunities
         500  created_date is missing
           2  deleted in the CRM (left out)

Most rows at fault
  - sales_pipeline.csv: 500 of 8,800 rows
  - opportunities of Rob (r1): 300 of 900 rows
  - opportunities of nobody (no person is given): 1 of 1 rows

To know
  - opportunities: something to know

Not in the export, or left out
  - quotas: no attainment

Columns that are missing or empty
  - people.segment: peers are told apart by role alone

Columns not used
  - sales_pipeline.csv: Age

Files not used
  - accounts.csv"""


def test_the_report_reads_as_laid_out() -> None:
    assert quality_text(REPORT) == TEXT


def test_problems_come_first() -> None:
    text = quality_text(REPORT.model_copy(update={"problems": ("people.csv: is empty",)}))
    assert text.startswith("What keeps packs from being made\n  - people.csv: is empty\n\nRows")


def test_who_is_meant_stands_apart_from_the_notes() -> None:
    text = quality_text(REPORT.model_copy(update={"details": ("left, but with a team: m1",)}))
    assert "\n\nWho and which (not in any pack)\n  - left, but with a team: m1\n\n" in text


def test_many_reasons_are_cut_with_a_pointer_to_the_file() -> None:
    reasons = tuple(Reason(reason=f"r{n}", kind="error", rows=1) for n in range(10))
    entry = REPORT.tables[0].model_copy(update={"reasons": reasons})
    text = quality_text(REPORT.model_copy(update={"tables": (entry,)}))
    assert "and 2 other reasons, see quarantine/opportunities.csv" in text
    assert "r8" not in text
