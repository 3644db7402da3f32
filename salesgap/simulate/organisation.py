"""A simulated sales organisation: its CRM tables as of a day, and the truth behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from salesgap.crm.tables import TABLES, conform
from salesgap.errors import OutputError
from salesgap.simulate.activities import activities_table
from salesgap.simulate.clock import clock_of
from salesgap.simulate.coaching import (
    assessments_table,
    commitments_table,
    with_fields_left_empty,
    with_more_goals,
)
from salesgap.simulate.crm_view import history_table, opportunities_table, pipeline, products_table
from salesgap.simulate.deals import Life, live
from salesgap.simulate.roster import hire
from salesgap.simulate.spec import Floats, Gap, World, check_gaps, demo_gaps
from salesgap.simulate.staff import (
    Staff,
    appoint,
    people_table,
    quotas_table,
    seat_quotas,
    team_history_table,
)


@dataclass(frozen=True, slots=True, eq=False)
class Organisation:
    """One organisation.

    ``tables`` are the canonical ones, as an export taken at the end of ``as_of`` would hold
    them; ``gaps`` were planted. The rest is the truth behind: ``manager_ids`` by index,
    ``person_ids`` of the roster's people, and ``seat_quotas`` of a seat by group and fiscal
    quarter.
    """

    as_of: date
    tables: dict[str, pd.DataFrame]
    life: Life
    manager_ids: tuple[str, ...]
    person_ids: np.ndarray[tuple[int], np.dtype[np.object_]]
    seat_quotas: Floats

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was planted."""
        return self.life.gaps

    @property
    def year_end(self) -> date:
        """Last day of the fiscal year."""
        clock = self.life.clock
        return (clock.first + pd.Timedelta(days=clock.year_end)).date()


def organisation(
    *,
    seed: int,
    as_of: date,
    managers: int = 14,
    fiscal_year_start_month: int = 1,
    world: World | None = None,
    gaps: Sequence[Gap] | None = None,
) -> Organisation:
    """The organisation of ``seed``: the same arguments give the same tables.

    ``gaps`` left out plants one of each kind, each with another manager; ``()`` plants none.
    Raises ``ValueError`` for a gap whose manager is not one of ``managers``.
    """
    world = world or World()
    planted = demo_gaps(managers, seed) if gaps is None else tuple(gaps)
    check_gaps(planted, managers)
    clock = clock_of(as_of, fiscal_year_start_month, world)
    roster = hire(managers, planted, world, clock, np.random.default_rng([seed, 1]))
    deals = live(roster, world, clock, np.random.default_rng([seed, 2]))
    life = Life(seed, world, planted, clock, roster, deals)
    staff = appoint(roster, clock, life.generator(3))
    quotas = seat_quotas(world, int(roster.group.max()) + 1, clock)
    return Organisation(
        as_of=as_of,
        tables=_tables(life, staff, quotas),
        life=life,
        manager_ids=staff.manager_ids,
        person_ids=staff.person_ids,
        seat_quotas=quotas,
    )


def _tables(life: Life, staff: Staff, quotas: Floats) -> dict[str, pd.DataFrame]:
    world, clock, roster = life.world, life.clock, life.roster
    view = pipeline(life, staff)
    calls = activities_table(view, life, staff) if world.activities else pd.DataFrame()
    frames = {
        "people": people_table(staff, roster, world, clock),
        "opportunities": with_fields_left_empty(
            opportunities_table(view, calls, clock, life.generator(6)), life
        ),
        "quotas": with_more_goals(quotas_table(staff, roster, quotas, clock), life, staff),
        "stage_history": history_table(view, clock) if world.stage_history else pd.DataFrame(),
        "activities": calls,
        "team_history": team_history_table(staff, roster, clock),
        "assessments": assessments_table(life, staff),
        "commitments": commitments_table(life, staff),
        "products": products_table(world),
    }
    return {name: conform(TABLES[name], frame) for name, frame in frames.items()}


def write_tables(org: Organisation, folder: str | Path) -> None:
    """Write the tables that hold anything as ``<table>.csv``, as the generic profile reads them.

    Raises ``OutputError`` if the folder cannot be written or holds one of the files already.
    """
    target = Path(folder)
    files = {target / f"{name}.csv": frame for name, frame in org.tables.items() if len(frame)}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in files:
            if file.exists():
                raise OutputError(
                    f"holds {file.name} already", where=str(target), do="choose a new folder"
                )
        for file, frame in files.items():
            frame.dropna(axis="columns", how="all").to_csv(file, index=False, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})", where=str(target), do="choose another folder"
        ) from None
