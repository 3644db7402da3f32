"""A run's parameters: one YAML file, strict, frozen once read.

An unknown key is an error, every key has a default or a clear message, and paths are relative
to the params file. ``describe()`` lists them all; ``salesgap params`` prints that list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from salesgap.brand import read_faces, read_logo
from salesgap.crm.reading.profile import profile_names
from salesgap.crm.reading.style import DayOrder, DecimalSign
from salesgap.crm.tables import TABLES, folded
from salesgap.errors import ParamsError, nearest

Phase = Literal["early", "late"]
Status = Literal["open", "won", "lost"]

FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 12, 31)
"""The days a run may be as of."""


def plausible(day: date) -> date:
    """``day``, if a run may be as of it. Raises ``ValueError``."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


def _plausible_if_given(day: date | None) -> date | None:
    return None if day is None else plausible(day)


def _written_day(value: object) -> object:
    """A day as YAML or a person writes it; a number would be taken for seconds since 1970."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and "-" in value else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise ValueError("write the day like 2026-06-30")


Day = Annotated[date, BeforeValidator(_written_day)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_flag(cls, value: object) -> object:
        if isinstance(value, bool):  # pydantic would read it as 1 or 0
            raise ValueError("true, false, yes and no are no value here; put a name in quotes")
        return value


_SELECTS = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from)\b", re.I | re.S)


_FILE_URL = re.compile(r"((?:sqlite|duckdb)(?:\+\w+)?:///)(?![/$])(.+)")


class TableSource(_Frozen):
    """Where one canonical table comes from, when it is not the profile's usual file."""

    file: str | None = Field(None, description="file name inside source.folder")
    columns: dict[str, str] = Field(
        default_factory=dict, description="canonical column: the export's column"
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="canonical column: one value for every row"
    )
    table: str | None = Field(
        None, description="of a database: the table or view, with its schema if need be"
    )
    query: str | None = Field(None, description="of a database: a select, instead of a table")
    dates: DayOrder | None = Field(
        None, description="day first or month first, where no cell of a column tells"
    )
    decimal: DecimalSign | None = Field(
        None, description="point or comma, where no cell of a column tells"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.table is not None and self.query is not None:
            raise ValueError("give either table or query, and not both")
        if self.query is not None and not _SELECTS.match(self.query):
            raise ValueError("query must be a select, or a with that ends in one")
        return self


class Simulated(_Frozen):
    """A simulated organisation instead of an export."""

    seed: int = Field(
        1,
        ge=0,
        description="the same seed, until, fiscal year and managers give the same organisation",
    )
    managers: int = Field(14, ge=2, le=400, description="how many sales managers")
    until: Annotated[Day | None, AfterValidator(_plausible_if_given)] = Field(
        None,
        description="the day of its export, on or after as_of: with it, another as_of looks at the "
        "same organisation on another day (docs/batch.md: A second period); left out: as_of",
    )


def _known_tables(tables: dict[str, TableSource]) -> dict[str, TableSource]:
    for name, table in tables.items():
        _one_of(name, TABLES, "table")
        known = {column.name for column in TABLES[name].columns}
        for column in (*table.columns, *table.constants):
            _one_of(column, known, f"column of {name}")
    return tables


def _known_profile(name: str) -> str:
    _one_of(name, profile_names(), "profile")
    return name


def _path_or_url(place: Path | str | None) -> Path | str | None:
    """A URL stays text: as a path it would lose one of its slashes."""
    return Path(place) if isinstance(place, str) and "://" not in place else place


_Place = Annotated[
    str | Path | None, Field(union_mode="left_to_right"), AfterValidator(_path_or_url)
]


class Source(_Frozen):
    """The export: a folder in one CRM's layout, a database, or a simulated organisation."""

    profile: Annotated[str, AfterValidator(_known_profile)] | None = Field(
        None,
        description="whose file and column names the export uses: "
        f"{', '.join(profile_names())}; left out: told by its files and headers",
    )
    folder: _Place = Field(
        None,
        description="the export's folder, relative to this file; also a URL such as "
        "s3://bucket/export",
    )
    url: SecretStr | None = Field(
        None,
        description="a database instead of a folder, as a SQLAlchemy URL; ${NAME} is taken from "
        "the environment (see docs/sql.md)",
    )
    tables: Annotated[dict[str, TableSource], AfterValidator(_known_tables)] = Field(
        default_factory=dict, description="tables that differ from the profile"
    )
    simulated: Simulated | None = Field(None, description="simulate the export instead")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(place is not None for place in (self.folder, self.url, self.simulated)) != 1:
            raise ValueError("give one of folder (an export), url (a database) and simulated")
        for name, table in self.tables.items():
            if self.url is not None and table.file is not None:
                raise ValueError(f"tables.{name}.file is of a folder; a url has table or query")
        return self


class Stage(_Frozen):
    """One stage of that CRM, as it spells it."""

    name: Annotated[str, AfterValidator(folded)] = Field(
        description="the stage's name in the export"
    )
    status: Status = Field(description="open, won or lost")
    phase: Phase | None = Field(
        None, description="early: before the proposal; late: from the proposal on (open stages)"
    )


class Method(_Frozen):
    """The assumptions behind the numbers. They are printed in every pack."""

    close_share: float = Field(0.5, gt=0, le=1, description="part of a gap that is closed")
    close_weeks: int = Field(8, ge=0, le=52, description="weeks it takes to close that part")
    lookback_months: int = Field(24, ge=3, le=60, description="trailing window of the drivers")
    ramp_months: int = Field(6, ge=0, le=24, description="months until a new rep is on full quota")
    vacancy_weeks: int = Field(10, ge=0, le=52, description="weeks until an empty seat is filled")
    false_gap_rate: float = Field(
        0.05, gt=0, le=0.5, description="share of managers without a gap who may be told of one"
    )
    draws: int = Field(1000, ge=200, le=20000, description="simulation draws")
    seed: int = Field(1, ge=0, description="seed of every random draw")


class Brand(_Frozen):
    """Whose pack it is."""

    name: str = Field("", description="printed in the footer")
    colour: str = Field(
        "#b23c17", pattern=r"^#[0-9a-fA-F]{6}$", description="accent colour, #rrggbb"
    )
    logo: Path | None = Field(
        None,
        description="a PNG, JPEG or SVG file, relative to this file, printed small at the head of "
        "page 1; needs a name, which is what it says to who cannot see it",
    )
    typeface: Path | None = Field(
        None,
        description="a folder, relative to this file, with the .ttf or .otf files of one family: "
        "regular and bold, italic if there is one",
    )

    @model_validator(mode="after")
    def _named_logo(self) -> Self:
        if self.logo is not None and not self.name.strip():
            raise ValueError("a logo needs the brand's name beside it, for who cannot see it")
        return self


SECTIONS = (
    "one-gap",
    "stack-rank",
    "pipeline",
    "one-to-ones",
    "cadence",
    "how-made",
    "five-minute-exercise",
)
"""The sections of a pack in their usual order."""
_FIRST, _LAST = SECTIONS[0], SECTIONS[-2:]


def _usable_sections(sections: tuple[str, ...]) -> tuple[str, ...]:
    for name in sections:
        _one_of(name, SECTIONS, "section")
    twice = {name for name in sections if sections.count(name) > 1}
    if twice:
        raise ValueError(f"named twice: {', '.join(sorted(twice))}")
    faults = []
    if sections and sections[0] != _FIRST:
        faults.append(f"{_FIRST} comes first, and cannot be left out")
    if sections and _LAST[0] not in (sections[-1:] if _LAST[1] not in sections else sections[-2:]):
        faults.append(
            f"{_LAST[0]} cannot be left out; it comes last, and only {_LAST[1]} may follow it"
        )
    if faults:
        raise ValueError("; ".join(faults))
    return sections


class Report(_Frozen):
    """How the pages are set."""

    paper: Literal["a4", "letter"] = Field("a4", description="paper size")
    locale: str = Field("en_GB", description="how numbers and dates are written (Babel)")
    brand: Brand = Field(
        default_factory=Brand, description="name, accent colour, logo and typeface"
    )
    sections: Annotated[tuple[str, ...], AfterValidator(_usable_sections)] = Field(
        (),
        description=f"the pack's sections in their order, of {', '.join(SECTIONS)}; {_FIRST} comes "
        f"first, {_LAST[0]} last (only {_LAST[1]} may follow it), and neither can be left out; "
        "without this key: all",
    )
    encrypt: Path | None = Field(
        None,
        description="CSV file with the header id,password, relative to this file: one line a "
        "manager (person_id) and one a region (its name); their PDFs open with that only",
    )

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        from babel import Locale, UnknownLocaleError

        try:
            Locale.parse(value)
        except (UnknownLocaleError, ValueError):
            raise ValueError(f"{value!r} is no locale; write it like en_GB or de_DE") from None
        return value


class Batch(_Frozen):
    """How a batch runs."""

    jobs: int | Literal["auto"] = Field("auto", description="packs at once; auto: one a core")
    timeout_s: int = Field(120, ge=5, description="seconds one notebook may take")
    memory_mb: int = Field(
        2048, ge=512, description="megabytes that one notebook may hold, with all that it starts"
    )

    @field_validator("jobs", mode="before")
    @classmethod
    def _positive(cls, value: object) -> object:
        if value == "auto" or (isinstance(value, int) and value >= 1):
            return value
        raise ValueError("must be a whole number of at least 1, or auto")


def _shares_of_a_year(shares: tuple[float, ...]) -> tuple[float, ...]:
    if len(shares) not in (0, 4, 12) or any(not 0 <= share < float("inf") for share in shares):
        raise ValueError("give 4 shares (quarters) or 12 (months), none below 0")
    if shares and not sum(shares):
        raise ValueError("at least one share must be above 0")
    return shares


class Params(_Frozen):
    """One run."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="name of the run: letters, digits, . _ -",
    )
    as_of: Annotated[Day, AfterValidator(plausible)] = Field(
        description="everything is as of the end of this day; never today"
    )
    fiscal_year_start_month: int = Field(1, ge=1, le=12, description="1 is January")
    fiscal_year_end: Day | None = Field(
        None, description="left out: the end of the fiscal year that as_of lies in"
    )
    previous_as_of: Annotated[Day | None, AfterValidator(_plausible_if_given)] = Field(
        None,
        description="as_of of the last packs, from which the pipeline is walked; left out: the "
        "eve of the fiscal quarter, or of the one before within its first 14 days",
    )
    last_run: Path | None = Field(
        None,
        description="output folder of the last run, relative to this file: the packs stay with "
        "its gaps until they are closed or clearly beaten, and say what became of them",
    )
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217, one a run")
    rates: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Rate | dict[Day, Rate]] = Field(
        default_factory=dict,
        description="currency of a deal: what one of it is worth in the run's, always or from "
        "each of several days on; left out: deals in another currency are set aside",
    )
    regions: tuple[Annotated[str, AfterValidator(folded)], ...] = Field(
        (), description="left out: all regions"
    )
    quota_split: Annotated[tuple[float, ...], AfterValidator(_shares_of_a_year)] = Field(
        (),
        description="how a yearly quota is split: 4 shares for quarters or 12 for months; left "
        "out: the same each day",
    )
    source: Source = Field(description="where the data are")
    stages: tuple[Stage, ...] = Field(description="the CRM's stages, in order")
    method: Method = Field(default_factory=Method, description="assumptions, printed in the pack")
    report: Report = Field(default_factory=Report, description="how the pages are set")
    batch: Batch = Field(default_factory=Batch, description="how a batch runs")

    @field_validator("stages")
    @classmethod
    def _usable_stages(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        names = [stage.name.casefold() for stage in stages]
        twice = {s.name for s in stages if names.count(s.name.casefold()) > 1}
        if twice:
            raise ValueError(f"named twice (case does not count): {', '.join(sorted(twice))}")
        for status in ("open", "won"):
            if not any(stage.status == status for stage in stages):
                raise ValueError(f"no stage has status {status}")
        phases = {stage.phase for stage in stages if stage.status == "open"}
        if phases not in ({None}, {"late"}, {"early", "late"}):
            raise ValueError(
                "give each open stage a phase, early or late, or none at all; at least one late"
            )
        return stages

    @model_validator(mode="after")
    def _as_of_in_year(self) -> Self:
        inside = "choose an as_of inside the fiscal year"
        if self.as_of > self.year_end:
            raise ValueError(
                f"as_of {self.as_of} is after the fiscal year end {self.year_end}: {inside}"
            )
        if self.as_of < self.year_start:
            raise ValueError(
                f"as_of {self.as_of} is before the fiscal year start {self.year_start}: {inside}"
            )
        return self

    @model_validator(mode="after")
    def _as_of_simulated(self) -> Self:
        until = self.source.simulated and self.source.simulated.until
        if until and self.as_of > until:
            raise ValueError(
                f"as_of {self.as_of} is after source.simulated.until {until}: simulate until that "
                "day or a later one"
            )
        return self

    @model_validator(mode="after")
    def _previous_before_as_of(self) -> Self:
        if self.previous_as_of is not None and self.previous_as_of >= self.as_of:
            raise ValueError(
                f"previous_as_of {self.previous_as_of} is not before as_of {self.as_of}: give the "
                "as_of of the packs before these"
            )
        return self

    def rate(self, currency: str, day: date) -> float | None:
        """What one of ``currency`` was worth in the run's on ``day``; none if it is not said."""
        said = self.rates.get(currency)
        if not isinstance(said, dict):
            return said
        known = [start for start in said if start <= min(day, self.as_of)]
        return said[max(known)] if known else None

    @property
    def year_end(self) -> date:
        """Last day of the fiscal year."""
        if self.fiscal_year_end is not None:
            return self.fiscal_year_end
        return (self._start_of_derived_year() + pd.DateOffset(years=1, days=-1)).date()

    @property
    def year_start(self) -> date:
        """First day of the fiscal year."""
        next_start = pd.Timestamp(self.year_end) + pd.DateOffset(days=1)
        return (next_start - pd.DateOffset(years=1)).date()

    def _start_of_derived_year(self) -> pd.Timestamp:
        year = self.as_of.year - (self.as_of.month < self.fiscal_year_start_month)
        return pd.Timestamp(year, self.fiscal_year_start_month, 1)


def load_params(path: str | Path) -> Params:
    """The params in a YAML file, with its paths made absolute.

    Raises ``ParamsError`` naming the file, the key and the mend; a logo or a typeface that cannot
    be used is told here, before anything is made.
    """
    path = Path(path)
    raw = _read_yaml(path)
    if not isinstance(raw, dict):
        raise ParamsError("holds no keys", where=str(path), do="start from 'salesgap params'")
    try:
        params = Params.model_validate(raw)
    except ValidationError as error:
        raise _readable(error, path) from None
    return _with_absolute_paths(params, path.resolve().parent)


def _read_yaml(path: Path) -> object:
    if path.is_dir():
        raise ParamsError("is a folder", where=str(path), do="name the YAML file in it")
    try:
        return yaml.safe_load(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ParamsError("no such file", where=str(path), do="check the path") from None
    except UnicodeDecodeError:
        raise ParamsError(
            "is not UTF-8 text", where=str(path), do="save it again with the encoding UTF-8"
        ) from None
    except OSError as error:
        raise ParamsError(f"cannot be read ({error.strerror})", where=str(path)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _no_yaml(error, path) from None


def _no_yaml(error: Exception, path: Path) -> ParamsError:
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    why = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    return ParamsError(
        f"cannot be read as YAML{line} ({why})",
        where=str(path),
        do="check the indentation, the quotes and the brackets there"
        + ("; indent with blanks, not tabs" if "\\t" in str(why) else ""),
    )


def describe() -> Iterator[tuple[str, str, str]]:
    """Every key as ``(dotted name, default, meaning)``, in the order of the file."""
    yield from _describe(Params, "")


def _describe(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        inner = _inner_model(field.annotation)
        if inner is not None:
            yield key, "", field.description or ""
            yield from _describe(inner, f"{key}.")
        else:
            yield key, _default(field), field.description or ""


_NESTED: tuple[type[BaseModel], ...] = (Source, Simulated, Method, Report, Brand, Batch)
_MODELS: tuple[type[BaseModel], ...] = (Params, *_NESTED, TableSource, Stage)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    for model in _NESTED:
        if annotation is model or annotation == (model | None):
            return model
    return None


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "left out" if value in (None, (), {}) else str(value)


def _one_of(name: str, known: Any, kind: str) -> None:
    if name not in known:
        near = nearest([name], known)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
        raise ValueError(f"{name!r} is no {kind}; {hint}")


_WHOLE = "must be a whole number"
_KEYS = "must hold keys of its own, one a line and indented, not a single value"
_PLAIN = {
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be text; put it in quotes",
    "tuple_type": "must be a list: [one, another], or one a line after a dash",
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "date_type": "write the day like 2026-06-30",
}


def _readable(error: ValidationError, path: Path) -> ParamsError:
    lines = [_explain(detail) for detail in error.errors()]
    return ParamsError("; ".join(lines), where=str(path), do="'salesgap params' lists every key")


def _explain(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "params"
    if detail["type"] == "extra_forbidden":
        known = [name for model in _MODELS for name in model.model_fields]
        near = nearest([str(detail["loc"][-1])], known)
        return f"{key}: unknown key" + (f" (did you mean {near[0]}?)" if near else "")
    if detail["type"] == "missing":
        return f"{key}: is required"
    plain = _PLAIN.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    return f"{key}: {plain}"


def _with_absolute_paths(params: Params, base: Path) -> Params:
    report = params.report.model_copy(
        update={
            "brand": _found(params.report.brand, base),
            "encrypt": _absolute(params.report.encrypt, base),
        }
    )
    changed = {
        "last_run": _absolute(params.last_run, base),
        "source": params.source.model_copy(
            update={
                "folder": _folder(params.source.folder, base),
                "url": _from_here(params.source.url, base),
            }
        ),
        "report": report,
    }
    return params.model_copy(update=changed)


def _folder(place: Path | str | None, base: Path) -> Path | str | None:
    return place if isinstance(place, str) else _absolute(place, base)


def _from_here(url: SecretStr | None, base: Path) -> SecretStr | None:
    """The URL of a database in a file, its path made absolute; any other as it is."""
    told = url and _FILE_URL.fullmatch(url.get_secret_value())
    return SecretStr(f"{told[1]}{(base / told[2]).resolve()}") if told else url


def _found(brand: Brand, base: Path) -> Brand:
    """``brand`` with its files, which are there and fit to be printed."""
    logo, typeface = _absolute(brand.logo, base), _absolute(brand.typeface, base)
    if logo is not None:
        read_logo(logo)
    if typeface is not None:
        read_faces(typeface)
    return brand.model_copy(update={"logo": logo, "typeface": typeface})


def _absolute(path: Path | None, base: Path) -> Path | None:
    return None if path is None else (base / path).resolve()
