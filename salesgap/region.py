"""A region's summary: what its leader reads, made from the facts of its managers' packs."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

from salesgap.errors import DataError, ParamsError
from salesgap.facts import ManagerLine, Pack, Pipeline, RegionSummary
from salesgap.measures.drivers import DRIVERS
from salesgap.pack import coaching_pack
from salesgap.params import Report, load_params
from salesgap.prepare import Prepared, load_prepared_team, prepare
from salesgap.resources import workbook_of
from salesgap.strategy import APART, is_early, strategy_or_execution

NOT_MADE = "not-made.json"
"""Beside the facts of a region's packs: the packs that were not made, and why."""


def open_region(
    params_file: str, region: str = "", facts_folder: str = ""
) -> tuple[RegionSummary, Report]:
    """The summary of a notebook, and how to set it.

    From the packs' facts in ``facts_folder``, or from packs made now from the params file.
    ``region`` left empty means the first.
    """
    path = Path(params_file)
    params = load_params(path)
    if facts_folder:
        packs, not_made = _read(Path(facts_folder))
        return summarise(packs, region, not_made), params.report
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        prepared = prepare(params, Path(scratch), workbook_of(path))
        region = _known(prepared, region)
        packs = [
            coaching_pack(load_prepared_team(prepared, entry))
            for entry in prepared.managers
            if entry.region == region
        ]
    return summarise(packs, region, ()), params.report


def summarise(packs: Sequence[Pack], region: str, not_made: Sequence[str]) -> RegionSummary:
    """The facts of a region. Raises ``DataError`` without any pack."""
    if not packs:
        raise DataError("no pack was made", where=f"region {region}", do="see the manifest")
    first = packs[0]
    gaps = [pack.gap for pack in packs]
    early = is_early(first.as_of, first.fiscal_year_start, first.fiscal_year_end)
    worth = [g.impact.expected * g.probability for g in gaps if g.impact is not None]
    return RegionSummary(
        region=region or first.manager.region,
        as_of=first.as_of,
        fiscal_year_start=first.fiscal_year_start,
        fiscal_year_end=first.fiscal_year_end,
        currency=first.currency,
        managers=tuple(_line(pack, packs) for pack in sorted(packs, key=lambda p: p.manager.name)),
        total_impact=math.fsum(worth) if worth else None,
        people_gaps=sum(gap.kind == "people" for gap in gaps),
        condition_gaps=sum(gap.kind == "condition" for gap in gaps),
        no_gaps=sum(pack.gap.kind == "none" and _told(pack) for pack in packs),
        strategy=strategy_or_execution([_share(pack) for pack in packs], early=early),
        not_made=tuple(not_made),
        data_quality=first.data_quality,
    )


def _line(pack: Pack, packs: Sequence[Pack]) -> ManagerLine:
    attainment = pack.attainment
    return ManagerLine(
        manager=pack.manager,
        reps=pack.reps,
        won=attainment.won,
        attainment=attainment.share,
        chance=attainment.chance,
        rank=pack.manager_rank,
        below_average_attainment=_below(
            _attained(pack), [_attained(p) for p in packs if _has_quota(p) == _has_quota(pack)]
        ),
        below_average_pipeline=_below(_covered(pack), [_covered(p) for p in packs]),
        open_deals=pack.pipeline.open_deals,
        process_skipped=process_skipped(pack.pipeline),
        gap=pack.gap.driver,
        kind=pack.gap.kind,
        told=_told(pack),
        impact=pack.gap.impact,
        probability=pack.gap.probability,
        drivers=_drivers(pack),
        last_gap=pack.last_gap,
        role_fit=pack.role_fit,
    )


def _told(pack: Pack) -> bool:
    """Whether there was anything to compare: without, no gap is not an answer."""
    return bool(pack.candidates)


def _share(pack: Pack) -> float | None:
    share = pack.attainment.share
    return None if share is None else share.expected


def _has_quota(pack: Pack) -> bool:
    return pack.attainment.share is not None


def _attained(pack: Pack) -> float | None:
    """Attainment; without a quota, what was won ÷ what peers won in the same time."""
    peers = pack.attainment.peer_won
    against_peers = pack.attainment.won / peers if peers else None
    share = _share(pack)
    return against_peers if share is None else share


def _covered(pack: Pack) -> float | None:
    """Open pipeline due in the quarters shown ÷ what is to go in them; without quotas, a rep."""
    targets = [c.target - c.won for c in pack.pipeline.coverage if c.target is not None]
    if not targets:
        amount = pack.pipeline.open_amount
        return amount / pack.reps if pack.reps and amount is not None else None
    return math.fsum(c.open_all for c in pack.pipeline.coverage) / max(math.fsum(targets), 1.0)


def _below(own: float | None, all_of_them: Sequence[float | None]) -> bool | None:
    """Clearly below the mean of those known; None where there is none to be below."""
    known = [value for value in all_of_them if value is not None]
    if own is None or len(known) < 2:
        return None
    return own < (1 - APART) * math.fsum(known) / len(known)


def process_skipped(pipeline: Pipeline) -> float | None:
    """Part of the open deals that lack a next step, or a date where next steps are not told.

    None where the export tells neither: nobody can be blamed for a column that is not there.
    """
    lacking = pipeline.without_next_step
    counted = pipeline.undated_deals if lacking is None else lacking
    return counted / pipeline.open_deals if pipeline.open_deals and counted is not None else None


def _drivers(pack: Pack) -> dict[str, float]:
    """Team ÷ peers of each driver, as counted."""
    ratios = {}
    for candidate in pack.candidates:
        shown = candidate.evidence[:1] if candidate.driver in DRIVERS else ()
        for evidence in shown:
            if evidence.value is not None and evidence.benchmark:
                ratios[str(candidate.driver)] = evidence.value / evidence.benchmark
    return ratios


def _read(folder: Path) -> tuple[list[Pack], list[str]]:
    packs = [
        Pack.model_validate_json(path.read_text("utf-8"))
        for path in sorted(folder.glob("*.json"))
        if path.name != NOT_MADE
    ]
    listed = folder / NOT_MADE
    return packs, json.loads(listed.read_text("utf-8")) if listed.is_file() else []


def _known(prepared: Prepared, region: str) -> str:
    regions = prepared.regions
    if region and region not in regions:
        raise ParamsError(f"no region {region!r}", do=f"choose one of: {', '.join(regions)}")
    return region or regions[0]
