"""What each page says, and what it never says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from salesgap import facts as f
from salesgap.measures.definitions import MEASURES
from salesgap.params import SECTIONS, Report
from salesgap.publish import sections
from salesgap.publish.blocks import FACTS_MIME, SECTION_MIME, Section
from salesgap.publish.display import SectionView
from salesgap.publish.execution import EXECUTION, HABITS
from salesgap.publish.names import for_page
from salesgap.publish.words import MISSING, Writer
from salesgap.validate.plain import PAGES

REGION_PAGES = (
    sections.region_verdict,
    sections.region_ranks,
    sections.region_gaps,
    sections.region_last_gaps,
    sections.region_data,
)
MakePack = Callable[..., f.Pack]


UNREAD = ("type", "tone", "align", "size", "setup", "alt")


def strings(value: Any) -> Iterator[str]:
    """Every text of a section's data, a run of spans as one, without keys, tones and types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner) if key not in UNREAD else ()
    elif isinstance(value, list) and value and all(map(_is_span, value)):
        yield "".join(one["text"] for one in value)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def _is_span(value: Any) -> bool:
    return isinstance(value, dict) and "tone" in value


def said(view: SectionView) -> str:
    """What a reader reads on the page: its blocks and the text inside its charts."""
    blocks = [block.model_dump(mode="json") for block in view.section.blocks]
    return "\n".join(_shown(text) for text in strings(blocks) if text)


def _shown(text: str) -> str:
    if not text.startswith("<?xml"):
        return text
    return "\n".join(re.findall(r"<text [^>]*>([^<]*)</text>", text))


def figures_of(section: Section) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "figure":
                found.append(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(section.model_dump(mode="json"))
    return found


def lead(view: SectionView) -> str:
    blocks = (block for block in view.section.blocks if block.type == "text")
    return next("".join(span.text for span in b.spans) for b in blocks if b.size == "lead")


def heading(view: SectionView) -> tuple[str, str]:
    block = next(block for block in view.section.blocks if block.type == "heading")
    return block.kicker, block.text


# ── page 1 ────────────────────────────────────────────────────────────────────────────────


def test_the_verdict_states_value_peers_money_range_and_probability(
    full_pack: f.Pack, report: Report
) -> None:
    assert lead(sections.one_gap(full_pack, report)) == (
        "Your team opens 3.1 new opportunities per rep a month (214 opportunities); like-for-like "
        "peers open 5.0. Closing half of that gap within 8 weeks brings about €310k before "
        "year end (80%: €190k to €445k), 97% sure it is real."
    )


def test_the_page_is_titled_by_what_to_do_and_its_kind(full_pack: f.Pack, report: Report) -> None:
    assert heading(sections.one_gap(full_pack, report)) == (
        "The one gap: performance condition",
        "Create more pipeline.",
    )


def test_a_people_gap_is_about_seats_and_never_about_dismissal(
    people_pack: f.Pack, report: Report
) -> None:
    page = sections.one_gap(people_pack, report)
    assert heading(page) == ("The one gap: people", "Two seats need a different plan.")
    assert "Ines Alvarez and Tom Berg" in lead(page)
    harsh = re.compile(r"dismiss|fire|replace|terminat|underperform|weak|fail", re.I)
    assert [harsh.findall(said(show(people_pack, report))) for show in PAGES] == [[]] * len(PAGES)


def test_a_driver_is_praised_only_if_it_brings_a_noteworthy_part(
    quiet_pack: f.Pack, report: Report
) -> None:
    strong = f.Part(driver="capacity", value=200_000)
    split = quiet_pack.shortfall.model_copy(update={"parts": (strong,)})
    pack = quiet_pack.model_copy(update={"shortfall": split})
    assert lead(sections.one_gap(pack, report)).startswith(
        "Keep doing what works: capacity above peers over 12 months. "
    )


def test_where_nothing_is_compared_the_title_says_that_the_data_cannot_tell(
    bare_pack: f.Pack, report: Report
) -> None:
    page = sections.one_gap(bare_pack, report)
    assert heading(page)[1] == "These data cannot tell a gap yet."
    assert lead(page) == bare_pack.gap.note


def test_no_gap_is_a_good_answer_that_names_the_nearest_and_why_not(
    no_gap_pack: f.Pack, report: Report
) -> None:
    page = sections.one_gap(no_gap_pack, report)
    assert heading(page)[1] == "No gap is sure enough to name."
    assert lead(page) == (
        "No candidate can be told from chance. "
        "Nearest: lift late conversion, €88k this year if real; not named: 81% sure is too little."
    )


def test_where_no_candidate_is_more_likely_there_than_not_no_gap_stands_out(
    quiet_pack: f.Pack, report: Report
) -> None:
    assert heading(sections.one_gap(quiet_pack, report))[1] == "No gap stands out."


def test_a_gap_that_comes_too_late_in_the_year_says_so(
    people_pack: f.Pack, change_pack: MakePack, report: Report
) -> None:
    late = people_pack.gap.model_copy(
        update={"impact": f.Range(expected=200, low=-90_000, high=15_000), "too_late": True}
    )
    assert "brings nothing before year end" in lead(sections.one_gap(change_pack(gap=late), report))


def test_whoever_is_in_the_gap_and_yet_high_in_the_rank_is_explained(
    people_pack: f.Pack, report: Report
) -> None:
    def ranked(place: float) -> str:
        named = {person.id for person in people_pack.gap.people}
        reps = tuple(
            rep.model_copy(update={"expected_rank": place}) if rep.person.id in named else rep
            for rep in people_pack.stack_rank
        )
        pack = people_pack.model_copy(update={"stack_rank": reps})
        return said(sections.stack_rank(pack, report))

    assert "In the upper half, and in page 1’s gap: Ines Alvarez and Tom Berg." in ranked(1.2)
    assert "In the upper half" not in ranked(float(len(people_pack.stack_rank)))


@pytest.mark.parametrize("name", ["full_pack", "no_gap_pack", "people_pack", "bare_pack"])
def test_page_1_has_at_most_260_words(
    name: str, report: Report, request: pytest.FixtureRequest
) -> None:
    page = sections.one_gap(request.getfixturevalue(name), report)
    footer = page.section.setup.footer_centre if page.section.setup else ""
    assert len(f"{said(page)} {footer}".split()) <= 260


def test_a_real_gap_that_is_not_named_for_it_comes_too_late_is_told_as_such(
    no_gap_pack: f.Pack, report: Report
) -> None:
    late = {"too_late": True, "real": True}
    candidates = tuple(c.model_copy(update=late) for c in no_gap_pack.candidates)
    page = said(sections.one_gap(no_gap_pack.model_copy(update={"candidates": candidates}), report))
    assert "It is too late for a gap to count this year." in page
    assert "not named: it brings nothing before year end." in page


def test_the_runner_up_its_margin_and_a_near_tie_are_printed(
    full_pack: f.Pack, change_pack: MakePack, report: Report
) -> None:
    page = said(sections.one_gap(full_pack, report))
    assert "Worth €222k more than the runner-up" in page
    assert "Lift late conversion" in page
    tie = full_pack.gap.model_copy(
        update={"near_tie": True, "chance_first": 0.6, "note": "A near tie."}
    )
    page = said(sections.one_gap(change_pack(gap=tie), report))
    assert "A near tie with the runner-up" in page
    assert "Runner-up: Lift late conversion, 40% likely to be worth more if both are real." in page


def test_a_runner_up_that_may_be_chance_is_no_rival(
    full_pack: f.Pack, change_pack: MakePack, report: Report
) -> None:
    chance = full_pack.candidates[1].model_copy(update={"real": False, "probability": 0.4})
    gap = full_pack.gap.model_copy(update={"margin": -90_000.0, "chance_first": 0.3})
    candidates = (full_pack.candidates[0], chance)
    page = said(sections.one_gap(change_pack(gap=gap, candidates=candidates), report))
    assert "Lift late conversion is not named: 40% sure is too little." in page
    assert "worth more" not in page


def unlikely(pack: f.Pack, chance: float | None = 0.05, **changes: Any) -> f.Pack:
    """The pack with this chance to make the year."""
    attained = pack.attainment.model_copy(update={"chance": chance})
    return pack.model_copy(update={"attainment": attained, **changes})


def below(*drivers: f.Driver) -> f.Shortfall:
    parts = [f.Part(driver=driver, value=-200_000) for driver in drivers]
    parts.append(f.Part(driver="capacity", value=180_000))
    total = sum(part.value for part in parts)
    return f.Shortfall(
        total=total, months=18, actual=2e6, benchmark=2e6 - total, parts=tuple(parts)
    )


def test_where_the_year_is_unlikely_and_no_gap_is_named_the_verdict_joins_the_two(
    quiet_pack: f.Pack, report: Report
) -> None:
    several = below("pipeline_creation", "deal_size")
    page = sections.one_gap(unlikely(quiet_pack, shortfall=several), report)
    assert lead(page).startswith(
        "The year is unlikely to be made. Yet no single driver is surely why: "
        "pipeline creation and deal size are below peers, each perhaps by chance; in part, "
        "all teams miss together. Q3 is €890k of open pipeline short. "
        "Above peers: capacity. Nearest"
    )
    footer = page.section.setup.footer_centre if page.section.setup else ""
    assert len(f"{said(page)} {footer}".split()) <= 260


@pytest.mark.parametrize("chance", [0.2, 0.7, None])
def test_where_the_year_is_not_unlikely_nothing_dampens_the_praise(
    chance: float | None, quiet_pack: f.Pack, report: Report
) -> None:
    pack = unlikely(quiet_pack, chance, shortfall=below("deal_size"))
    assert lead(sections.one_gap(pack, report)).startswith(
        "Keep doing what works: capacity above peers over 18 months. No candidate"
    )


def test_an_unlikely_year_is_blamed_on_nothing_that_the_data_do_not_tell(
    quiet_pack: f.Pack, report: Report
) -> None:
    covered = quiet_pack.pipeline.model_copy(update={"coverage": ()})
    pack = unlikely(quiet_pack, shortfall=below("deal_size"), strategy=None, pipeline=covered)
    assert lead(sections.one_gap(pack, report)).startswith(
        "The year is unlikely to be made. Yet no single driver is surely why. Above"
    )
    nearest = quiet_pack.candidates[0].model_copy(update={"real": True, "too_late": True})
    gap = quiet_pack.gap.model_copy(update={"runner_up": nearest.id})
    late = unlikely(quiet_pack, gap=gap, candidates=(nearest,))
    assert "unlikely to be made" not in lead(sections.one_gap(late, report))


def test_where_nothing_can_be_told_nothing_is_praised(bare_pack: f.Pack, report: Report) -> None:
    page = sections.one_gap(bare_pack, report)
    assert heading(page)[1] == "These data cannot tell a gap yet."
    assert lead(page) == bare_pack.gap.note
    assert "no peers to split it against" in said(page)


def test_a_team_with_dust_above_its_peers_is_level(quiet_pack: f.Pack, report: Report) -> None:
    parts = (f.Part(driver="capacity", value=900.0), f.Part(driver="timing", value=-400.0))
    even = quiet_pack.shortfall
    assert even is not None
    even = even.model_copy(update={"parts": parts, "total": 500.0})
    page = sections.one_gap(quiet_pack.model_copy(update={"shortfall": even}), report)
    assert lead(page).startswith("Your team is level with its peers. No candidate")


def test_the_parts_of_the_shortfall_shown_add_up_to_the_total_shown(
    full_pack: f.Pack, report: Report
) -> None:
    charts = figures_of(sections.one_gap(full_pack, report).section)
    chart = next(one for one in charts if "; sum " in one["subtitle"])
    drawn = re.findall(r">([+−]€[\d.]+)k</text>", chart["svg"])
    values = [float(text.replace("−", "-").replace("€", "")) for text in drawn]
    assert len(values) == 5
    assert f"sum −€{-sum(values):.0f}k" in chart["subtitle"]


def test_three_actions_say_who_by_when_and_where_it_shows(
    full_pack: f.Pack, report: Report
) -> None:
    page = said(sections.one_gap(full_pack, report))
    assert "You, 17 Jul" in page
    assert "6 first meetings booked" in page


def test_the_first_page_carries_the_setup_of_the_document(full_pack: f.Pack) -> None:
    report = Report.model_validate(
        {"paper": "letter", "locale": "en_US", "brand": {"name": "Acme", "colour": "#004488"}}
    )
    setup = sections.one_gap(full_pack, report).section.setup
    assert setup is not None
    assert setup.model_dump(exclude={"as_of"}) == {
        "title": "Coaching pack: Dana Ortiz, Q2 2026",
        "author": "Acme",
        "language": "en",
        "region": "US",
        "paper": "us-letter",
        "colour": "#004488",
        "footer_left": "Acme",
        "footer_centre": "as of June 30, 2026",
        "logo": None,
        "typeface": None,
        "sections": (),
    }
    assert setup.as_of == full_pack.as_of


@pytest.mark.parametrize("name", ["quiet_pack", "full_pack"])
def test_no_driver_is_praised_that_is_the_gap_or_the_nearest_to_one(
    name: str, report: Report, request: pytest.FixtureRequest
) -> None:
    pack = request.getfixturevalue(name)
    praised = tuple(
        f.Part(driver=driver, value=200_000) for driver in ("conversion_late", "pipeline_creation")
    )
    split = pack.shortfall.model_copy(update={"parts": praised, "total": 400_000.0})
    page = sections.one_gap(pack.model_copy(update={"shortfall": split}), report)
    allowed = ["pipeline creation"] if name == "quiet_pack" else []
    assert re.findall(r"what works: (.*?) above", lead(page)) == allowed
    titles = [chart["title"] for chart in figures_of(page.section)]
    assert ("Ahead of peers" in titles) == (not allowed)


def test_filling_empty_seats_is_no_plan_for_somebody(
    full_pack: f.Pack, change_pack: MakePack, report: Report
) -> None:
    empty = full_pack.gap.model_copy(update={"driver": "capacity", "kind": "people"})
    page = lead(sections.one_gap(change_pack(gap=empty), report))
    assert "Filling the empty seats brings about €310k" in page


def test_each_candidate_stands_with_what_it_is_worth_if_real_and_how_sure_that_is(
    full_pack: f.Pack, report: Report
) -> None:
    charts = figures_of(sections.one_gap(full_pack, report).section)
    chart = next(one for one in charts if "If real" in one["subtitle"])
    shown = re.findall(r">(\+€[\d.]+k|\d+% sure)<", chart["svg"])
    assert shown == ["+€310k", "97% sure", "+€88k", "81% sure"]


# ── missing is missing ────────────────────────────────────────────────────────────────────


def test_without_quotas_no_attainment_and_no_chance_is_printed(
    bare_pack: f.Pack, report: Report
) -> None:
    everything = "\n".join(said(show(bare_pack, report)) for show in PAGES)
    assert "0%" not in re.sub(r"[1-9]0+%", "", everything)
    assert "no quota in the data" in everything
    assert "no quotas: attainment and chance are not known" in everything


def test_without_quotas_peers_are_the_yardstick(full_pack: f.Pack, report: Report) -> None:
    without = {"quota_year": None, "quota_to_date": None, "share": None, "chance": None}
    attainment = full_pack.attainment.model_copy(update=without)
    page = said(sections.one_gap(full_pack.model_copy(update={"attainment": attainment}), report))
    assert "€390k less than peers won with the same rep-months" in page
    assert "peers €2.7M" in page
    assert "pace" not in page


def test_a_table_with_a_missing_value_says_what_the_dash_means(
    full_pack: f.Pack, report: Report
) -> None:
    for show in PAGES:
        for block in show(full_pack, report).section.model_dump(mode="json")["blocks"]:
            if block["type"] != "table":
                continue
            dashes = [text for text in strings(block["rows"]) if text == "–"]
            assert bool(dashes) == ("– means not known" in block["note"]), block["title"]


# Levels of intervals, probabilities and benchmarks are no measured shares of this team.
NOT_SHARES = (
    r"80%( range|: )",
    r"90% interval",
    r"\d+% (sure|likely)",
    r"(?m)^(under |over )?\d+%$",
    r"peers:? \d+%",
    r"peers (win|take|fill) \d+%",
    r"\d+% to \d+%",
)


@pytest.mark.parametrize("name", ["full_pack", "no_gap_pack", "people_pack", "bare_pack"])
def test_no_share_is_printed_without_its_count(
    name: str, report: Report, request: pytest.FixtureRequest
) -> None:
    for show in PAGES:
        text = said(show(request.getfixturevalue(name), report))
        if show is sections.pipeline_health:
            text = text.replace("62%\nof the open amount (96 deals)", "")
        for allowed in NOT_SHARES:
            text = re.sub(allowed, "", text)
        assert re.findall(r".*%(?! \([\d,.]+).*", text) == []


# ── the other pages ───────────────────────────────────────────────────────────────────────


def test_role_fit_is_a_conversation_that_people_hold(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.stack_rank(full_pack, report))
    assert "A conversation about role fit: Wanda Łęcka." in page
    assert "People decide." in page


def test_the_rank_table_says_what_of_the_teams_total_is_in_no_row(
    full_pack: f.Pack, report: Report
) -> None:
    rows = sum(rep.won for rep in full_pack.stack_rank)
    deals = sum(rep.won_deals for rep in full_pack.stack_rank)

    def page(more: float, more_deals: int) -> str:
        total = {"won": rows + more, "won_deals": deals + more_deals}
        attainment = full_pack.attainment.model_copy(update=total)
        return said(
            sections.stack_rank(full_pack.model_copy(update={"attainment": attainment}), report)
        )

    assert (
        "These rows add up to €1.36M, the team’s total is €1.44M: €77k in 1 deal is from people "
        "who left the team, or your own."
    ) in page(77_000, 1)
    assert "add up" not in page(0, 0)


def test_what_is_ranked_is_called_an_estimate(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.stack_rank(full_pack, report))
    assert (
        "Share of quota to date. Figure: as counted (won deals); dot and bar: estimate with its "
        "80% range, drawn towards the mean where deals are few; place: 90% interval"
    ) in page


def test_without_quotas_managers_are_ranked_against_peers(
    full_pack: f.Pack, report: Report
) -> None:
    without = full_pack.attainment.model_copy(update={"quota_to_date": None})
    page = said(sections.stack_rank(full_pack.model_copy(update={"attainment": without}), report))
    assert "By what was won against peers; one mark a manager" in page
    assert "ttainment" not in page.replace("there is no attainment", "")


def test_the_manager_is_placed_among_anonymous_peers(full_pack: f.Pack, report: Report) -> None:
    assert "You are at place 4 to 10 of 14 managers" in said(sections.stack_rank(full_pack, report))


def test_coverage_is_written_out_and_what_is_printed_adds_up(
    full_pack: f.Pack, report: Report
) -> None:
    assert (
        "Q3: €1.2M target − €310k won = €890k to go. €2.4M is open and due in 34 deals: 2.7×. Of "
        "each €1 of it you win €0.270 in the quarter; 1 ÷ 0.270 = 3.7× needed, or €3.29M: €890k "
        "short."
    ) in said(sections.pipeline_health(full_pack, report))


def test_open_deals_due_in_no_quarter_shown_are_counted(full_pack: f.Pack, report: Report) -> None:
    shown = sum(quarter.deals for quarter in full_pack.pipeline.coverage)
    where = "past due, due later or without a date."
    more = pipeline_page(full_pack, report, open_deals=shown + 5)
    assert f"5 more open deals are {where}" in more
    assert f"1 more open deal is {where}" in pipeline_page(full_pack, report, open_deals=shown + 1)
    assert where not in pipeline_page(full_pack, report, open_deals=shown)


def test_deals_whose_stage_is_not_known_have_a_row_so_that_the_table_adds_up(
    full_pack: f.Pack, report: Report
) -> None:
    stages = full_pack.pipeline.stages
    deals, amount = sum(row.deals for row in stages), sum(row.amount for row in stages)
    more = {"open_deals": deals + 7, "open_amount": amount + 55_000}
    assert "Stage not known then\n7\n€55k" in pipeline_page(full_pack, report, **more)
    unvalued = pipeline_page(full_pack, report, open_deals=deals + 7, open_amount=None)
    assert f"Stage not known then\n7\n{MISSING}" in unvalued
    assert "not known then" not in pipeline_page(full_pack, report, open_deals=deals)


def test_deals_older_than_the_slowest_win_are_told_where_there_are_any(
    full_pack: f.Pack, report: Report
) -> None:
    told = "7 of 96 open deals older than the slowest deal ever won (231 days)"
    assert told in pipeline_page(full_pack, report)
    assert "slowest deal" not in pipeline_page(full_pack, report, older_than_slowest_won=0)


def test_deals_without_a_next_step_are_counted_where_the_export_tells(
    full_pack: f.Pack, report: Report
) -> None:
    assert "Without next step\n12 of 96" in pipeline_page(full_pack, report, without_next_step=12)
    assert "Without next step" not in pipeline_page(full_pack, report, without_next_step=None)


@pytest.mark.parametrize(("walk", "most"), [(True, 7), (False, 10)])
def test_at_most_ten_deals_each_with_a_reason_and_a_question(
    walk: bool, most: int, full_pack: f.Pack, report: Report
) -> None:
    changes: dict[str, Any] = {"at_risk": full_pack.pipeline.at_risk * 9}
    many = full_pack.pipeline.model_copy(update=changes if walk else changes | {"waterfall": None})
    page = sections.pipeline_health(full_pack.model_copy(update={"pipeline": many}), report)
    table = next(b for b in page.section.blocks if b.type == "table" and "talk" in b.title)
    assert len(table.rows) == most
    assert {"".join(span.text for span in row[3]) for row in table.rows} == {
        "pushed twice and no next step. Who signs, and what do they need to see by then?"
    }


def test_each_rep_has_the_five_items_and_a_plan(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.one_to_ones(full_pack, report))
    for item in ("1 · Net new", "2 · Mid", "3 · Development", "4 · Career", "5 · Obstacles"):
        assert page.count(item) == 4
    assert page.count("6.3 wins ← 15.4 proposals ← 37.5 new opportunities; 2.1 a week") == 4


def test_only_where_the_gap_is_creation_a_talk_starts_with_net_new(
    full_pack: f.Pack, people_pack: f.Pack, no_gap_pack: f.Pack, report: Report
) -> None:
    page = said(sections.one_to_ones(full_pack, report))
    assert page.index("1 · Net new") < page.index("2 · Mid and late deals")
    for pack in (people_pack, no_gap_pack):
        page = said(sections.one_to_ones(pack, report))
        assert page.index("1 · Mid and late deals") < page.index("2 · Net new")


def test_a_plan_out_of_reach_says_what_the_strong_pace_is_of(
    full_pack: f.Pack, report: Report
) -> None:
    plan = full_pack.coaching.one_to_ones[0].plan
    beyond = plan.model_copy(update={"feasible_per_week": 1.2, "feasible": 144e3})
    told = (
        "37.5 new opportunities; 2.1 a week for 18 weeks. Out of reach: a strong pace, 1.2 new "
        "ones a week, brings €144k."
    )
    assert told in cards(full_pack, report, plan=beyond)


def test_a_deal_without_a_reason_has_no_stray_punctuation(
    full_pack: f.Pack, report: Report
) -> None:
    quiet = full_pack.pipeline.at_risk[0].model_copy(update={"reasons": ()})
    sheet = full_pack.coaching.one_to_ones[0].model_copy(update={"deals": (quiet,)})
    coaching = full_pack.coaching.model_copy(update={"one_to_ones": (sheet,)})
    pipeline = full_pack.pipeline.model_copy(update={"at_risk": (quiet,)})
    pack = full_pack.model_copy(update={"coaching": coaching, "pipeline": pipeline})
    assert ": Renewal 1, €84k. Who signs" in said(sections.one_to_ones(pack, report))
    assert "\nWho signs" in said(sections.pipeline_health(pack, report))


def test_what_cannot_be_compared_is_a_dash_with_its_reason(
    full_pack: f.Pack, report: Report
) -> None:
    stages = tuple(row.model_copy(update={"slow": None}) for row in full_pack.pipeline.stages)
    unknown = {"older_than_slowest_won": None, "slowest_won_days": None, "open_amount": None}
    pipeline = full_pack.pipeline.model_copy(update={**unknown, "stages": stages})
    page = said(
        sections.pipeline_health(full_pack.model_copy(update={"pipeline": pipeline}), report)
    )
    assert "Open deals by stage" in page
    assert "Slow: not known; no won deal tells how long its stages took." in page
    assert "slowest deal" not in page
    assert "in 96 deals, none with a value" in page
    assert "None" not in page


def test_names_stand_on_one_line_and_long_ones_in_full_on_the_last_page(
    full_pack: f.Pack, report: Report
) -> None:
    long = "Anna " + "von der Heide " * 20 + "Schmidt"
    rep = full_pack.stack_rank[0]
    names = [long, "Tom\n\tBerg"]
    ranked = tuple(
        rep.model_copy(update={"person": f.Person(id=f"{n}", name=name)})
        for n, name in enumerate(names)
    )
    pack = full_pack.model_copy(update={"stack_rank": ranked})
    page = said(sections.stack_rank(pack, report))
    assert long not in page
    assert "Tom Berg" in page
    assert max(len(line) for line in page.splitlines() if line.startswith("Anna")) <= 64
    assert long in said(sections.how_made(pack, report))


def test_what_is_typed_freely_is_shortened_too_and_stands_in_full_on_the_last_page(
    full_pack: f.Pack, report: Report
) -> None:
    def long(text: str, characters: int) -> str:
        return (f"{text} " * characters)[:characters].strip() + "."

    product, kind, skill = (long(text, 90) for text in ("Suite", "meeting", "discovery"))
    action, short = long("Call the customer", 200), long("Write", 150)
    first = full_pack.coaching.one_to_ones[0]
    sheet = first.model_copy(
        update={
            "skills": (first.skills[0].model_copy(update={"item": skill}),),
            "activities": (first.activities[0].model_copy(update={"kind": kind}),),
        }
    )
    taken = full_pack.coaching.commitments[0]
    coaching = full_pack.coaching.model_copy(
        update={
            "one_to_ones": (sheet,),
            "mix": (full_pack.coaching.mix[0].model_copy(update={"value": product}),),
            "commitments": tuple(
                taken.model_copy(update={"action": text}) for text in (action, short)
            ),
        }
    )
    pack = full_pack.model_copy(update={"coaching": coaching})
    shown = for_page(pack).coaching
    assert [
        len(text) <= most
        for text, most in (
            (shown.mix[0].value, 64),
            (shown.one_to_ones[0].skills[0].item, 64),
            (shown.one_to_ones[0].activities[0].kind, 64),
            (shown.commitments[0].action, 160),
        )
    ] == [True] * 4
    assert shown.commitments[1].action == short
    last = said(sections.how_made(pack, report))
    assert all(text in last for text in (product, kind, skill, action))


def test_the_calendar_is_in_order_of_days(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.cadence_and_checkpoint(full_pack, report))
    assert (
        "Rep\nWeek of 6 Jul\nInes Alvarez\nMon 6 One-to-one\u00a0A\nTom Berg\n"
        "Tue 7 Joint call\u00a0B" in page
    )
    assert "A Net new. B First meeting." in page


def test_how_made_counts_rows_and_says_what_is_missing(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.how_made(full_pack, report))
    for text in (
        "9,000",
        "10 of them quarantined",
        "no activities: behaviours are not measured",
        "30 June 2026",
    ):
        assert text in page


def test_the_region_answers_three_questions_by_manager(
    summary: f.RegionSummary, report: Report
) -> None:
    page = sections.region_verdict(summary, report)
    table = [block for block in page.section.blocks if block.type == "table"][-1]
    cells = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    assert [[row[0], *row[3:]] for row in cells] == [
        ["Dana Ortiz", "84% (60% to 95%), not below", "not below", "20% (9 of 45)"],
        ["Jürgen Groß", "72% (60% to 95%), below", "below", "20% (9 of 45)"],
        ["Wanda Łęcka", "below", "–", "–"],
    ]
    assert "€620k before year end" in lead(page)
    assert "2 of 3 teams are behind: below 90% of quota to date." in lead(page)


def test_the_region_says_whom_to_ask_and_whose_average_it_is(
    summary: f.RegionSummary, report: Report
) -> None:
    dana, *others = summary.managers
    skipping = dana.model_copy(update={"process_skipped": 0.4})
    changed = summary.model_copy(update={"managers": (skipping, *others)})
    page = said(sections.region_verdict(changed, report))
    for text in (
        "Why is attainment below average accepted? Ask Jürgen Groß and Wanda Łęcka.",
        "Why is a pipeline below average accepted? Ask Jürgen Groß.",
        "Why may deals go on without a next step (here 30% of open deals do)? Ask Dana Ortiz.",
        "below the mean of the 3 managers of North, each counting once. The mean attainment is "
        "78%; it takes more than 5% less than that to be below it.",
    ):
        assert text in page
    alone = summary.model_copy(update={"managers": (line_of(dana, below_average_attainment=None),)})
    page = said(sections.region_verdict(alone, report))
    assert "there is nothing to compare" in page
    assert "With one manager there is no average to be below." in page


def test_a_twentieth_of_the_mean_is_no_reason_to_ask(
    summary: f.RegionSummary, report: Report
) -> None:
    def attained(
        line: f.ManagerLine, share: float, skipped: float, *, below: bool = False
    ) -> f.ManagerLine:
        middle = f.Range(expected=share, low=share - 0.1, high=share + 0.1)
        changed = {"attainment": middle, "process_skipped": skipped}
        return line_of(line, **changed, below_average_attainment=below)

    dana, tom, _ = summary.managers
    near = (attained(dana, 0.844, 0.20), attained(tom, 0.84, 0.21))
    page = said(sections.region_verdict(summary.model_copy(update={"managers": near}), report))
    assert "Why is attainment below average accepted? Nobody needs to be asked." in page
    assert "84% (74% to 94%), not below" in page
    assert "open deals do)? Nobody needs to be asked." in page
    far = (attained(dana, 0.9, 0.2), attained(tom, 0.78, 0.4, below=True))
    page = said(sections.region_verdict(summary.model_copy(update={"managers": far}), report))
    assert "Why is attainment below average accepted? Ask Jürgen Groß." in page
    assert "open deals do)? Ask Jürgen Groß." in page


def test_one_team_is_behind_and_not_are_behind(summary: f.RegionSummary, report: Report) -> None:
    one = summary.strategy.model_copy(update={"missing_teams": 0, "teams": 1})
    page = sections.region_verdict(summary.model_copy(update={"strategy": one}), report)
    assert "0 of 1 team is behind: " in lead(page)


def line_of(line: f.ManagerLine, **changes: Any) -> f.ManagerLine:
    return line.model_copy(update=changes)


def test_a_leader_is_told_where_to_start_and_what_to_do_in_the_first_week(
    summary: f.RegionSummary, report: Report
) -> None:
    dana, tom, none = summary.managers
    changed = summary.model_copy(
        update={"managers": (line_of(dana, probability=0.4), tom, none), "total_impact": 849_400}
    )
    page = said(sections.region_verdict(changed, report))
    assert "Your own time: start with Jürgen Groß" in page
    assert page.index("Jürgen Groß, seats: €310k before year end, 97% sure") < page.index(
        "Dana Ortiz, pipeline creation: €310k before year end, 40% sure"
    )
    assert page.count("In the first week, ") == 2
    assert "Together these two hold 50% of the €849k" in page


def test_the_same_work_is_not_told_twice_to_a_leader(
    summary: f.RegionSummary, report: Report
) -> None:
    dana, tom, none = summary.managers
    same = line_of(tom, gap=dana.gap, kind=dana.kind)
    changed = summary.model_copy(update={"managers": (dana, same, none)})
    page = said(sections.region_verdict(changed, report))
    assert page.count("sit in on the team’s weekly meeting") == 1
    assert "the same with this team." in page


@pytest.mark.parametrize(
    ("conditions", "people", "title"),
    [
        (4, 1, "Process before people: four of five gaps concern how a team works"),
        (1, 2, "People before process: two of three gaps concern single seats"),
        (1, 0, "People or process: the one gap named concerns how a team works"),
        (2, 2, "People and process alike: each gap by its own plan"),
        (0, 0, "People or process: no gap is named"),
    ],
)
def test_the_region_says_people_or_process(
    conditions: int, people: int, title: str, summary: f.RegionSummary, report: Report
) -> None:
    counted = {"condition_gaps": conditions, "people_gaps": people}
    page = sections.region_verdict(summary.model_copy(update=counted), report)
    assert title in said(page)


def test_a_regions_gaps_stand_in_order_of_what_to_expect_of_them(
    summary: f.RegionSummary, report: Report
) -> None:
    ines, tom, none = summary.managers
    unsure = ines.model_copy(update={"probability": 0.4})
    changed = summary.model_copy(update={"managers": (unsure, tom, none), "total_impact": 424_700})
    page = sections.region_verdict(changed, report)
    table = next(block for block in page.section.blocks if block.type == "table")
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    assert table.header[3:] == ("Worth if real", "80% range", "Sure it is real")
    assert [[row[0], *row[3:]] for row in rows] == [
        ["Jürgen Groß", "€310k", "€190k to €445k", "97%"],
        ["Dana Ortiz", "€310k", "€190k to €445k", "40%"],
    ]
    assert "In order of worth × how sure it is real, together €425k." in table.note
    assert "No gap named, which is an answer: Wanda Łęcka." in said(page)


def test_a_region_tells_no_gap_from_one_that_cannot_be_told(
    summary: f.RegionSummary, report: Report
) -> None:
    *others, last = summary.managers
    untold = last.model_copy(update={"told": False})
    changed = summary.model_copy(update={"managers": (*others, untold), "no_gaps": 0})
    page = said(sections.region_verdict(changed, report))
    assert "Too little data to tell a gap: Wanda Łęcka." in page
    assert "No gap named" not in page
    assert "of 1 more it cannot be told" in said(sections.region_verdict(changed, report))
    assert "cannot be told" not in said(sections.region_verdict(summary, report))


def last_gap(**changes: Any) -> f.LastGap:
    facts: dict[str, Any] = {
        "driver": "pipeline_creation",
        "kind": "condition",
        "people": (),
        "impact": None,
        "since": date(2026, 3, 31),
        "measure": "pipeline_creation",
        "unit": "per_month",
        "then": 2.0,
        "now": 3.1,
        "count": 60,
        "others": -0.04,
        "chance": 0.95,
        "outcome": "moved",
    }
    return f.LastGap(**(facts | changes))


def test_the_region_says_what_became_of_the_last_gaps_in_counts_and_by_manager(
    summary: f.RegionSummary, report: Report
) -> None:
    dana, tom, wanda = summary.managers
    stuck = last_gap(driver="deal_size", unit="money", then=18_000.0, now=None, outcome="too_early")
    told = (line_of(dana, last_gap=stuck), line_of(tom, last_gap=last_gap()), wanda)
    page = sections.region_last_gaps(summary.model_copy(update={"managers": told}), report)
    assert heading(page)[1] == "Of two gaps: one moved by more than chance; one too early to tell"
    counts = next(block for block in page.section.blocks if block.type == "key_figures")
    assert [(one.label, one.value) for one in counts.figures] == [
        ("Closed", "0"),
        ("Moved", "1"),
        ("No more than chance", "0"),
        ("Too early", "1"),
    ]
    table = next(block for block in page.section.blocks if block.type == "table")
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    assert rows == [
        ["Jürgen Groß", "Create more pipeline", "2.0", "3.1", "4% worse", "Moved"],
        ["Dana Ortiz", "Win larger deals", "€18k", "–", "4% worse", "Too early"],
    ]
    assert "Nothing was counted since where a number is missing." in table.note
    assert "No last pack: Wanda Łęcka." in said(page)


@pytest.mark.parametrize(
    ("outcomes", "title"),
    [
        (["closed"], "The one gap named: closed"),
        (["moved"], "The one gap named: moved by more than chance"),
        (["too_early", "closed"], "Of two gaps: one closed; one too early to tell"),
        (["no_more_than_chance"], "The one gap named: moved no more than chance"),
        (["too_early"], "The one gap named: too early to tell"),
        (["unknown"], "The one gap named: not known how it moved"),
        (["too_early"] * 3, "Each of three gaps: too early to tell"),
        (
            ["unknown", "too_early", "unknown"],
            "Of three gaps: one too early to tell; two not known how it moved",
        ),
    ],
)
def test_the_title_of_the_last_gaps_follows_what_became_of_them(
    outcomes: list[Any], title: str, summary: f.RegionSummary, report: Report
) -> None:
    told = tuple(
        line_of(line, last_gap=last_gap(outcome=outcome))
        for line, outcome in zip(summary.managers, outcomes, strict=False)
    )
    page = sections.region_last_gaps(summary.model_copy(update={"managers": told}), report)
    assert heading(page)[1] == title


def test_last_packs_without_a_gap_are_named_and_not_counted(
    summary: f.RegionSummary, report: Report
) -> None:
    none = last_gap(driver="none", kind="none", then=None, now=None, outcome="unknown")
    told = tuple(line_of(line, last_gap=none) for line in summary.managers)
    page = said(sections.region_last_gaps(summary.model_copy(update={"managers": told}), report))
    assert "Their last pack named no gap: Dana Ortiz, Jürgen Groß and Wanda Łęcka." in page
    assert "moved" not in page.lower()


def test_without_a_last_run_the_region_says_that_it_leaves_it_out(
    summary: f.RegionSummary, report: Report
) -> None:
    assert "so this is left out" in said(sections.region_last_gaps(summary, report))


def test_a_talk_about_role_has_its_timeline_its_worth_and_no_verdict(
    summary: f.RegionSummary, report: Report
) -> None:
    role = f.RoleFit(
        chance=0.86,
        seat_open_until=date(2026, 9, 28),
        territory_value=f.Range(expected=57_000, low=9_000, high=121_000),
    )
    dana, tom, wanda = summary.managers
    told = summary.model_copy(update={"managers": (dana, line_of(tom, role_fit=role), wanda)})
    page = said(sections.region_ranks(told, report))
    for text in (
        "A conversation about role: Jürgen Groß",
        "A conversation first",
        "By 28 Jul",
        "Only if both want it",
        "Until 28 Sept",
        "The seat stays open about 90 days. You dig in",
        "Jürgen Groß\n86%\n€57k\n€9k to €121k",
        "people decide",
        "What it costs: your own time",
    ):
        assert text in page
    assert not re.search(r"dismiss|terminat|fire|replace|underperform|fail", page, re.IGNORECASE)


def alt_of_ranks(summary: f.RegionSummary) -> str:
    """What the chart of a region's managers says in words."""
    blocks = sections.region_ranks(summary, Report()).section.blocks
    return next(block.alt for block in blocks if block.type == "figure")


def test_where_the_bottom_tenth_is_not_likely_nobody_is_named_for_a_talk(
    summary: f.RegionSummary, report: Report
) -> None:
    page = said(sections.region_ranks(summary, report))
    assert "of 3 managers in the run, fewer than 10, nobody is called the bottom tenth" in page
    line = summary.managers[0]
    assert line.rank is not None
    chance = Writer("en_GB", "EUR").chance(line.rank.chance_bottom_tenth)
    assert "bottom tenth" not in alt_of_ranks(summary)
    many = tuple(
        line_of(one, rank=one.rank and one.rank.model_copy(update={"managers": 20}))
        for one in summary.managers
    )
    page = said(sections.region_ranks(summary.model_copy(update={"managers": many}), report))
    assert "is the bottom tenth 80% likely or more" in page
    told = alt_of_ranks(summary.model_copy(update={"managers": many}))
    assert re.search(f"{line.manager.name} place [^;]+, bottom tenth {chance} likely", told)
    assert "A conversation about role:" not in page


def test_a_region_without_quotas_speaks_of_peers_and_not_of_attainment(
    summary: f.RegionSummary, report: Report
) -> None:
    unknown = f.StrategyVerdict(verdict="unknown", shared=None, missing_teams=0, teams=3)
    lines = tuple(
        line.model_copy(update={"attainment": None, "chance": None}) for line in summary.managers
    )
    without = summary.model_copy(update={"managers": lines, "strategy": unknown})
    everything = "\n".join(said(show(without, report)) for show in REGION_PAGES)
    assert "ttainment" not in everything
    assert "Won against peers" in everything
    assert "Why is what was won against peers below average accepted?" in everything
    assert "managers of the run by what was won against peers" in everything
    assert "Without quotas it cannot be told which teams are behind" in everything
    assert "0 of 3" not in everything


@pytest.mark.parametrize(
    ("named", "text"), [(0, "No pack names a gap."), (1, "No gap named in these packs has a value")]
)
def test_a_region_without_a_gap_is_not_one_whose_gaps_have_no_value(
    named: int, text: str, summary: f.RegionSummary, report: Report
) -> None:
    counted = {"condition_gaps": named, "people_gaps": 0, "total_impact": None}
    changed = summary.model_copy(update=counted)
    assert text in lead(sections.region_verdict(changed, report))
    assert "together" not in said(sections.region_verdict(changed, report))


def test_a_regions_sections_follow_each_other_so_that_no_page_is_left_half_empty(
    summary: f.RegionSummary, report: Report
) -> None:
    starts = [show(summary, report).section.new_page for show in REGION_PAGES]
    assert starts == [True, False, False, False, False]


def test_the_region_names_packs_that_were_not_made(
    summary: f.RegionSummary, report: Report
) -> None:
    assert "Ada Nowak: no reps in the data" in said(sections.region_data(summary, report))


# ── everything ────────────────────────────────────────────────────────────────────────────

HOSTILE = '#strong[x] <b>y</b> {{z}} $q$ \\ "'


def test_hostile_names_pass_through_as_data(full_pack: f.Pack, report: Report) -> None:
    named = f.Manager(id="m1", name=HOSTILE, region=HOSTILE)
    page = sections.one_gap(full_pack.model_copy(update={"manager": named}), report)
    masthead = page.section.blocks[0]
    assert masthead.type == "masthead"
    assert (masthead.name, masthead.kicker) == (HOSTILE, f"Coaching pack, {HOSTILE}, Q2 2026")


@pytest.mark.parametrize("name", ["full_pack", "no_gap_pack", "people_pack", "bare_pack"])
def test_every_page_holds_a_title_and_survives_a_round_trip(
    name: str, report: Report, request: pytest.FixtureRequest
) -> None:
    pack = request.getfixturevalue(name)
    for show in PAGES:
        section = show(pack, report).section
        kept = section.model_dump(mode="json")
        assert Section.model_validate(kept).model_dump(mode="json") == kept
        levels = [b.level for b in section.blocks if b.type == "heading"]
        if not section.blocks:
            assert show is sections.five_minute_exercise
            continue
        assert levels[0] == 1
        assert levels.count(1) == 1


def test_every_region_page_holds_a_title(summary: f.RegionSummary, report: Report) -> None:
    titles = [heading(show(summary, report))[1] for show in REGION_PAGES]
    assert titles == [
        "Part of the shortfall is shared, part is each team’s own.",
        "Managers by rank",
        "Gaps by manager",
        "What became of last period’s gaps",
        "Packs not made, and the data",
    ]


def test_a_german_pack_writes_german_figures(full_pack: f.Pack) -> None:
    german = Report.model_validate({"locale": "de_DE"})
    text = said(sections.one_gap(full_pack, german)).replace("\xa0", " ")
    assert "3,1 new opportunities" in text
    assert "310.000 € before year end" in text
    assert "2,31 Mio. € won" in text


def test_facts_are_kept_with_their_notebook(full_pack: f.Pack) -> None:
    bundle = sections.facts_of(full_pack)._repr_mimebundle_()
    assert f.Pack.model_validate(bundle[FACTS_MIME]) == full_pack


def test_a_one_to_one_tells_what_was_won_as_counted_and_not_shrunken(
    full_pack: f.Pack, report: Report
) -> None:
    first = full_pack.stack_rank[0].model_copy(update={"won": 30_000.0, "quota_to_date": 40_000.0})
    sheet = full_pack.coaching.one_to_ones[0].model_copy(update={"quarters": ()})
    coaching = full_pack.coaching.model_copy(update={"one_to_ones": (sheet,)})
    told = full_pack.model_copy(update={"stack_rank": (first,), "coaching": coaching})
    assert "Past 75% (13 won deals) of quota to date. Present" in said(
        sections.one_to_ones(told, report)
    )


def pipeline_page(pack: f.Pack, report: Report, **changes: Any) -> str:
    """What the pipeline page says with some of its facts changed."""
    pipeline = pack.pipeline.model_copy(update=changes)
    return said(sections.pipeline_health(pack.model_copy(update={"pipeline": pipeline}), report))


def test_without_any_expected_date_coverage_is_not_known_and_not_zero(
    full_pack: f.Pack, report: Report
) -> None:
    page = pipeline_page(full_pack, report, undated_deals=None, coverage=())
    assert "Coverage is not known. No open deal in these data has an expected close date" in page
    assert "Coverage is not known" not in pipeline_page(full_pack, report)


@pytest.mark.parametrize(
    ("dates", "amounts", "text"),
    [
        (True, True, ""),
        (True, False, "changes of value are not seen."),
        (False, True, "what was pushed or pulled in is not seen."),
        (False, False, "only creation and closing are seen;"),
    ],
)
def test_the_walk_says_what_it_cannot_see_for_want_of_history(
    dates: bool, amounts: bool, text: str, full_pack: f.Pack, report: Report
) -> None:
    assert full_pack.pipeline.waterfall is not None
    known = {"dates_known": dates, "amounts_known": amounts}
    walked = full_pack.pipeline.waterfall.model_copy(update=known)
    page = pipeline_page(full_pack, report, waterfall=walked)
    assert ("Without a history" in page) == bool(text)
    assert text in page


def test_the_page_says_where_the_attention_goes_with_its_counts(
    full_pack: f.Pack, report: Report
) -> None:
    page = pipeline_page(full_pack, report)
    assert (
        "Early deals get less attention here than elsewhere. Of activities on deals since 1 Apr, "
        "23% (48 of 212) went to early-stage deals, which are 50% (48 of 96) of the open ones; "
        "peers 44%. You were along in 12 of them, 2 of those early."
    ) in page
    assert "attention" not in pipeline_page(full_pack, report, attention=None)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"early": 90}, "Where attention goes. "),
        ({"activities": 40, "early": 4}, "Where attention goes. "),
        ({"peers": None}, "of the open ones. You were"),
        ({"joint": 0, "joint_early": 0}, "You were along in none of them."),
        ({"joint": None, "joint_early": None}, "peers 44%."),
    ],
)
def test_attention_is_called_scarce_only_where_it_clearly_is(
    changes: dict[str, Any], text: str, full_pack: f.Pack, report: Report
) -> None:
    assert full_pack.pipeline.attention is not None
    told = full_pack.pipeline.attention.model_copy(update=changes)
    page = pipeline_page(full_pack, report, attention=told)
    assert text in page
    assert ("You were along" in page) == (told.joint is not None)


def test_what_was_transferred_in_is_told_of_the_net_new(full_pack: f.Pack, report: Report) -> None:
    page = pipeline_page(full_pack, report, net_new_transferred=2)
    assert "11 deals created or transferred in (2) since 16 Jun, closed since or not" in page


# ── past, present, future and the week ────────────────────────────────────────────────────


def cards(pack: f.Pack, report: Report, **changes: Any) -> str:
    """What the one-to-ones say with the sheet of every rep changed."""
    sheets = tuple(one.model_copy(update=changes) for one in pack.coaching.one_to_ones)
    coaching = pack.coaching.model_copy(update={"one_to_ones": sheets})
    return said(sections.one_to_ones(pack.model_copy(update={"coaching": coaching}), report))


def test_a_card_judges_past_present_and_future_together(full_pack: f.Pack, report: Report) -> None:
    assert (
        "Past Q3 92% (4) · Q4 71% (4) · Q1 105% (4) · Q2 44% (4) so far. "
        "Present €150k expected of open deals. "
        "Future skills scored of 5: discovery 2.0 (was 1.5), negotiation 2.5."
    ) in cards(full_pack, report)


def test_quarters_without_quota_are_told_in_money(full_pack: f.Pack, report: Report) -> None:
    quarters = tuple(
        one.model_copy(update={"quota": None}) for one in full_pack.coaching.one_to_ones[0].quarters
    )
    page = cards(full_pack, report, quarters=quarters, skills=())
    assert "Past Q3 €92k (4) · Q4 €71k (4)" in page
    assert "Future no skill is assessed; see item 3." in page


def test_the_week_tells_what_peers_on_quota_do_beside_what_is_done(
    full_pack: f.Pack, report: Report
) -> None:
    week = "A week: meeting on early deals 3.4 (now 2.1) and call 12.5 (now 9.0), as 11 peers on"
    assert week in cards(full_pack, report)
    assert "A week" not in cards(full_pack, report, activities=())


def test_a_name_that_ends_in_a_full_stop_gets_no_second_one(
    full_pack: f.Pack, report: Report
) -> None:
    seen = f.Observation(on=date(2026, 6, 19), kind="Call", account="Kessel S.L.")
    page = cards(full_pack, report, observed=seen)
    assert "last call together on 19 Jun at Kessel S.L. What did you see?" in page
    assert ".." not in page


@pytest.mark.parametrize(("reps", "beside"), [(1, 2), (2, 1), (9, 2), (40, 1)])
def test_every_rep_has_a_card_and_one_alone_in_its_row_takes_the_width(
    reps: int, beside: int, full_pack: f.Pack, report: Report
) -> None:
    sheets = (full_pack.coaching.one_to_ones * reps)[:reps]
    coaching = full_pack.coaching.model_copy(update={"one_to_ones": sheets})
    page = sections.one_to_ones(full_pack.model_copy(update={"coaching": coaching}), report)
    block = page.section.blocks[-1]
    assert block.type == "cards"
    assert len(block.cards) == reps
    below_its_name = block.cards[-1][1]
    columns = below_its_name.columns if below_its_name.type == "columns" else (below_its_name,)
    assert len(columns) == beside


# ── fairness, strategy, follow-through ────────────────────────────────────────────────────


def test_fair_quotas_and_territories_stand_beside_what_was_won(
    full_pack: f.Pack, report: Report
) -> None:
    page = said(sections.stack_rank(full_pack, report))
    alike = "uotas to date are alike, so they do not explain the places"
    assert f"But for the ramp, q{alike}" in page
    ramped = tuple(rep.model_copy(update={"ramping": False}) for rep in full_pack.stack_rank)
    settled = full_pack.model_copy(update={"stack_rank": ramped})
    assert f"\nQ{alike}" in said(sections.stack_rank(settled, report))
    assert "Quota to date\nExpected of open deals" in page
    first = full_pack.stack_rank[0].model_copy(update={"quota_to_date": 900_000.0})
    uneven = full_pack.model_copy(update={"stack_rank": (first, *full_pack.stack_rank[1:])})
    page = said(sections.stack_rank(uneven, report))
    assert "But for the ramp, the largest quota to date is 1.5× the smallest: is that fair?" in page


def test_a_column_without_any_value_is_left_out(bare_pack: f.Pack, report: Report) -> None:
    page = said(sections.stack_rank(bare_pack, report))
    assert "Quota to date" not in page
    assert "Won this fiscal year" in page


def test_strategy_or_execution_is_told_with_its_counts(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.stack_rank(full_pack, report))
    assert (
        "7 of 10 teams miss the number to date; 41% (10 teams) of the shortfall is shared" in page
    )
    without = full_pack.model_copy(update={"strategy": None})
    assert "Strategy or execution?" not in said(sections.stack_rank(without, report))


def test_an_own_role_is_a_conversation_with_its_timeline(full_pack: f.Pack, report: Report) -> None:
    fit = f.RoleFit(
        chance=0.7,
        seat_open_until=date(2026, 9, 28),
        territory_value=f.Range(expected=120e3, low=60e3, high=190e3),
    )
    page = said(sections.stack_rank(full_pack.model_copy(update={"role_fit": fit}), report))
    assert "The seat would stay open until 28 September 2026" in page
    assert "worth €120k before year end (80%: €60k to €190k)" in page
    assert "Your own role" not in said(sections.stack_rank(full_pack, report))


def test_page_1_holds_what_was_taken_on_beside_whether_the_gap_moved(
    full_pack: f.Pack, bare_pack: f.Pack, report: Report
) -> None:
    told = (
        "Last time, of 3 commitments due: 1 done, 1 open, 1 dropped. The last gap, pipeline "
        "creation: 2.6 up to 31 Mar, 3.3 since; moved by more than chance."
    )
    assert told in said(sections.one_gap(full_pack, report))
    assert "Last time" not in said(sections.one_gap(bare_pack, report))


def test_a_gap_that_moved_and_is_named_again_says_why(full_pack: f.Pack, report: Report) -> None:
    def page(**changes: Any) -> str:
        last = full_pack.last_gap.model_copy(update=changes)  # type: ignore[union-attr]
        return said(sections.one_gap(full_pack.model_copy(update={"last_gap": last}), report))

    again = "It may not be closed, so it is named again; the verdict counts the months before too."
    assert full_pack.gap.driver == "pipeline_creation"
    assert again in page(outcome="moved")
    assert again not in page(outcome="no_more_than_chance")
    assert again not in page(outcome="moved", driver="deal_size")
    assert again not in page(outcome="moved", people=(f.Person(id="gone", name="Who Left"),))


def closed_pack(pack: f.Pack, **changes: Any) -> f.Pack:
    """The pack, whose last gap, in pipeline creation, has closed."""
    candidates = tuple(
        c.model_copy(update={"closed": c.driver == "pipeline_creation"}) for c in pack.candidates
    )
    last = last_gap(then=2.6, now=4.4, outcome="closed")
    return pack.model_copy(update={"candidates": candidates, "last_gap": last, **changes})


def test_a_gap_that_has_closed_is_said_first_of_all_that_became_of_the_last_pack(
    full_pack: f.Pack, report: Report
) -> None:
    pack = closed_pack(full_pack)
    told = (
        "The last gap, pipeline creation, has closed: 2.6 up to 31 Mar, 4.4 since; level with "
        "your peers. Tell the team."
    )
    assert f"{told} Last time, of 3 commitments due: 1 done" in said(sections.one_gap(pack, report))
    assert told in said(sections.cadence_and_checkpoint(pack, report))
    assert "has closed" not in said(sections.cadence_and_checkpoint(full_pack, report))


def test_a_gap_that_closed_before_the_last_pack_is_said_to_be_closed_still(
    full_pack: f.Pack, report: Report
) -> None:
    last = last_gap(driver="deal_size", outcome="no_more_than_chance", then=None)
    before = {"closed_before": (last_gap(outcome="closed"),)}
    for driver in ("deal_size", "none"):
        changed = last.model_copy(update={"driver": driver, **before})
        page = said(sections.one_gap(closed_pack(full_pack, last_gap=changed), report))
        assert "Still closed: pipeline creation." in page
        assert "has closed:" not in page


def test_a_closed_gap_is_no_candidate_on_the_page(full_pack: f.Pack, report: Report) -> None:
    gap = f.Gap(
        **full_pack.candidates[1].model_dump(),
        runner_up=None,
        margin=None,
        chance_first=None,
        near_tie=False,
        note="",
    )
    chart = "Create more pipeline +€310k"
    assert chart in said_of_figures(sections.one_gap(full_pack, report))
    page = said_of_figures(sections.one_gap(closed_pack(full_pack, gap=gap), report))
    assert chart not in page


def test_an_unlikely_year_after_a_closed_gap_is_not_put_down_to_chance(
    quiet_pack: f.Pack, report: Report
) -> None:
    several = below("pipeline_creation", "deal_size", "conversion_late")
    (first, *rest) = quiet_pack.candidates
    closed = first.model_copy(update={"driver": "pipeline_creation", "closed": True})
    pack = unlikely(quiet_pack, shortfall=several, candidates=(closed, *rest))
    assert (
        "The months before the gap closed still weigh on it; nothing else is surely why: deal "
        "size and late conversion are below peers, each perhaps by chance;"
    ) in lead(sections.one_gap(pack, report))


def test_where_the_gap_has_closed_and_none_is_named_the_title_says_so(
    quiet_pack: f.Pack, report: Report
) -> None:
    page = sections.one_gap(closed_pack(quiet_pack), report)
    assert heading(page)[1] == "The last gap has closed; no other stands out."


def said_of_figures(page: SectionView) -> str:
    return " ".join(figure["alt"] for figure in figures_of(page.section))


def test_each_commitment_is_listed_with_its_state(full_pack: f.Pack, report: Report) -> None:
    page = said(sections.stack_rank(full_pack, report))
    assert "1 of 3 commitments kept" in page
    assert "○ overdue\nTwo prospecting blocks with Ines\nInes Alvarez\n17 Apr" in page
    assert "× dropped\nAgree a weekly creation number\nnot said" in page


def test_of_many_commitments_the_open_ones_come_first_and_the_rest_is_counted(
    full_pack: f.Pack, report: Report
) -> None:
    done, late, _ = full_pack.coaching.commitments
    today = late.model_copy(update={"action": "Call today", "due": full_pack.as_of})
    old = late.model_copy(update={"action": "Call at last", "due": date(2025, 12, 17)})
    coaching = full_pack.coaching.model_copy(update={"commitments": (*[done] * 46, today, old)})
    page = said(sections.stack_rank(full_pack.model_copy(update={"coaching": coaching}), report))
    assert "○ open\nCall today\nInes Alvarez\n30 Jun\n" in page
    assert "○ overdue\nCall at last\nInes Alvarez\n17 December 2025\n" in page
    assert page.count("✓ done") == 6
    assert "… and 40 more." in page


# ── the eight drivers, the card and the exercise ──────────────────────────────────────────


def coached(pack: f.Pack, report: Report, **changes: Any) -> str:
    """What the page of cadence says with some of the coaching changed."""
    coaching = pack.coaching.model_copy(update=changes)
    return said(
        sections.cadence_and_checkpoint(pack.model_copy(update={"coaching": coaching}), report)
    )


def test_the_eight_drivers_are_measured_and_assessed_and_marked_in_words(
    full_pack: f.Pack, report: Report
) -> None:
    page = coached(full_pack, report)
    assert "Three of the eight drivers show a gap: start with goal clarity" in page
    assert "Goal clarity\nGoals a rep carries: 5 (6 reps); peers 2\n2 (12 May)\n▲ gap" in page
    assert "Culture\nnot measured by these data\n5 (12 May)\n● in order" in page
    assert "One coaching approach\nnot measured by these data\n–\n○ not known" in page


@pytest.mark.parametrize(
    ("points_to", "agrees", "text"),
    [
        ("condition", True, "point to the process: pick the low-hanging fruit first. 7 of 8"),
        ("people", False, "The data on page 1 say otherwise"),
        ("unknown", None, "Your own answers do not settle it."),
    ],
)
def test_the_exercise_is_held_against_the_data(
    points_to: Any, agrees: bool | None, text: str, full_pack: f.Pack, report: Report
) -> None:
    assert full_pack.coaching.exercise is not None
    changes = {"points_to": points_to, "agrees": agrees}
    assert text in coached(
        full_pack, report, exercise=full_pack.coaching.exercise.model_copy(update=changes)
    )


def test_great_and_mediocre_stand_beside_what_the_data_show(
    full_pack: f.Pack, report: Report
) -> None:
    page = coached(full_pack, report)
    for dimension in HABITS.values():
        assert f"{dimension.name}\n{dimension.great}\n{dimension.mediocre}" in page
    assert "Attention to early stages: 23% (212 activities); peers 44%" in page
    assert "Nothing: only you and your team can tell." in page
    assert "mediocre" not in coached(full_pack, report, signs=()).lower()


def test_the_checkpoint_tells_the_mix_beside_the_indicators(
    full_pack: f.Pack, report: Report
) -> None:
    page = coached(full_pack, report)
    assert "New business: more than at peers" in page
    assert "Product: Enterprise Plan\n52% (14)\n40%\n35%" in page
    assert "Segment: Enterprise\n–\n40%\n35%" in page
    assert "Product: all other\n48% (13)" in page


def test_the_checkpoint_says_what_its_peers_and_its_counts_are_of(
    full_pack: f.Pack, report: Report
) -> None:
    page = coached(full_pack, report)
    assert full_pack.shortfall is not None
    assert f"Peers, {full_pack.shortfall.months} months" in page
    assert "Typical value of a won deal" in page
    assert "Deals opened on a ramp are left out." in page
    margin = f.Indicator(measure="margin", unit="share", now=0.7, last=0.6, peers=0.7, count=9)
    told = "Deals opened on a ramp count in the margin only; its peers’ is this quarter’s."
    assert told in coached(full_pack, report, checkpoint=(margin,))
    assert "Deals that tell no product, type or segment are left out." in page


def test_a_teams_own_segment_is_no_headline(full_pack: f.Pack, report: Report) -> None:
    only = full_pack.coaching.mix[-1].model_copy(update={"now": 1.0, "count": 9})
    page = coached(full_pack, report, mix=(only,))
    assert "What was won, and from whom" in page
    assert "Segment: Enterprise\n100% (9)" in page


def test_a_product_called_other_is_not_the_remainder(full_pack: f.Pack, report: Report) -> None:
    rest = full_pack.coaching.mix[1]
    named = rest.model_copy(update={"now": 0.6, "count": 9})
    page = coached(full_pack, report, mix=(named, rest))
    assert "other: more than at peers" in page
    assert "Product: other\n60% (9)" in page
    assert "Product: all other\n48% (13)" in page
    assert "Product: other\n60% (9)" in coached(full_pack, report, mix=(named,))


def test_the_debrief_asks_the_plays_questions(full_pack: f.Pack, report: Report) -> None:
    assert f"After a joint call, ask: {full_pack.coaching.debrief[0]}" in coached(full_pack, report)
    assert "After a joint call" not in coached(full_pack, report, debrief=())


def test_two_reps_of_one_name_have_a_row_each_in_the_calendar(
    full_pack: f.Pack, report: Report
) -> None:
    tom, ines = full_pack.coaching.cadence
    namesake = ines.model_copy(update={"person": tom.person})
    page = coached(full_pack, report, cadence=(tom, namesake))
    assert "2 coaching contacts with 2 reps in one week" in page
    assert page.count("\nTom Berg\n") == 2


def test_what_is_due_later_is_neither_kept_nor_not(full_pack: f.Pack, report: Report) -> None:
    later = tuple(
        one.model_copy(update={"due": full_pack.as_of + timedelta(days=1)})
        for one in full_pack.coaching.commitments
    )
    coaching = full_pack.coaching.model_copy(update={"commitments": later})
    ahead = full_pack.model_copy(update={"coaching": coaching})
    assert "No commitment is due yet" in said(sections.stack_rank(ahead, report))
    assert "Last time" not in said(sections.one_gap(ahead, report))


def test_the_exercise_is_printed_while_any_answer_is_open(
    full_pack: f.Pack, bare_pack: f.Pack, report: Report
) -> None:
    assert full_pack.coaching.exercise is not None
    assert full_pack.coaching.exercise.answered == 7
    assert sections.five_minute_exercise(full_pack, report).section.blocks
    answered = full_pack.coaching.exercise.model_copy(update={"answered": 8})
    coaching = full_pack.coaching.model_copy(update={"exercise": answered})
    all_of_it = full_pack.model_copy(update={"coaching": coaching})
    assert sections.five_minute_exercise(all_of_it, report).section.blocks == ()
    page = said(sections.five_minute_exercise(bare_pack, report))
    assert "print the last page" in said(sections.cadence_and_checkpoint(bare_pack, report))
    for item, words in EXECUTION.items():
        assert f"{words.name}. {words.statement}\n{item}\n" + "☐\n" * 5 in page
    assert "Three or more sentences at 2 or less: start with the process." in page


def test_definitions_cover_every_measure_of_the_scorecard_and_the_card(
    full_pack: f.Pack, report: Report
) -> None:
    page = said(sections.how_made(full_pack, report))
    for measure in ("goals_per_rep", "joint_calls", "capacity"):
        assert f"{MEASURES[measure].name}: " in page


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ((), "two quarters: print the last page, and answer it alone."),
        (("one-gap", "five-minute-exercise", "how-made"), "print its page, and answer it alone."),
        (("one-gap", "cadence", "how-made"), "was not answered in the last two quarters."),
    ],
)
def test_the_exercise_is_never_said_to_be_on_a_page_that_is_left_out(
    full_pack: f.Pack, report: Report, chosen: tuple[str, ...], told: str
) -> None:
    coaching = full_pack.coaching.model_copy(update={"exercise": None})
    pack = full_pack.model_copy(update={"coaching": coaching})

    text = said(
        sections.cadence_and_checkpoint(pack, report.model_copy(update={"sections": chosen}))
    )

    assert told in text
    assert ("print" in text) is ("print" in told)


def test_every_section_of_a_pack_has_the_name_by_which_params_choose_it(
    full_pack: f.Pack, report: Report
) -> None:
    assert tuple(page(full_pack, report).section.name for page in PAGES) == SECTIONS


def test_a_section_left_out_is_one_line_in_the_notebook_and_the_same_data(
    full_pack: f.Pack, report: Report
) -> None:
    fewer = report.model_copy(update={"sections": ("one-gap", "how-made")})
    whole, line = (
        sections.stack_rank(full_pack, one)._repr_mimebundle_() for one in (report, fewer)
    )
    assert "stack-rank: left out by report.sections" in line["text/html"]
    assert "Where each rep stands" in whole["text/html"]
    assert "Where each rep stands" not in line["text/html"]
    assert line[SECTION_MIME] == whole[SECTION_MIME]
