"""Charts say their message in words too, are the same bytes twice, and cut no name."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from salesgap import facts as f
from salesgap import figures
from salesgap.figures.gap import in_question
from salesgap.figures.pipeline import beside
from salesgap.figures.style import FULL, Canvas, look, readable, text_width, wrap
from salesgap.publish.blocks import Figure
from salesgap.publish.words import Writer

WRITER = Writer("en_GB", "EUR")
LOOK = look("#b23c17")
LONG = "Wolfeschlegelsteinhausenbergerdorff-Müller von Ützenbüttel-Ä"


def every(pack: f.Pack, summary: f.RegionSummary) -> list[Figure]:
    assert pack.shortfall is not None
    assert pack.manager_rank is not None
    assert pack.pipeline.waterfall is not None
    drawn = [
        figures.attainment(pack, WRITER, LOOK),
        figures.shortfall(pack.shortfall, in_question(pack), WRITER, LOOK),
        figures.candidates(pack, WRITER, LOOK),
        *figures.stack_rank(pack.stack_rank, True, WRITER, LOOK),
        figures.manager_place(pack.manager_rank, True, WRITER, LOOK),
        figures.coverage(pack.pipeline.coverage, WRITER, LOOK),
        figures.waterfall(pack.pipeline.waterfall, WRITER, LOOK),
        *figures.manager_ranks(summary.managers, True, WRITER, LOOK),
        *figures.driver_map(summary.managers, WRITER, LOOK),
    ]
    found = [figure for figure in drawn if figure is not None]
    assert len(found) == 9
    return found


def test_every_alternative_text_says_the_message_and_the_numbers(
    full_pack: f.Pack, summary: f.RegionSummary
) -> None:
    for figure in every(full_pack, summary):
        assert figure.alt.startswith(figure.title)
        assert re.search(r"\d", figure.alt.removeprefix(figure.title)), figure.title


def test_every_chart_is_the_same_bytes_twice(full_pack: f.Pack, summary: f.RegionSummary) -> None:
    first, second = every(full_pack, summary), every(full_pack, summary)
    assert [figure.svg for figure in first] == [figure.svg for figure in second]


def test_no_chart_carries_a_date_or_a_title_or_paths_for_text(
    full_pack: f.Pack, summary: f.RegionSummary
) -> None:
    for figure in every(full_pack, summary):
        assert "dc:date" not in figure.svg
        assert figure.title not in figure.svg
        assert "Source Sans Pro" in figure.svg
        ElementTree.fromstring(figure.svg)


def test_titles_say_what_the_charts_show(full_pack: f.Pack, summary: f.RegionSummary) -> None:
    assert [figure.title for figure in every(full_pack, summary)] == [
        "€640k behind pace",
        "Pipeline creation: three quarters of the lag behind\u00a0peers",
        "Worth €222k more than the runner-up",
        "Two bands: nobody can be told from the first of their band",
        "You are at place 4 to 10 of 14 managers",
        "Q3 is €890k of open pipeline short",
        "€600k less open pipeline than on 31 Mar: most of what left was lost",
        "The intervals overlap: the data cannot tell these managers apart",
        "Two teams are more than a tenth short on pipeline creation",
    ]


Shares = tuple[float, float, float]
USUAL: tuple[Shares, ...] = ((0.5, 0.8, 1.1), (0.4, 0.7, 1.0), (0.3, 0.6, 0.9))


def ranked(pack: f.Pack, *shares: Shares) -> Figure:
    """The chart of reps whose attainment is estimated as (low, expected, high)."""
    rep = pack.stack_rank[0]
    reps = [
        rep.model_copy(
            update={
                "person": f.Person(id=f"{n}", name=f"Rep {n}"),
                "expected_rank": n + 1,
                "attainment": f.Range(expected=expected, low=low, high=high),
            }
        )
        for n, (low, expected, high) in enumerate(shares)
    ]
    (figure,) = figures.stack_rank(reps, True, WRITER, LOOK)
    return figure


def at_quota(figure: Figure) -> float:
    """Where on the chart 100 % is, in points from its left edge."""
    found = re.search(r'x="([\d.]+)"[^>]*>100%<', figure.svg)
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize(
    ("outlier", "label", "said"),
    [
        ((20.0, 32.0, 41.0), "3,200%, to 4,100%", "estimate 3,200%, its range beyond the axis to"),
        ((0.6, 1.2, 41.0), "to 4,100%", "estimate 120%, its range beyond the axis to 4,100%"),
    ],
)
def test_a_share_of_several_thousand_percent_squeezes_nobody_and_stands_at_the_edge(
    outlier: Shares, label: str, said: str, full_pack: f.Pack
) -> None:
    figure = ranked(full_pack, outlier, *USUAL)
    assert at_quota(figure) > 90 + (at_quota(ranked(full_pack, *USUAL)) - 90) / 3
    assert f">{label}<" in figure.svg
    assert said in figure.alt
    assert "arrow: goes on" in figure.subtitle


def test_an_axis_that_holds_everybody_has_no_arrow(full_pack: f.Pack) -> None:
    figure = ranked(full_pack, (0.7, 1.3, 2.2), *USUAL)
    assert "arrow" not in figure.subtitle
    assert "axis" not in figure.alt
    assert ">to " not in figure.svg


def test_bands_are_marked_only_where_there_are_several(full_pack: f.Pack) -> None:
    def drawn(reps: tuple[f.RepRank, ...]) -> str:
        (figure,) = figures.stack_rank(reps, True, WRITER, LOOK)
        return figure.svg

    alike = tuple(rep.model_copy(update={"band": 1}) for rep in full_pack.stack_rank)
    assert "band 2" in drawn(full_pack.stack_rank)
    assert "band" not in drawn(alike)


@pytest.mark.parametrize(
    ("mark", "start"),
    [(None, 106.0), (60.0, 106.0), (400.0, 106.0), (110.0, 116.0), (125.0, 131.0)],
)
def test_what_is_open_stands_at_its_bar_unless_it_would_run_into_the_mark(
    mark: float | None, start: float
) -> None:
    assert beside(100.0, mark, "€2.58M open, €1.2M late") == start


def test_what_is_not_known_is_not_drawn(bare_pack: f.Pack) -> None:
    assert figures.candidates(bare_pack, WRITER, LOOK) is None
    assert figures.coverage(bare_pack.pipeline.coverage, WRITER, LOOK) is None
    assert figures.stack_rank(bare_pack.stack_rank, False, WRITER, LOOK) == ()


def test_a_rep_without_attainment_has_a_dash_and_no_dot(full_pack: f.Pack) -> None:
    unknown = full_pack.stack_rank[0].model_copy(update={"attainment": None})
    (figure,) = figures.stack_rank((unknown, full_pack.stack_rank[1]), True, WRITER, LOOK)
    assert [figure.svg.count(text) for text in (">–<", ">67% (10)<")] == [1, 1]
    assert "Ines Alvarez –, place 1 to 2" in figure.alt


def test_a_rep_stands_with_what_was_counted_and_the_dot_is_the_estimate(full_pack: f.Pack) -> None:
    estimate = f.Range(expected=0.94, low=0.7, high=1.2)
    changes = {"won": 310_000.0, "won_deals": 3, "quota_to_date": 143_000.0, "attainment": estimate}
    lucky = full_pack.stack_rank[0].model_copy(update=changes)
    (figure,) = figures.stack_rank((lucky,), True, WRITER, LOOK)
    assert ">217% (3)<" in figure.svg
    assert "94%" not in figure.svg
    assert "Ines Alvarez 217% (3) as counted, estimate 94%, place 1 to 2" in figure.alt
    without = lucky.model_copy(update={"quota_to_date": None})
    (figure,) = figures.stack_rank((without,), False, WRITER, LOOK)
    assert ">€310k (3)<" in figure.svg
    assert "Ines Alvarez €310k (3) as counted, estimate 94%" in figure.alt


def test_a_candidate_that_may_be_chance_is_hollow(full_pack: f.Pack) -> None:
    chance = full_pack.candidates[1].model_copy(update={"real": False})
    pack = full_pack.model_copy(update={"candidates": (full_pack.candidates[0], chance)})
    figure = figures.candidates(pack, WRITER, LOOK)
    assert figure is not None
    assert figure.svg.count("fill: #ffffff; stroke") == 1
    assert "may be chance" in figure.alt


def test_a_value_expected_beyond_its_interval_is_still_inside_the_chart(full_pack: f.Pack) -> None:
    rare = full_pack.candidates[0].model_copy(
        update={"impact": f.Range(expected=853, low=0, high=0)}
    )
    figure = figures.candidates(full_pack.model_copy(update={"candidates": (rare,)}), WRITER, LOOK)
    assert figure is not None
    across = [float(x) for x in re.findall(r"M ([\d.]+) [\d.]+", figure.svg)]
    assert max(across) <= 234
    assert "+€853" in figure.svg


@pytest.mark.parametrize("name", [LONG, "山田 太郎" * 10, "x" * 60])
def test_long_names_are_wrapped_inside_the_chart_and_never_cut(
    name: str, full_pack: f.Pack
) -> None:
    rep = full_pack.stack_rank[0]
    named = rep.model_copy(update={"person": f.Person(id="p", name=name)})
    (figure,) = figures.stack_rank((named, *full_pack.stack_rank[1:]), True, WRITER, LOOK)
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", figure.svg)
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", "".join(texts))
    assert max(text_width(text) for text in texts) < FULL / 2


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    lines = wrap(LONG, 80)
    assert all(text_width(line) <= 80 for line in lines)
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert wrap("Ines Alvarez", 200) == ["Ines Alvarez"]
    assert wrap("", 80) == [""]


def test_a_name_is_text_in_the_chart_never_markup() -> None:
    canvas = Canvas(200, 20)
    canvas.text(0, 10, '<script>&"\x00$x$')
    tag = "{http://www.w3.org/2000/svg}text"
    texts = [element.text for element in ElementTree.fromstring(canvas.svg()).iter(tag)]
    assert texts == ['<script>&"$x$']


def test_the_accent_is_dark_enough_whatever_the_brand() -> None:
    assert readable("#b23c17") == "#b23c17"
    assert readable("#ffdd00") != "#ffdd00"
    assert readable(readable("#ffdd00")) == readable("#ffdd00")


def test_a_large_team_takes_several_charts_on_one_scale(full_pack: f.Pack) -> None:
    rep = full_pack.stack_rank[0]
    team = [
        rep.model_copy(update={"person": f.Person(id=f"{n}", name=f"Rep {n}"), "expected_rank": n})
        for n in range(48)
    ]
    charts = figures.stack_rank(team, True, WRITER, LOOK)
    assert [len(re.findall(r">Rep \d+<", chart.svg)) for chart in charts] == [24, 24]
    heights = [float(re.search(r'height="([\d.]+)pt"', chart.svg)[1]) for chart in charts]  # type: ignore[index]
    assert max(heights) <= 560  # points: more would be set smaller
    whole = [re.search(r'x="([\d.]+)"[^>]*>100%<', chart.svg) for chart in charts]
    assert len({found[1] for found in whole if found}) == 1
    assert charts[1].title.endswith("(continued)")


def shortfall_of(values: dict[str, float], benchmark: float) -> f.Shortfall:
    parts = tuple(
        f.Part.model_validate({"driver": driver, "value": value})
        for driver, value in values.items()
    )
    total = sum(values.values())
    return f.Shortfall(
        total=total, months=12, actual=benchmark + total, benchmark=benchmark, parts=parts
    )


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"deal_size": 19_000.0, "timing": -400.0}, "Level with peers on every driver"),
        ({"deal_size": -19_000.0}, "Level with peers on every driver"),
        ({"deal_size": 30_000.0, "timing": 500.0}, "Ahead of peers, most of all by deal size"),
        (
            {"deal_size": 90_000.0, "conversion": -85_000.0},
            "Level with peers in all: conversion costs what deal size brings",
        ),
    ],
)
def test_less_than_a_fiftieth_of_the_benchmark_is_dust(
    values: dict[str, float], title: str
) -> None:
    chart = figures.shortfall(shortfall_of(values, 1_000_000), ("none",), WRITER, LOOK)
    assert chart.title == title


@pytest.mark.parametrize(
    ("loss", "title"), [(-5_000.0, "Ahead of peers"), (-85_000.0, "Level with peers in all")]
)
def test_a_driver_that_may_be_a_gap_is_not_praised_in_a_title(loss: float, title: str) -> None:
    facts = shortfall_of({"deal_size": 90_000.0, "conversion": loss}, 1_000_000)
    assert figures.shortfall(facts, ("none", "deal_size"), WRITER, LOOK).title == title


def test_an_unknown_year_end_is_not_drawn(full_pack: f.Pack) -> None:
    facts = full_pack.attainment.model_copy(update={"year_end": None})
    chart = figures.attainment(full_pack.model_copy(update={"attainment": facts}), WRITER, LOOK)
    assert "year end" not in chart.svg + chart.alt


# ── the walk of the pipeline ──────────────────────────────────────────────────────────────


def walk(start: float, *moves: tuple[f.MovementReason, float]) -> f.Waterfall:
    day = date(2026, 6, 30)
    return f.Waterfall(
        start=date(2026, 3, 31),
        end=day,
        due_by=day,
        start_deals=9,
        start_amount=start,
        end_deals=8,
        end_amount=start + sum(amount for _, amount in moves),
        movements=tuple(f.Movement(reason=r, deals=1, amount=amount) for r, amount in moves),
        dates_known=True,
        amounts_known=True,
    )


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (walk(1e6, ("new", 5e4), ("won", -4e4)), "Open pipeline stands where it stood on 31 Mar"),
        (walk(0.0), "Open pipeline stands where it stood on 31 Mar"),
        (
            walk(0.0, ("new", 5e4)),
            "€50k more open pipeline than on 31 Mar: most of what came in is new",
        ),
        (
            walk(1e6, ("new", 4e5), ("won", -3e5), ("lost", -3e5)),
            "€200k less open pipeline than on 31 Mar",
        ),
    ],
)
def test_the_walks_title_says_the_change_and_its_main_reason_if_there_is_one(
    facts: f.Waterfall, title: str
) -> None:
    assert figures.waterfall(facts, WRITER, LOOK).title == title


def test_the_walk_says_which_deals_it_is_of() -> None:
    facts = walk(1e6)
    assert "EUR, open and due by 30 Jun;" in figures.waterfall(facts, WRITER, LOOK).subtitle
    every_deal = facts.model_copy(update={"due_by": None})
    assert "EUR, all open deals;" in figures.waterfall(every_deal, WRITER, LOOK).subtitle


def test_the_walks_printed_amounts_add_up() -> None:
    facts = walk(4_764_400.0, ("new", 3_294_400.0), ("won", -1_194_400.0), ("lost", -2_834_400.0))
    alt = figures.waterfall(facts, WRITER, LOOK).alt
    texts = re.findall(r"([+−]?)€([\d.]+)M \(", alt)
    values = [float(number) * (-1 if sign == "−" else 1) for sign, number in texts]
    assert len(values) == 5
    assert sum(values[:-1]) == pytest.approx(values[-1])


def test_all_reasons_at_once_stay_inside_the_chart() -> None:
    every_reason = f.MovementReason.__args__  # type: ignore[attr-defined]
    facts = walk(1e6, *((reason, 1e4) for reason in every_reason))
    svg = figures.waterfall(facts, WRITER, LOOK).svg
    across = [float(x) for x in re.findall(r"M ([\d.]+) [\d.]+", svg)]
    assert max(across) <= FULL
    assert svg.count("€10k<") == len(every_reason)


def with_managers(number: int, name: str, summary: f.RegionSummary) -> list[f.ManagerLine]:
    first = summary.managers[0]
    return [
        first.model_copy(update={"manager": f.Manager(id=f"{n}", name=f"{name} {n}", region="N")})
        for n in range(number)
    ]


@pytest.mark.parametrize(("number", "name"), [(1, "Ada"), (45, "Ada Nowak"), (60, LONG)])
def test_a_large_region_takes_several_charts_and_every_manager_is_in_one(
    number: int, name: str, summary: f.RegionSummary
) -> None:
    lines = with_managers(number, name, summary)
    for drawn in (
        figures.manager_ranks(lines, True, WRITER, LOOK),
        figures.driver_map(lines, WRITER, LOOK),
    ):
        assert len(drawn) > 1 or number == 1
        assert len({figure.title.removesuffix(" (continued)") for figure in drawn}) == 1
        said = "; ".join(figure.alt for figure in drawn)
        assert [
            said.count(f"{line.manager.name}:") + said.count(f"{line.manager.name} place")
            for line in lines
        ] == [1] * number
        for figure in drawn:
            box = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', figure.svg)
            assert box is not None
            assert float(box[1]) < 545  # points: what a page shows without making it smaller


def test_no_continued_chart_is_left_with_a_row_or_two(summary: f.RegionSummary) -> None:
    for number in range(20, 80, 3):
        drawn = figures.driver_map(with_managers(number, "Ada", summary), WRITER, LOOK)
        assert all(figure.alt.count("Ada ") >= 4 for figure in drawn)
