"""What a pack says about execution: the eight drivers, and great habits beside mediocre ones.

Change a word here and it changes on the scorecard, on the printed exercise and on the card.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesgap.facts import ExecutionDriverId


@dataclass(frozen=True)
class ExecutionWords:
    """One driver of execution: its name, and the statement a manager scores from 0 to 5."""

    name: str
    statement: str


EXECUTION: dict[ExecutionDriverId, ExecutionWords] = {
    "goal_clarity": ExecutionWords(
        "Goal clarity",
        "Each rep can name this quarter’s two or three goals, and they are the ones I would name.",
    ),
    "tactical_prescription": ExecutionWords(
        "Tactical prescription",
        "Each rep knows which activities, and how many a week, lead to their number.",
    ),
    "performance_metrics": ExecutionWords(
        "Performance metrics",
        "A few figures show us every week, and not at the quarter’s end, whether we are on course.",
    ),
    "crm_visibility": ExecutionWords(
        "CRM visibility",
        "I would bet on what the CRM says: every open deal has a next step, a date and a value.",
    ),
    "coaching_approach": ExecutionWords(
        "One coaching approach",
        "I have learnt to coach, and all managers here coach in the same way.",
    ),
    "joint_calls": ExecutionWords(
        "Joint calls",
        "I join calls to observe, and each ends with a debrief and one thing to practise.",
    ),
    "performance_process": ExecutionWords(
        "Performance process",
        "One-to-ones and reviews take place as planned, and what was agreed is followed up.",
    ),
    "culture": ExecutionWords(
        "Culture",
        "We say openly what went wrong, learn from it, and keep what we promise each other.",
    ),
}


@dataclass(frozen=True)
class Habits:
    """One dimension of a manager: what is seen of a great one, and the mediocre habit."""

    name: str
    great: str
    mediocre: str


HABITS: dict[str, Habits] = {
    "tackle_execution": Habits(
        "Tackle execution",
        "Mends the step that holds results back, and shows it moved.",
        "Steps in to close late deals; the gap is back next quarter.",
    ),
    "focus_and_accountability": Habits(
        "Focus, execution and accountability",
        "Keeps to two or three goals, and asks weekly what was done.",
        "Adds a goal at each meeting, and lets the last one drop.",
    ),
    "motivate_and_inspire": Habits(
        "Motivate and inspire",
        "Knows what each rep wants to be; praises work, not just wins.",
        "Lets the league table speak: praise above, pressure below.",
    ),
    "hire_top_talent": Habits(
        "Hire top talent",
        "Always knows whom to hire next; ramps new reps by a plan.",
        "Looks once a seat is empty, takes who is there, and hopes.",
    ),
}
