"""Which packs and region summaries a batch makes, and why; which it leaves, and which it removes.

A pack is as it would be made now if its record says so: made, of the same inputs, and its files
lie there as they were published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from salesgap.batch.encrypt import opens
from salesgap.batch.files import sha256
from salesgap.batch.inputs import changed, facts_data, shared_inputs, team_data
from salesgap.batch.manifest import Kind, Manifest, Record
from salesgap.params import Params
from salesgap.prepare import ManagerEntry, refuse_unknown

Choice = Literal["all", "changed", "failed"]
SUMMARY = "region-summary"
NEW, FAILED, UNFINISHED = "new", "failed last time", "not finished last time"
ANEW = "its packs are made anew"
_UNLIKE = {NEW, "data changed", "params changed"}
"""What keeps a pack from standing beside others in a region's summary."""


@dataclass(frozen=True, slots=True)
class Run:
    """What every pack of a batch shares. ``passwords`` is empty where nothing is encrypted."""

    params_file: Path
    params: Params
    output: Path
    workbook: Path
    passwords: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A pack or a region summary, and ``reasons``: why it is not as it would be made now.

    ``managers``: the pack's own, or all of the region's. The hash of a summary's data stands in
    ``inputs`` once its packs are there.
    """

    kind: Kind
    id: str
    stem: str
    managers: tuple[ManagerEntry, ...]
    inputs: Mapping[str, str]
    reasons: tuple[str, ...]

    @property
    def key(self) -> tuple[Kind, str]:
        """What its record is found by."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Plan:
    """``due`` is made; ``kept`` lies there and stays; ``gone`` is of nobody in the data any more
    and is removed; ``apart`` are regions whose packs are too unlike for a summary."""

    due: tuple[Item, ...]
    kept: tuple[Record, ...]
    gone: tuple[Record, ...]
    apart: tuple[str, ...]

    def of(self, kind: Kind) -> list[Item]:
        """What is made of a kind."""
        return [item for item in self.due if item.kind == kind]


def make_plan(
    run: Run, managers: Sequence[ManagerEntry], manifest: Manifest, *, part: bool, choice: Choice
) -> Plan:
    """What is to be done for ``managers``: a ``part`` of the run, without summaries, or all."""
    packs = _packs(run, managers, manifest)
    due = [pack for pack in packs if _wanted(pack, choice)]
    left = [pack for pack in packs if not _wanted(pack, choice)]
    summaries = [] if part else _summaries(run, managers, due, manifest)
    wanted = [summary for summary in summaries if _wanted(summary, choice)]
    unlike = {pack.managers[0].region for pack in left if _UNLIKE & {*pack.reasons}}
    due += [summary for summary in wanted if summary.id not in unlike]
    known, made_now = {i.key for i in (*packs, *summaries)}, {i.key for i in due}
    whole = not part and choice != "failed"
    return Plan(
        due=tuple(due),
        kept=tuple(r for r in manifest.records if r.made and r.key in known - made_now),
        gone=tuple(r for r in manifest.records if whole and r.key not in known),
        apart=tuple(summary.id for summary in wanted if summary.id in unlike),
    )


def choose_managers(managers: Sequence[ManagerEntry], ids: Sequence[str]) -> Sequence[ManagerEntry]:
    """The managers of these ids, or all of them. Raises ``DataError`` for an unknown one."""
    by_id = {manager.person_id: manager for manager in managers}
    refuse_unknown(ids, by_id)
    return [by_id[id] for id in dict.fromkeys(ids)] if ids else managers


def records_of(managers: Sequence[ManagerEntry], manifest: Manifest) -> list[Record]:
    """The records of these managers' packs, as far as there are any."""
    found = (manifest.find("pack", manager.person_id) for manager in managers)
    return [record for record in found if record is not None]


def _wanted(item: Item, choice: Choice) -> bool:
    if choice == "failed":
        return bool({FAILED, UNFINISHED, ANEW} & {*item.reasons})
    return choice == "all" or bool(item.reasons)


def _packs(run: Run, managers: Sequence[ManagerEntry], manifest: Manifest) -> list[Item]:
    shared = shared_inputs("pack", run.params, run.workbook)
    items = []
    for manager in managers:
        item = Item(
            kind="pack",
            id=manager.person_id,
            stem=f"{manager.region_key}/{manager.key}",
            managers=(manager,),
            inputs={"data": team_data(manager), **shared},
            reasons=(),
        )
        items.append(replace(item, reasons=_reasons(item, run, manifest)))
    return items


def _summaries(
    run: Run, managers: Sequence[ManagerEntry], due: Sequence[Item], manifest: Manifest
) -> list[Item]:
    anew = {pack.managers[0].region for pack in due}
    shared = shared_inputs("region", run.params, run.workbook)
    items = []
    for region in sorted({manager.region for manager in managers}):
        own = tuple(manager for manager in managers if manager.region == region)
        item = Item(
            kind="region",
            id=region,
            stem=f"{own[0].region_key}/{SUMMARY}",
            managers=own,
            inputs={"data": facts_data(records_of(own, manifest)), **shared},
            reasons=(),
        )
        because = (ANEW,) if region in anew else ()
        items.append(replace(item, reasons=(*because, *_reasons(item, run, manifest))))
    return items


def _reasons(item: Item, run: Run, manifest: Manifest) -> tuple[str, ...]:
    record = manifest.find(*item.key)
    if record is None:
        return (NEW,)
    if record.status == "waiting":
        return (UNFINISHED,)
    parts = tuple(f"{part} changed" for part in changed(item.inputs, record.inputs))
    if record.status == "failed":
        return (FAILED, *parts)
    return parts + _of_files(record, run)


def _of_files(record: Record, run: Run) -> tuple[str, ...]:
    """What somebody did to the published files, or to the password, since."""
    paths = {run.output / name: known for name, known in record.files.items()}
    if not record.facts or not all(path.is_file() for path in paths):
        return ("file missing",)
    if any(sha256(path) != known for path, known in paths.items()):
        return ("file changed",)
    password = run.passwords.get(record.id)
    if password and not opens((run.output / f"{record.stem}.pdf").read_bytes(), password):
        return ("password changed",)
    return ()
