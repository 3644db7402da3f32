"""Facts to pages: each function turns a pack or a summary into one displayable section."""

from __future__ import annotations

from salesgap.facts import Pack, RegionSummary
from salesgap.publish.display import FactsView
from salesgap.publish.sections.cadence import cadence_and_checkpoint
from salesgap.publish.sections.data import how_made
from salesgap.publish.sections.exercise import five_minute_exercise
from salesgap.publish.sections.gap import one_gap
from salesgap.publish.sections.pipeline import pipeline_health
from salesgap.publish.sections.ranks import stack_rank
from salesgap.publish.sections.region import region_data, region_verdict
from salesgap.publish.sections.region_gaps import region_gaps, region_last_gaps
from salesgap.publish.sections.region_ranks import region_ranks
from salesgap.publish.sections.sheets import one_to_ones

__all__ = [
    "cadence_and_checkpoint",
    "facts_of",
    "five_minute_exercise",
    "how_made",
    "one_gap",
    "one_to_ones",
    "pipeline_health",
    "region_data",
    "region_gaps",
    "region_last_gaps",
    "region_ranks",
    "region_verdict",
    "stack_rank",
]


def facts_of(facts: Pack | RegionSummary) -> FactsView:
    """The facts themselves, kept in the notebook for the facts file beside the PDF."""
    return FactsView(facts)
