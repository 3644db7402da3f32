"""What a batch did: one frozen record a pack, written as the batch goes.

``manifest.json`` is replaced whole after each record, so that a reader, or a batch that is
interrupted, always finds a complete file.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from salesgap.batch.files import publish_text
from salesgap.errors import OutputError

NAME = "manifest.json"
Kind = Literal["pack", "region"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _inside(name: str) -> str:
    """``name``, if it stays in the output folder: a manifest says what a run may remove."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("leads out of the output folder")
    return name


Inside = Annotated[str, AfterValidator(_inside)]


class Record(_Frozen):
    """One pack, or one region summary: made, or failed and why, or still waiting to be made.

    ``error`` is the class of what went wrong and ``reason`` its line; ``notes`` is what a reader of
    a made one should know of its PDF, without a name. ``stem`` is the path of its files without
    suffix, ``files`` maps each published one to the SHA-256 of its bytes; all are relative to the
    output folder. ``inputs`` has a hash for each part of :data:`salesgap.batch.inputs.PARTS`.
    """

    id: str
    kind: Kind
    status: Literal["made", "failed", "waiting"]
    reason: str = ""
    error: str = ""
    notes: tuple[str, ...] = ()
    seconds: float
    stem: Inside = ""
    files: dict[Inside, str] = {}
    inputs: dict[str, str] = {}

    @property
    def made(self) -> bool:
        """Whether the pack is there."""
        return self.status == "made"

    @property
    def key(self) -> tuple[Kind, str]:
        """What tells it from any other record of the folder."""
        return self.kind, self.id

    @property
    def facts(self) -> str:
        """The path of the facts of a made one; none if the manifest names no such file."""
        return next((name for name in self.files if name.endswith(".json")), "")


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

    def add(self, *records: Record) -> Self:
        """With ``records`` in place of earlier ones of the same kind and id."""
        others = self.without({record.key for record in records}).records
        return self.model_copy(
            update={"records": tuple(sorted((*others, *records), key=lambda r: r.key))}
        )

    def find(self, kind: Kind, id: str) -> Record | None:
        """The record of this kind and id."""
        return next((r for r in self.records if r.key == (kind, id)), None)

    def without(self, keys: set[tuple[Kind, str]]) -> Self:
        """Without the records of these kinds and ids."""
        kept = tuple(r for r in self.records if r.key not in keys)
        return self.model_copy(update={"records": kept})
