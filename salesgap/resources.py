"""Where the workbook's own files are: notebooks, templates, params and plays."""

from __future__ import annotations

from pathlib import Path


def workbook_folder() -> Path:
    """The folder that holds ``notebooks/`` and ``templates/``.

    In an installed package they lie inside it; in a checkout, beside it.
    """
    package = Path(__file__).resolve().parent
    installed = package / "_workbook"
    return installed if installed.is_dir() else package.parent


def workbook_of(params_file: Path) -> Path:
    """The workbook that a params file belongs to.

    It is the nearest folder above the file that holds ``notebooks/coaching_pack.ipynb``, so that
    an edited copy made by ``salesgap init`` is used; else the shipped one.
    """
    for folder in params_file.resolve().parents:
        if (folder / "notebooks" / "coaching_pack.ipynb").is_file():
            return folder
    return workbook_folder()
