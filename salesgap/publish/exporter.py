"""The nbconvert exporter ``salesgap-pdf``: an executed notebook to a typeset PDF.

``jupyter nbconvert --to salesgap-pdf pack.ipynb`` sets a coaching pack, with
``--template region-summary`` a region's summary. An edited copy of the templates is used with
``--SalesgapPDFExporter.extra_template_basedirs=my-workbook/templates``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets import default, validate

from salesgap.errors import PublishError
from salesgap.publish.pages import sections_of, setup_of
from salesgap.publish.typeset import legend, typeset, without_glyph
from salesgap.resources import workbook_folder

_NOT_FOR_TYPST = (".j2", ".json")


class SalesgapPDFExporter(TemplateExporter):
    """Sets the sections of an executed salesgap notebook with Typst."""

    output_mimetype = "application/pdf"
    export_from_notebook = "Salesgap PDF"

    @default("file_extension")
    def _pdf_extension(self) -> str:
        return ".pdf"

    @default("template_extension")
    def _typst_extension(self) -> str:
        return ".typ.j2"

    @default("template_name")
    def _coaching_pack(self) -> str:
        return "coaching-pack"

    @default("optimistic_validation")
    def _validate_once(self) -> bool:
        """After the last preprocessor, and not after each."""
        return True

    @default("extra_template_basedirs")
    def _only_our_templates(self) -> list[str]:
        """Not the working directory, where a folder of the same name would be taken instead."""
        return [str(_templates())]

    @validate("extra_template_basedirs")
    def _ours_last(self, proposal: Any) -> list[str]:
        """An edited folder may hold just what it changes: the rest is ours."""
        ours = str(_templates())
        return [*(folder for folder in proposal["value"] if folder != ours), ours]

    def from_notebook_node(  # type: ignore[override]  # a PDF is bytes, nbconvert says str
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF of an executed notebook. Raises ``PublishError``; nothing vanishes silently.

        ``resources["unshown"]`` are the characters that it can only show as □.
        """
        main, resources = super().from_notebook_node(nb, resources, **kw)
        sections = resources.pop(_SECTIONS)
        files = {**self._template_files(), "main.typ": main.encode()}
        setup = setup_of(sections)
        unshown = resources["unshown"] = without_glyph(sections, setup)
        return typeset((*sections, *legend(unshown)), setup, files), resources

    def _init_preprocessors(self) -> None:
        super()._init_preprocessors()  # type: ignore[no-untyped-call]
        self.register_preprocessor(_gather, enabled=True)  # type: ignore[no-untyped-call]

    def _template_files(self) -> dict[str, bytes]:
        """The library, and whatever lies beside the template, such as a logo."""
        libraries = [Path(folder) / "lib" for folder in self.extra_template_basedirs]
        library = next(folder for folder in libraries if folder.is_dir())
        found = {f"lib/{path.name}": path for path in _files(library)}
        chosen = Path(str(self.template.filename)).parent
        beside = {path.name: path for path in _files(chosen) if path.suffix not in _NOT_FOR_TYPST}
        return {name: path.read_bytes() for name, path in {**found, **beside}.items()}


_SECTIONS = "salesgap_sections"


def _gather(nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The last preprocessor: what the others left of the notebook, as sections."""
    resources[_SECTIONS] = sections_of(nb)
    return nb, resources


def _templates() -> Path:
    return workbook_folder() / "templates"


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise PublishError(
            "the template folder cannot be read", where=str(folder), do=str(error)
        ) from None
