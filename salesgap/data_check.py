"""The data-quality report of a run: for the notebook, and as files beside the quarantine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from nbformat import v4

from salesgap.crm.checking.report import quality_text
from salesgap.crm.freeze import survey
from salesgap.params import Params, Report, load_params
from salesgap.publish.display import SectionView
from salesgap.publish.exporter import SalesgapPDFExporter
from salesgap.publish.sections import data_check as sections
from salesgap.quality import QualityReport


def open_check(params_file: str) -> tuple[QualityReport, date, Report]:
    """The report on the export that a params file names, its day, and how to set it."""
    params = load_params(Path(params_file))
    return survey(params).report, params.as_of, params.report


def report_files(quality: QualityReport, params: Params, templates: Path) -> dict[str, bytes]:
    """``data-quality`` as text, JSON and PDF, by file name. Raises ``PublishError``."""
    return {
        "data-quality.txt": f"{quality_text(quality)}\n".encode(),
        "data-quality.json": f"{quality.model_dump_json(indent=1)}\n".encode(),
        "data-quality.pdf": _pdf(quality, params, templates),
    }


def _pdf(quality: QualityReport, params: Params, templates: Path) -> bytes:
    """The pages that ``notebooks/data_check.ipynb`` has, without a kernel."""
    report = params.report
    shown = (
        sections.check_verdict(quality, params.as_of, report),
        sections.check_reasons(quality, report),
        sections.check_offenders(quality, report),
        sections.check_costs(quality, report),
        sections.check_reading(quality, report),
    )
    notebook = v4.new_notebook(cells=[_cell(view) for view in shown])  # type: ignore[no-untyped-call]
    exporter = SalesgapPDFExporter(  # type: ignore[no-untyped-call]
        template_name="coaching-pack", extra_template_basedirs=[str(templates)]
    )
    return exporter.from_notebook_node(notebook)[0]


def _cell(view: SectionView) -> Any:
    """A cell as it is after a kernel has shown ``view`` in it."""
    shown = v4.new_output("display_data", data=view._repr_mimebundle_())  # type: ignore[no-untyped-call]
    return v4.new_code_cell(outputs=[shown])  # type: ignore[no-untyped-call]
