"""What a batch did: one frozen record a pack, written as the batch goes.

``manifest.json`` is replaced whole after each record, so that a reader, or a batch that is
interrupted, always finds a complete file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from salesgap.batch.files import publish_text
from salesgap.errors import OutputError

NAME = "manifest.json"
Kind = Literal["pack", "region"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(_Frozen):
    """One pack, or one region summary: made, or failed and why.

    ``notes`` is what a reader of a made one should know of its PDF, without a name; ``files`` maps
    each published file, relative to the output folder, to the SHA-256 of its bytes.
    """

    id: str
    kind: Kind
    status: Literal["made", "failed"]
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float
    files: dict[str, str] = {}

    @property
    def made(self) -> bool:
        """Whether the pack is there."""
        return self.status == "made"


class Manifest(_Frozen):
    """The records of an output folder, in the order of their kind and id."""

    schema_version: Literal["1.0"] = "1.0"
    run: str
    as_of: str
    salesgap: str
    records: tuple[Record, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The manifest in ``folder``, or ``None`` if there is none."""
        path = folder / NAME
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise OutputError(
                f"is no manifest of this version ({type(error).__name__})",
                where=str(path),
                do="choose another output folder, or delete this one",
            ) from None

    def write(self, folder: Path) -> None:
        """Replace ``manifest.json`` in ``folder``."""
        publish_text(self.model_dump_json(indent=2) + "\n", folder / NAME)

    def add(self, record: Record) -> Self:
        """With ``record`` in place of an earlier one of the same kind and id."""
        others = self.without({(record.kind, record.id)}).records
        records = sorted((*others, record), key=lambda r: (r.kind, r.id))
        return self.model_copy(update={"records": tuple(records)})

    def without(self, keys: set[tuple[Kind, str]]) -> Self:
        """Without the records of these kinds and ids."""
        kept = tuple(r for r in self.records if (r.kind, r.id) not in keys)
        return self.model_copy(update={"records": kept})
