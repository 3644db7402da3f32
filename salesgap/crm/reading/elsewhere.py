"""An export that lies elsewhere, such as ``s3://bucket/export``: copied here before it is read."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from salesgap.crm.reading.read import DATA_FILES
from salesgap.errors import SalesgapError, SourceError
from salesgap.params import Source

_LOGIN = re.compile(r"//.*@")  # to the last @: a password may hold one, and a slash
_QUERY = re.compile(r"\?.*")


@contextmanager
def at_hand(source: Source) -> Iterator[Source]:
    """The source as it is; one whose folder is a URL with a copy that goes when the block ends.

    Raises ``SourceError`` if there is no such folder or it cannot be read.
    """
    if not isinstance(source.folder, str):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir()
        with _answering(shown(source.folder)):
            _fetch(source.folder, folder)
        try:
            yield source.model_copy(update={"folder": folder})
        except SalesgapError as error:
            raise said_there(error, folder, source.folder) from None


def shown(url: str) -> str:
    """The URL as it may be told: without a login, and without what may sign it."""
    return _QUERY.sub("?…", _LOGIN.sub("//…@", url))


def said_there(
    error: SalesgapError, here: Path | str | None, there: Path | str | None
) -> SalesgapError:
    """The error as of the place that the params name, not of the copy ``here``."""
    if not isinstance(there, str):
        return error
    where = error.where.replace(str(here), shown(there))
    return type(error)(error.what, where=where, do=error.do)


def _fetch(url: str, folder: Path) -> None:
    """Copy the data files of ``url``, any that fsspec knows, into ``folder``."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(url)
    except ValueError:
        raise SourceError(
            "no store of this kind is known",
            where=shown(url),
            do="give a URL such as s3://bucket/export; that of a database belongs in source.url",
        ) from None
    if system.isfile(root):
        raise SourceError("is a file", where=shown(url), do="give the URL of the export's folder")
    for entry in system.ls(root, detail=True):
        name = PurePosixPath(entry["name"]).name
        if PurePosixPath(name).suffix.lower() not in DATA_FILES or entry["type"] == "directory":
            continue
        if entry["type"] == "link" or entry.get("islink"):
            raise SourceError("is a link", where=name, do="copy the file itself")
        with _answering(name):
            system.get_file(entry["name"], str(folder / name))


@contextmanager
def _answering(where: str) -> Iterator[None]:
    """What goes wrong in the block is the store's, whose errors are of many kinds.

    Their text may hold a key: it is not quoted.
    """
    try:
        yield
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(
            "is not there", where=where, do="correct source.folder in the params"
        ) from None
    except ImportError as error:
        raise SourceError(
            f"needs a package that is not installed ({error})",
            where=where,
            do="install it, such as s3fs for s3://",
        ) from None
    except Exception as error:
        what, do = f"cannot be read ({type(error).__name__})", "check the address and the rights"
        raise SourceError(what, where=where, do=do) from error
