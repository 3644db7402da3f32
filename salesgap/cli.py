"""The commands. Each reads its arguments, calls one function, and prints what came of it."""

from __future__ import annotations

import shutil
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesgap import __version__
from salesgap.errors import ParamsError, SalesgapError

if TYPE_CHECKING:
    from salesgap.batch.plan import Choice
    from salesgap.crm.proposing.propose import Proposal

app = typer.Typer(
    name="salesgap",
    help="Coaching packs for sales managers, from a CRM export.",
    epilog="Exit code 0: all made; 2: params, data, passwords or output unusable; 3: some failed, "
    "the others are there.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ParamsFile = Annotated[Path, typer.Argument(metavar="PARAMS", help="The run's YAML file.")]
_OPEN = "to settle: "
_SEED = "The same seed, managers and day: the same organisation. Another day: another one."
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
    """Make the packs of a simulated organisation, a quarter ago and now.

    Those of now say what became of the gaps of a quarter ago, whose packs lie in DIR-before and
    are made again only if something they are made from has changed.
    """
    from salesgap.batch.folder import refuse_others
    from salesgap.resources import workbook_folder

    refuse_others(output)
    params, before = workbook_folder() / "params", Path(f"{output.resolve()}-before")
    typer.echo(f"1 of 2: the packs of a quarter ago, into {before}")
    _run(params / "demo-before.yml", before, choice="changed", jobs=jobs)
    typer.echo(f"2 of 2: the packs of now, into {output}; they say what became of those gaps")
    _run(params / "demo.yml", output, last_run=before, jobs=jobs)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    export: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="EXPORT",
            help="A file of your export or a folder of them, copied into DIR/data; a params file "
            "is proposed from it. May be repeated.",
        ),
    ] = None,
) -> None:
    """Start a workbook: notebooks, templates, params and plays, ready to edit."""
    from salesgap.starter import new_workbook, workbook_from

    if export:
        _say_proposed(*workbook_from(folder, export))
        return
    new_workbook(folder)
    typer.echo(f"{folder}: edit params/example.yml, put the export into data/; README.md goes on")


def _say_proposed(proposal: Proposal, path: Path) -> None:
    """What was recognised, what is open, and how to go on."""
    typer.echo(f"{path}: proposed; read as {proposal.profile} ({proposal.why})")
    for question in proposal.questions():
        typer.echo(f"  ? {' '.join(question.split())}")
    first = "" if proposal.is_sure else "confirm or correct the lines marked ASK, then "
    typer.echo(f"next: {first}salesgap check {path}")


@app.command()
def check(
    params: Annotated[
        Path,
        typer.Argument(
            metavar="PARAMS",
            help="The run's YAML file; or the folder of an export, to propose one.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Default: output/<name of the run>.")
    ] = None,
) -> None:
    """Read the sources; print and write what was accepted, set aside and missing.

    Of the folder of an export, propose a params file instead, and write it.
    """
    if params.is_dir():
        from salesgap.starter import propose_params

        _say_proposed(*propose_params(params, output or Path(), params.resolve().name))
        return
    from salesgap.batch.files import publish_bytes
    from salesgap.batch.folder import QUARANTINE, held
    from salesgap.batch.passwords import read_passwords
    from salesgap.crm.checking.report import quality_text
    from salesgap.crm.freeze import survey, write_quarantine
    from salesgap.crm.proposing.reminders import reminders
    from salesgap.data_check import report_files
    from salesgap.last import read_last_run
    from salesgap.params import load_params
    from salesgap.resources import workbook_of

    run = load_params(params)
    if run.last_run:
        read_last_run(run.last_run, run.as_of)
    if run.report.encrypt:
        read_passwords(run.report.encrypt)
    snapshot = survey(run)
    text = quality_text(snapshot.report)
    folder = output or _default_output(params)
    with held(folder):
        shutil.rmtree(folder / QUARANTINE, ignore_errors=True)
        write_quarantine(snapshot, folder / QUARANTINE)
        files = report_files(snapshot.report, run, workbook_of(params) / "templates")
        for name, content in files.items():
            publish_bytes(content, folder / name)
    typer.echo(f"{text}\n")
    for line in reminders(params, run):
        typer.echo(f"{_OPEN}{line}\n")
    typer.echo(f"written to {folder}")
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
def batch(  # noqa: PLR0913, PLR0917  # its arguments are the command's options
    params: ParamsFile,
    output: Annotated[
        str,
        typer.Option(metavar="DIR", help="Where the packs go; also a URL such as s3://bucket/run."),
    ],
    manager: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this manager, no region summaries; may be repeated."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only what is missing or whose inputs changed.")
    ] = False,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only what failed last time, or was not reached.")
    ] = False,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made and why; write nothing.")
    ] = False,
    jobs: Jobs = None,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Make them on a Dask cluster: tcp://HOST:PORT of one that runs, or local:N for "
            "one of N processes here. Needs salesgap[cluster].",
        ),
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print failures only.")] = False,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Add a line a pack, without names.")
    ] = None,
) -> None:
    """Make every manager's pack, and the region summaries."""
    ids = tuple(manager or ())
    _refuse_both(
        {"--resume": resume, "--only-failed": only_failed},
        {"--only-failed": only_failed, "--manager": bool(ids)},
        {"--dry-run": dry, "--quiet": quiet},
        {"--dry-run": dry, "--log": log is not None},
        {"--dry-run": dry, "--cluster": bool(cluster)},
        {"--jobs": jobs is not None, "--cluster": bool(cluster)},
    )
    choice: Choice = "changed" if resume else "failed" if only_failed else "all"
    if dry:
        _dry_run(params, output, ids, choice)
    else:
        options: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "quiet": quiet, "log": log}
        _run(params, output, managers=ids, choice=choice, **options)


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
    seed: Annotated[int, typer.Option(min=0, help=_SEED)] = 1,
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


def _refuse_both(*pairs: Mapping[str, bool]) -> None:
    """Raise where both options of a pair are given."""
    for pair in pairs:
        if all(pair.values()):
            one, other = pair
            raise ParamsError(
                f"{one} and {other} contradict each other", do="leave one of them out"
            )


def _dry_run(params_file: Path, output: str, managers: Sequence[str], choice: Choice) -> None:
    from salesgap.batch.closing import planned_lines
    from salesgap.batch.run import dry_run

    for line in planned_lines(dry_run(params_file, output, managers=managers, choice=choice)):
        typer.echo(line)


def _run(params_file: Path, output: Path | str, *, quiet: bool = False, **options: Any) -> None:
    """Run the batch, say what came of it, and leave with its exit code."""
    from salesgap.batch.closing import closing_lines, totals
    from salesgap.batch.run import run_batch

    outcome = run_batch(params_file, output, quiet=quiet, **options)
    failed = [record for record in outcome.records if not record.made]
    for record in failed:
        typer.echo(f"salesgap: {record.kind} {record.id} failed: {record.reason}", err=True)
    if not quiet:
        told = (f"{_OPEN}{line}" for line in outcome.reminders)
        for line in (*closing_lines(outcome), *told, f"{output}: {totals(outcome)}"):
            typer.echo(line)
    if failed:
        typer.echo(f"the reasons are above and in {output}/manifest.json", err=quiet)
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
