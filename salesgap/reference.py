"""The reference pages of the documentation, written from the code: ``make docs``."""

from __future__ import annotations

import sys
from pathlib import Path

from typer.testing import CliRunner

from salesgap.cli import app
from salesgap.crm.tables import TABLES, Table
from salesgap.facts import schema_of, schemas
from salesgap.measures.definitions import measures_markdown
from salesgap.params import describe
from salesgap.quality import QualityReport

_WRITTEN = "<!-- Written by `make docs` from the code; do not edit. -->"
_PARAMS_INTRODUCTION = """\
One YAML file a run. An unknown key is an error, and paths are relative to the file. \
`stages` is a list of `{name, status, phase}` in order; `source.tables` maps a table's name to \
`{file, columns, constants, dates, decimal}`, or of a database to `{table, query, …}` \
([sql.md](sql.md)); where no cell of a column tells, `dates` says `day first` or `month first`, \
and `decimal` says `point` or `comma`. `params/example.yml` is a file to start from."""

_TABLES_INTRODUCTION = """\
What an export is read into, and so the names on the left of `source.tables.<table>.columns` in \
the params: `columns: {owner_id: sales_agent}` says that the export calls `owner_id` \
*sales_agent*."""


def pages() -> dict[str, str]:
    """Each page's path under docs/ and its text."""
    return {
        "commands.md": _commands_page(),
        "params.md": _params_page(),
        "tables.md": _tables_page(),
        "measures.md": f"# Measures\n\n{_WRITTEN}\n\n{measures_markdown()}\n",
        **{f"schema/{name}": text for name, text in schemas().items()},
        "schema/data-quality.schema.json": schema_of(QualityReport),
    }


def _commands_page() -> str:
    sections = ["# Commands", _WRITTEN, _help()]
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        sections += [f"## salesgap {name}", _help(name)]
    return "\n\n".join(sections) + "\n"


def _help(*command: str) -> str:
    result = CliRunner(env={"COLUMNS": "90"}).invoke(
        app, [*command, "--help"], prog_name="salesgap", catch_exceptions=False
    )
    return f"```\n{result.output.strip()}\n```"


def _params_page() -> str:
    rows = [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in describe()]
    table = "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])
    return "\n\n".join(["# Params", _WRITTEN, _PARAMS_INTRODUCTION, table]) + "\n"


def _tables_page() -> str:
    sections = ["# Tables", _WRITTEN, _TABLES_INTRODUCTION, *map(_table, TABLES.values())]
    return "\n\n".join(sections) + "\n"


def _table(table: Table) -> str:
    rows = [
        f"| `{c.name}` | {'yes' if c.required else ''} | {c.kind} | {c.meaning} |"
        for c in table.columns
    ]
    needed = " Required." if table.required else ""
    head = [f"## {table.name}", "", f"{table.grain.capitalize()}.{needed}", ""]
    head += ["| column | required | holds | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    for file_name, text in pages().items():
        page = Path(sys.argv[1]) / file_name
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, "utf-8")
