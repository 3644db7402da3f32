"""Sales organisations with planted gaps, and the truth about them: the demo and the validation."""

from salesgap.simulate.organisation import Organisation, organisation, write_tables
from salesgap.simulate.spec import DRIVERS, STAGES, Driver, Duration, Gap, Group, World
from salesgap.simulate.truth import (
    counterfactual,
    expected_revenue,
    realised_revenue,
    refill,
    true_attainment_level,
)

__all__ = [
    "DRIVERS",
    "STAGES",
    "Driver",
    "Duration",
    "Gap",
    "Group",
    "Organisation",
    "World",
    "counterfactual",
    "expected_revenue",
    "organisation",
    "realised_revenue",
    "refill",
    "true_attainment_level",
    "write_tables",
]
