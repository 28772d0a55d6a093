"""What was measured, as a table."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bench.fan_out import SUBSCRIBERS
from bench.floor import PARSERS

WIDTH = 170
# W9 in messages per second: what is needed and aimed at, where the floor is FLOOR requests per
# second.
NEEDED_MESSAGES, AIMED_MESSAGES, FLOOR = 8_000, 15_000, 7_000


@dataclass
class Row:
    """What is known of a workload after it was run; times are in milliseconds."""

    workload: str
    description: str
    per_second: float
    p50: float
    p99: float
    # Processor time of the server, and statements, for each flow.
    processor: float
    statements: float
    # How many flows the floors answer in a second, by parser.
    floors: dict[str, float]
    needed: float
    aim: float
    ratios: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.ratios = {parser: self.per_second / floor for parser, floor in self.floors.items()}

    def judge(self, parser: str) -> str:
        ratio = self.ratios[parser]
        if ratio >= self.aim:
            return f"{ratio:.2f} [green]aim[/]"
        return f"{ratio:.2f} " + ("[green]needed[/]" if ratio >= self.needed else "[red]below[/]")


@dataclass
class Report:
    """What was measured on one database."""

    database: str
    rows: list[Row] = field(default_factory=list[Row])
    memberships_per_second: float = 0.0
    messages_per_second: float | None = None
    memory_mb: float = 0.0
    cold_start_ms: float = 0.0


@dataclass
class Case:
    """One case of a scenario; times are in milliseconds."""

    name: str
    per_second: float
    p50: float
    p99: float
    # Processor time of the server for each request.
    processor: float


@dataclass
class ScenarioReport:
    """The cases of a scenario on one database, and what their comparison says."""

    scenario: str
    database: str
    cases: list[Case] = field(default_factory=list[Case])
    findings: list[str] = field(default_factory=list[str])


def make_table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="right" if name else "left")
    return table


def show(report: Report) -> None:
    floors = [column for parser in PARSERS for column in (f"{parser}/s", "ratio")]
    columns = ("", "flows/s", "p50 ms", "p99 ms", "CPU ms", "statements", *floors, "needed / aim")
    table = make_table(f"Tenantry on {report.database}", *columns)
    for row in report.rows:
        numbers = (row.p50, row.p99, row.processor, row.statements)
        compared = [
            cell
            for parser, floor in row.floors.items()
            for cell in (f"{floor:,.0f}", row.judge(parser))
        ]
        table.add_row(
            f"{row.workload} {row.description}",
            f"{row.per_second:,.0f}",
            *(f"{number:.2f}" for number in numbers),
            *compared,
            f"{row.needed} / {row.aim}",
        )
    console = Console(width=WIDTH)
    console.print(table)
    if report.messages_per_second is not None:
        console.print(
            f"W9: {report.messages_per_second:,.0f} messages/s to {SUBSCRIBERS} subscribers"
            f" (needed {NEEDED_MESSAGES:,} and aimed at {AIMED_MESSAGES:,}"
            f" where the floor is {FLOOR:,} requests/s)"
        )
    console.print(
        f"{report.memberships_per_second:,.0f} memberships/s imported;"
        f" {report.memory_mb:.0f} MB after load; cold start {report.cold_start_ms:.0f} ms"
    )


def show_scenario(report: ScenarioReport) -> None:
    title = f"{report.scenario.capitalize()} on {report.database}"
    table = make_table(title, "", "requests/s", "p50 ms", "p99 ms", "CPU ms")
    for case in report.cases:
        numbers = (case.p50, case.p99, case.processor)
        table.add_row(case.name, f"{case.per_second:,.0f}", *(f"{one:.2f}" for one in numbers))
    console = Console(width=WIDTH)
    console.print(table)
    for finding in report.findings:
        console.print(finding)
