"""Scenarios: what a request costs while one thing changes (docs/benchmarks.md)."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from bench.load import Flow, Result, drive, make_request
from bench.measurements import Load, naming
from bench.report import Case, ScenarioReport
from bench.seeding import CREATE_ORGANIZATION, Api, Data, Person, Sizes, join, seed
from bench.servers import (
    UNGROUPED,
    Program,
    get_port,
    migrate,
    read_processor_time,
    serving_tenantry,
)
from bench.workloads import create_organization
from tests.support.api import operation
from tests.support.processes.commands import TENANTRY, Server

# Members of the organizations whose permission checks are compared with those of the large one.
SMALL = (1, 10)
PAGE_SIZE = 50
LARGEST_PAGE = 100
# How many times each case runs, in turns with the others.
ROUNDS = 5
# What "costs the same" means.
TOLERANCE = 0.10
WRITERS = 64
WARM_UP_SECONDS = 1.0
PERMISSION = "org:sys_memberships:manage"
PAGE = """query Page($organizationId: ID!, $first: Int!, $after: String) {
  organization(by: { id: $organizationId }) { memberships(first: $first, after: $after) {
    nodes { id createdAt role { key name } user { id identifier firstName lastName imageUrl } }
    pageInfo { hasNextPage endCursor } } } }"""


class Scenario(Enum):
    SCALING = "scaling"
    WRITERS = "writers"


@dataclass
class Measured:
    """A case while it is measured."""

    name: str
    flows: Iterator[Flow]
    result: Result = field(default_factory=Result)
    processor: float = 0.0

    async def run(self, server: Server, load: Load) -> None:
        """Runs the case once more."""
        used = read_processor_time(server)
        result = await drive(get_port(server), self.flows, load.connections, load.seconds)
        self.processor += read_processor_time(server) - used
        self.result.times += result.times
        self.result.seconds += result.seconds

    def to_case(self) -> Case:
        milliseconds = (self.result.percentile(0.5) * 1000, self.result.percentile(0.99) * 1000)
        processor = self.processor / len(self.result.times) * 1000
        return Case(self.name, self.result.per_second, *milliseconds, processor)


async def measure_in_turns(server: Server, cases: list[Measured], load: Load) -> list[Case]:
    """Runs the cases in turns, so that whatever disturbs the machine disturbs all of them."""
    warm_up = Load(load.connections, min(WARM_UP_SECONDS, load.seconds))
    for case in cases:
        await Measured(case.name, case.flows).run(server, warm_up)
    part = Load(load.connections, load.seconds / ROUNDS)
    for _ in range(ROUNDS):
        for case in cases:
            await case.run(server, part)
    return [case.to_case() for case in cases]


# ----------------------------------------------------------------------------------------- scaling


def check_permission(person: Person, organization_id: str) -> Iterator[Flow]:
    document = operation("check-permission")
    given = {"organizationId": organization_id, "permission": PERMISSION}

    def check() -> Flow:
        found = yield make_request(document, person.authorization, **given)
        assert found["checkPermission"]["allowed"] is True, found

    return (check() for _ in itertools.count())


def read_page(
    person: Person, organization_id: str, size: int, after: str | None = None
) -> Iterator[Flow]:
    given = {"organizationId": organization_id, "first": size, "after": after}

    def read() -> Flow:
        found = yield make_request(PAGE, person.authorization, **given)
        assert len(found["organization"]["memberships"]["nodes"]) == size, found

    return (read() for _ in itertools.count())


async def create_organizations(api: Api, data: Data) -> dict[int, str]:
    """Creates organizations of the small sizes, with the first caller; returns their IDs."""
    ids: dict[int, str] = {}
    fellows = next(iter(data.fellows.values()))
    for size in SMALL:
        given = {"name": f"With {size} members", "maxAllowedMemberships": 0}
        ids[size] = (await api.send(CREATE_ORGANIZATION, given))["organization"]["id"]
        await join(api, ids[size], [data.callers[0].id], "org:admin")
        await join(api, ids[size], fellows[: size - 1])
    return ids


async def find_end(api: Api, data: Data, page: int) -> str | None:
    """Reads pages of the large organization; returns where the last one of so many ends."""
    after = None
    for _ in range(page):
        given = {"organizationId": data.large_id, "first": PAGE_SIZE, "after": after}
        found = await api.query(PAGE, given)
        after = found["organization"]["memberships"]["pageInfo"]["endCursor"]
    return after


async def measure_scaling(
    server: Server, data: Data, sizes: Sizes, load: Load
) -> tuple[list[Case], list[str]]:
    """Compares permission checks by the size of the organization, and pages by place and size."""
    person, last = data.callers[0], sizes.members // PAGE_SIZE
    api = Api(server.url)
    ids = await create_organizations(api, data) | {sizes.members: data.large_id}
    end = await find_end(api, data, last - 1)
    await api.client.aclose()
    checks = [
        Measured(f"W4 with {count_members(size)}", check_permission(person, id))
        for size, id in ids.items()
    ]
    places = {
        (1, PAGE_SIZE): None,
        (last, PAGE_SIZE): end,
        (1, 1): None,
        (1, LARGEST_PAGE): None,
    }
    pages = [
        Measured(
            f"W2 page {page} of {count_members(size)}",
            read_page(person, data.large_id, size, after),
        )
        for (page, size), after in places.items()
    ]
    with naming("W4"):
        checked = await measure_in_turns(server, checks, load)
    with naming("W2"):
        read = await measure_in_turns(server, pages, load)
    first, end_page, small, large = read
    row = (large.processor - small.processor) / (LARGEST_PAGE - 1)
    findings = [*(compare(checked[0], other) for other in checked[1:]), compare(first, end_page)]
    findings.append(
        f"{small.name}: {small.processor:.2f} ms, and {row * 1000:.0f} µs for each more row"
    )
    return [*checked, *read], findings


def count_members(number: int) -> str:
    return f"{number:,} member{'s' if number > 1 else ''}"


def compare(first: Case, other: Case) -> str:
    """Says whether two cases cost the same processor time for each request."""
    difference = other.processor / first.processor - 1
    verdict = "the same" if abs(difference) <= TOLERANCE else "not the same"
    return f"{other.name}: {difference:+.1%} against {first.name}: {verdict}"


# ----------------------------------------------------------------------------------------- writers


async def measure_writers(server: Server, name: str, load: Load) -> list[Case]:
    """Measures many concurrent writers of organizations, and one alone."""
    flows = create_organization(Data([], [], "", 0.0, {}))
    cases: list[Case] = []
    for writers in (WRITERS, 1):
        case = Measured(f"{writers} writer{'s' if writers > 1 else ''}{name}", flows)
        with naming(case.name):
            cases += await measure_in_turns(server, [case], Load(writers, load.seconds))
    return cases


def measure_writers_of_programs(database: str, folder: Path, load: Load) -> ScenarioReport:
    """Measures writers with group commit and without; PostgreSQL groups commits by itself."""
    report = ScenarioReport(Scenario.WRITERS.value, database)
    programs: Mapping[str, Program] = (
        {" with group commit": (TENANTRY,), " without group commit": UNGROUPED}
        if database == "sqlite"
        else {"": (TENANTRY,)}
    )
    for name, program in programs.items():
        with serving_tenantry(folder, program) as server:
            report.cases += asyncio.run(measure_writers(server, name, load))
    if database == "sqlite":
        grouped, lone, ungrouped, lone_ungrouped = report.cases
        report.findings = [
            f"{WRITERS} writers with group commit: {grouped.per_second / ungrouped.per_second:.1f}"
            f" times as many requests/s as without",
            f"1 writer: p50 {lone.p50:.2f} ms with group commit, {lone_ungrouped.p50:.2f} without",
        ]
    return report


def measure_scenario(
    scenario: Scenario, database: str, url: str, folder: Path, sizes: Sizes, load: Load
) -> ScenarioReport:
    migrate(url)
    if scenario is Scenario.WRITERS:
        return measure_writers_of_programs(database, folder, load)
    with serving_tenantry(folder) as server:
        data = asyncio.run(seed(server.url, sizes))
        cases, findings = asyncio.run(measure_scaling(server, data, sizes, load))
    return ScenarioReport(scenario.value, database, cases, findings)
