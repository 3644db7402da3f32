"""Blocks as HTML for JupyterLab: every text escaped, one class, light and dark themes."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from importlib.resources import files
from typing import Any

from salesgap.publish.blocks import (
    Align,
    Block,
    Bullets,
    Cards,
    Columns,
    Figure,
    Heading,
    KeyFigures,
    Masthead,
    Note,
    PageSetup,
    Preformatted,
    Section,
    Span,
    Spans,
    Table,
    Text,
    WriteIn,
    found,
    says_its_title,
)
from salesgap.publish.fonts import isolated

CLASS = "salesgap-section"

# JupyterLab's own colours where it is the reader, so that both its themes stay legible.
_STYLE = re.sub(
    r"\n *",
    "",
    """
.C{--ink:var(--jp-content-font-color1,#1b2430);--muted:var(--jp-content-font-color2,#616c7a);
 --rule:var(--jp-border-color2,#d5dae1);--shade:var(--jp-layout-color2,#f3f5f8);
 max-width:52rem;padding:.5rem 0 1.5rem;color:var(--ink);
 container-type:inline-size;font:15px/1.5 "Source Sans Pro","Source Sans 3",system-ui,sans-serif;
h2,h3,h4{color:var(--ink);line-height:1.2;margin:1.2rem 0 .6rem;font-weight:700}
h2{font-size:1.9rem}h3{font-size:1.25rem}h4{font-size:1.05rem}
p{margin:.6rem 0}
.lead{font-size:1.25rem;line-height:1.4}
.small,.fine,.label,.muted,figcaption span,thead th{color:var(--muted)}
.small,.fine,.label,figcaption span,thead th{font-size:.85rem}
.accent{font-weight:700;border-bottom:2px solid var(--accent)}
.kicker{font-size:.8rem;font-weight:700;letter-spacing:.04em;text-transform:uppercase;
 border-left:3px solid var(--accent);padding-left:.5em;margin:1.2rem 0 -.4rem}
header{display:flex;justify-content:space-between;gap:2rem;padding-bottom:.7rem;
 border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
header b{font-size:1.35rem}header div+div{text-align:right}
table{border-collapse:collapse;table-layout:auto;width:100%;margin:.4rem 0;font-size:inherit;
 font-variant-numeric:lining-nums tabular-nums;user-select:text}
table caption,figcaption{text-align:left;color:var(--ink);padding:.4rem 0;font-weight:700;
 caption-side:top;font-size:1.05rem}
table caption{padding-right:4.5rem}
figcaption span{display:block;font-weight:400}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--rule);vertical-align:top;
 overflow-wrap:break-word;white-space:normal;font-weight:400;background:none;max-width:none}
th,td{text-align:left}th.right,td.right{text-align:right}
td.right{white-space:nowrap}
th.center,td.center{text-align:center}
tbody th,tbody td{color:var(--ink)}
th:first-child,td:first-child{padding-left:0}
button{font:inherit;color:inherit;text-align:inherit;padding:0;border:0;background:none;
 cursor:pointer;user-select:text}
button:hover{color:var(--ink)}
[aria-sort=ascending] button:after{content:" ↑"}[aria-sort=descending] button:after{content:" ↓"}
button:has(+table){float:right;position:relative;margin:.5rem 0 -3rem;
 font-size:.8rem;padding:.1rem .6rem;color:var(--muted);border:1px solid var(--rule);
 border-radius:3px;user-select:none}
button:has(+table>colgroup:first-child){margin-bottom:.2rem}
figure{margin:1rem 0}
img{box-sizing:border-box;width:100%;max-width:100%;background:#fff;border-radius:3px;
 padding:.4rem}
.columns,dl{display:grid;gap:1.5rem;align-items:start}
.columns>div{overflow-x:auto}
.cards{grid-template-columns:repeat(2,minmax(0,1fr))}
.cards>div:last-child:nth-child(odd){grid-column:1/-1}
@container(max-width:36rem){.columns{grid-template-columns:none!important}}
dl{margin:1rem 0;gap:1rem}dl div{border-top:1px solid var(--rule);padding-top:.4rem}
dt,dd{float:none;width:auto;margin:0;font-weight:400}
dd.value{font-size:1.6rem;font-weight:700;line-height:1.2}
aside{background:var(--shade);border-radius:3px;padding:.7rem .9rem;margin:1rem 0}
pre{background:var(--shade);padding:.7rem .9rem;border-radius:3px;overflow-x:auto;
 color:var(--ink)}
.box{font-size:1.5em}
.line{border-bottom:1px solid var(--rule);height:1.8rem}}
""".replace(".C", f".{CLASS}"),
)

# A browser without the pack's typeface would set a chart's text in a wide serif one.
_FACE = "'Source Sans Pro'"
_INSTEAD = "'Source Sans 3', 'Arial Narrow', 'Liberation Sans Narrow', sans-serif"

# JupyterLab runs the scripts of trusted text/html; where they do not run, the tables are plain.
_SCRIPT = re.sub(
    r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", files(__package__).joinpath("tables.js").read_text())
)


def html_of(section: Section) -> str:
    """The section as one self-contained HTML element. No text of it is ever markup."""
    accent = (section.setup or PageSetup(title="")).colour
    return (
        f'<section class="{CLASS}" style="--accent:{accent}" aria-label="{escape(section.title)}">'
        f"<style>{_STYLE}</style>{_title(section)}{_all(section.blocks)}"
        f"{_script(section)}</section>"
    )


def _title(section: Section) -> str:
    """The section's title, unless a heading among its blocks says it."""
    return "" if says_its_title(section) else f"<h2>{escape(section.title)}</h2>"


def _all(blocks: Iterable[Block]) -> str:
    return "".join(_MAKERS[type(block)](block) for block in blocks)


def _run(spans: Spans) -> str:
    return "".join(map(_span, spans))


_TAGS = {"strong": "strong", "emphasis": "em", "code": "code"}


def _span(span: Span) -> str:
    text = _lines(span.text)
    if span.tone == "plain":
        return text
    tag = _TAGS.get(span.tone)
    return f"<{tag}>{text}</{tag}>" if tag else f'<span class="{span.tone}">{text}</span>'


def _lines(text: str) -> str:
    return escape(isolated(text)).replace("\n", "<br>")


def _masthead(block: Masthead) -> str:
    detail = f' <span class="muted">— {_lines(block.detail)}</span>' if block.detail else ""
    return (
        f'<header><div><div class="label">{_lines(block.kicker)}</div>'
        f"<b>{_lines(block.name)}</b>{detail}</div>"
        f'<div><div class="label">{_lines(block.figure_label)}</div>'
        f"<b>{_lines(block.figure)}</b></div></header>"
    )


def _heading(block: Heading) -> str:
    kicker = f'<p class="kicker">{_lines(block.kicker)}</p>' if block.kicker else ""
    level = block.level + 1
    return f"{kicker}<h{level}>{_lines(block.text)}</h{level}>"


def _text(block: Text) -> str:
    return f'<p class="{block.size}">{_run(block.spans)}</p>'


def _bullets(block: Bullets) -> str:
    tag = "ol" if block.numbered else "ul"
    items = "".join(f"<li>{_run(item)}</li>" for item in block.items)
    return f'<{tag} class="{block.size}">{items}</{tag}>'


def _preformatted(block: Preformatted) -> str:
    return f"<pre>{escape(block.text)}</pre>"


def _figure(block: Figure) -> str:
    if block.svg:
        svg = block.svg.replace(_FACE, f"{_FACE}, {_INSTEAD}")
        kind, content = "svg+xml", base64.b64encode(svg.encode()).decode()
    else:
        kind, content = "png", escape(block.png_base64)
    subtitle = f"<span>{_lines(block.subtitle)}</span>" if block.subtitle else ""
    caption = f"<figcaption>{_lines(block.title)}{subtitle}</figcaption>" if block.title else ""
    image = f'<img alt="{escape(block.alt)}" src="data:image/{kind};base64,{content}">'
    return f"<figure>{caption}{image}</figure>"


def _script(section: Section) -> str:
    """What makes the tables sortable and copies them, once a section and only if it has any."""
    return f"<script>{_SCRIPT}</script>" if any(found(Table, section.blocks)) else ""


def _table(block: Table) -> str:
    caption = f"<caption>{_lines(block.title)}</caption>" if block.title else ""
    head = "".join(
        f'<th scope="col"{_side(align)}>{_lines(name)}</th>'
        for name, align in zip(block.header, block.align, strict=True)
    )
    body = "".join(f"<tr>{_row(row, block.align)}</tr>" for row in block.rows)
    note = f'<p class="small">{_lines(block.note)}</p>' if block.note else ""
    columns = "".join(f'<col style="width:{width:.0%}">' for width in _parts(block.widths))
    return (
        f"<table>{caption}<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{note}"
    )


def _parts(widths: tuple[float, ...]) -> Iterator[float]:
    return (width / sum(widths) for width in widths)


def _row(row: tuple[Spans, ...], align: tuple[Align, ...]) -> str:
    first, *rest = (
        (f"{_side(side)}{_value(spans)}", _run(spans))
        for spans, side in zip(row, align, strict=True)
    )
    cells = "".join(f"<td{about}>{text}</td>" for about, text in rest)
    return f'<th scope="row"{first[0]}>{first[1]}</th>{cells}'


def _side(align: Align) -> str:
    """The class of a cell; left is where all stand without one."""
    return "" if align == "left" else f' class="{align}"'


def _value(spans: Spans) -> str:
    """What a cell is sorted by where its text does not tell: the first value in it."""
    known = (f' data-v="{span.value:.6g}"' for span in spans if span.value is not None)
    return next(known, "")


def _key_figures(block: KeyFigures) -> str:
    items = "".join(
        f'<div><dt class="label">{_lines(one.label)}</dt><dd class="value">{_lines(one.value)}</dd>'
        + (f'<dd class="small">{_lines(one.note)}</dd>' if one.note else "")
        + "</div>"
        for one in block.figures
    )
    return f'<dl style="grid-template-columns:repeat({len(block.figures)},1fr)">{items}</dl>'


def _note(block: Note) -> str:
    return f"<aside>{_run(block.spans)}</aside>"


def _write_in(block: WriteIn) -> str:
    lines = '<div class="line"></div>' * block.lines
    return f'<div class="label">{_lines(block.label)}</div>{lines}'


def _columns(block: Columns) -> str:
    widths = " ".join(f"minmax(0,{ratio:g}fr)" for ratio in block.ratios)
    columns = "".join(f"<div>{_all(column)}</div>" for column in block.columns)
    return f'<div class="columns" style="grid-template-columns:{widths}">{columns}</div>'


def _cards(block: Cards) -> str:
    cards = "".join(f"<div>{_all(card)}</div>" for card in block.cards)
    return f'<div class="columns cards">{cards}</div>'


_MAKERS: dict[type[Any], Callable[[Any], str]] = {
    Masthead: _masthead,
    Heading: _heading,
    Text: _text,
    Bullets: _bullets,
    Preformatted: _preformatted,
    Figure: _figure,
    Table: _table,
    KeyFigures: _key_figures,
    Note: _note,
    WriteIn: _write_in,
    Columns: _columns,
    Cards: _cards,
}
