"""The commands. Each reads its arguments, calls one function, and prints what came of it."""

from __future__ import annotations

import shutil
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from salesgap import __version__
from salesgap.errors import ParamsError, SalesgapError

app = typer.Typer(
    name="salesgap",
    help="Coaching packs for sales managers, from a CRM export.",
    epilog="Exit codes: 0 all made; 2 params or data unusable; 3 some packs failed.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ParamsFile = Annotated[Path, typer.Argument(metavar="PARAMS", help="The run's YAML file.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Packs at once; default: as in the params.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"salesgap {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Coaching packs for sales managers, from a CRM export."""


@app.command()
def demo(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the packs go.")] = Path(
        "output/demo"
    ),
    jobs: Jobs = None,
) -> None:
    """Make the packs of a simulated organisation."""
    from salesgap.resources import workbook_folder

    _run(workbook_folder() / "params" / "demo.yml", output, jobs=jobs)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Start a workbook: notebooks, templates, params and plays, ready to edit."""
    from salesgap.starter import new_workbook

    new_workbook(folder)
    typer.echo(f"{folder}: edit params/example.yml, put the export into data/; README.md goes on")


@app.command()
def check(
    params: ParamsFile,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Default: output/<name of the run>.")
    ] = None,
) -> None:
    """Read the sources; print and write what was accepted, set aside and missing."""
    from salesgap.batch.files import publish_text
    from salesgap.batch.folder import QUARANTINE, held
    from salesgap.crm.freeze import survey, write_quarantine
    from salesgap.crm.report import quality_text
    from salesgap.last import read_last_run
    from salesgap.params import load_params

    run = load_params(params)
    if run.last_run:
        read_last_run(run.last_run, run.as_of)
    snapshot = survey(run)
    text = quality_text(snapshot.report)
    folder = output or _default_output(params)
    with held(folder):
        shutil.rmtree(folder / QUARANTINE, ignore_errors=True)
        write_quarantine(snapshot, folder / QUARANTINE)
        publish_text(f"{text}\n", folder / "data-quality.txt")
    typer.echo(text)
    typer.echo(f"\nwritten to {folder}")
    if snapshot.report.problems:
        raise typer.Exit(2)


@app.command()
def pack(
    params: ParamsFile,
    manager: Annotated[str, typer.Option(metavar="ID", help="The manager's person_id.")],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Default: output/<name of the run>.")
    ] = None,
) -> None:
    """Make one manager's pack, to preview."""
    _run(params, output or _default_output(params), managers=(manager,), jobs=1)


@app.command()
def batch(
    params: ParamsFile,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the packs go.")],
    manager: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this manager, no region summaries; may be repeated."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Make every manager's pack, and the region summaries."""
    _run(params, output, managers=tuple(manager or ()), jobs=jobs)


@app.command()
def validate(
    organisations: Annotated[
        int, typer.Option(min=1, metavar="N", help="Simulated a world and planting.")
    ] = 40,
    world: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this world; may be repeated.")
    ] = None,
) -> None:
    """Print how often the packs are right, on simulated organisations."""
    from rich.console import Console
    from rich.progress import track

    from salesgap.validate.study import size, study
    from salesgap.validate.summary import summary
    from salesgap.validate.worlds import WORLDS

    worlds = tuple(world or WORLDS)
    unknown = [name for name in worlds if name not in WORLDS]
    if unknown:
        raise ParamsError(f"no world {unknown[0]!r}", do=f"choose of: {', '.join(WORLDS)}")
    ready = track(
        study(organisations, worlds),
        "simulating",
        total=size(organisations, worlds),
        console=Console(stderr=True),
    )
    typer.echo(summary([trial for batch in ready for trial in batch]))


@app.command()
def backtest(
    params: ParamsFile,
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The earlier day to look ahead from.")
    ],
) -> None:
    """Hold an earlier day's forecasts against what came of them."""
    from salesgap.crm.freeze import take_snapshot
    from salesgap.params import load_params
    from salesgap.validate.backtest import look_back, report

    run = load_params(params)
    typer.echo(report(look_back(take_snapshot(run), run, as_of.date())))


@app.command("params")
def list_params() -> None:
    """List every key of a params file: default and meaning."""
    from salesgap.params import describe

    for key, default, meaning in describe():
        typer.echo(f"{key:<26}  {meaning}{f' [{default}]' if default else ''}")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the tables go.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same organisation.")] = 1,
    managers: Annotated[int, typer.Option(min=2, max=400, help="How many sales managers.")] = 14,
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the export.")
    ] = datetime(2026, 6, 30),
) -> None:
    """Write a simulated organisation's tables, as the generic profile reads them."""
    from salesgap.params import plausible
    from salesgap.simulate import organisation, write_tables

    try:
        day = plausible(as_of.date())
    except ValueError as error:
        raise ParamsError(str(error), where="--as-of", do="choose another day") from None
    write_tables(organisation(seed=seed, managers=managers, as_of=day), folder)
    typer.echo(f"{folder}: the tables of {managers} managers as of {day}")


def _default_output(params_file: Path) -> Path:
    from salesgap.params import load_params

    return Path("output") / load_params(params_file).name


def _run(
    params_file: Path, output: Path, *, managers: Sequence[str] = (), jobs: int | None = None
) -> None:
    """Run the batch, say what came of it, and leave with its exit code."""
    from salesgap.batch.run import run_batch

    records = run_batch(params_file, output, managers=managers, jobs=jobs).records
    failed = [record for record in records if not record.made]
    for record in failed:
        typer.echo(f"salesgap: {record.kind} {record.id} failed: {record.reason}", err=True)
    made = [record for record in records if record.made]
    packs = sum(record.kind == "pack" for record in made)
    summaries = len(made) - packs
    typer.echo(f"{output}: packs {packs}, region summaries {summaries}, failed {len(failed)}")
    if failed:
        typer.echo(f"the reasons are above and in {output / 'manifest.json'}")
        raise typer.Exit(3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``salesgap`` and leave the process with its exit code; errors are one line each."""
    sys.exit(_exit_code(list(sys.argv[1:] if arguments is None else arguments)))


def _exit_code(arguments: list[str]) -> int:
    debug = "--debug" in arguments  # wherever it stands
    rest = [argument for argument in arguments if argument != "--debug"] or ["--help"]
    try:
        code = app(rest, prog_name="salesgap", standalone_mode=False)
    except (SalesgapError, typer.TyperException) as error:
        if debug:
            traceback.print_exc()
        message = str(error) if isinstance(error, SalesgapError) else error.format_message()
        return _complain(message, error.exit_code)
    except Exception as error:
        if debug:
            traceback.print_exc()
            return 1
        return _complain(f"unexpected {type(error).__name__}: {error} → run again with --debug", 1)
    return _complain("interrupted", 130) if code == 130 else int(code or 0)


def _complain(message: str, code: int) -> int:
    """One line on standard error; the code it ends with."""
    typer.echo(f"salesgap: {' '.join(message.split())}", err=True)
    return code
