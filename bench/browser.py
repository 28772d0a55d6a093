"""What a person at a browser waits for: `python -m bench.browser --minutes 3`.

It starts a development server on a fresh SQLite database, and a Chromium with a page of the React
package. The times are those of the page: from the click, or from the moment before the change is
sent, until the frame that shows it. This program answers what the page loads, which adds some
milliseconds to the first opening of the panel.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.browser.react_page import Site, Tab, build
from tests.browser.support import SECRET_KEY
from tests.support.processes.commands import started
from tests.support.servers.chromium import chromium

PAGE = Path(__file__).with_name("page")
MANY = 1_000
ROWS = 100
# How often each of the tabs reads its token, as a page does that asks its own server.
TABS, READ_MILLISECONDS = 5, 5_000
SETTINGS = {
    "TENANTRY_SECRET_KEYS": SECRET_KEY,
    "TENANTRY_LOG_LEVEL": "error",
    "TENANTRY_USER_RATE": "100000/minute",
    "TENANTRY_ADDRESS_RATE": "100000/minute",
}
RENAME = """mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) { organization { id } userErrors { message } } }"""
LOADED = """() => performance.getEntriesByName("loaded")[0].startTime
  - performance.getEntriesByName("start")[0].startTime"""
# The time from the answer with the rows to the frame that shows them.
AFTER_ANSWER = """at => {
  const answers = performance.getEntriesByType("resource")
    .filter(({ name }) => name.endsWith("/graphql"));
  return at - performance.timeOrigin - answers.at(-1).responseEnd;
}"""
CLICK = """async ([button, selector, text]) => {
  const began = performance.timeOrigin + performance.now();
  [...document.querySelectorAll(button)].find(one => one.textContent.includes(text)).click();
  return await painted(selector, text) - began;
}"""
OPEN = """async () => {
  const began = performance.timeOrigin + performance.now();
  document.querySelector(".tn-trigger").click();
  return await painted(".tn-panel .tn-list", "Team") - began;
}"""
# A hand takes longer from the edge of the trigger to the click.
HOVER_MILLISECONDS = 150
READ_TOKENS = "every => setInterval(() => tenantry.getToken(), every)"


@dataclass
class Report:
    """The measurements, each with its target."""

    table: Table = field(default_factory=lambda: Table("Measurement", "Measured", "Target", ""))

    def add(self, name: str, value: float, target: float, unit: str = "ms") -> None:
        judged = "[green]met[/]" if value <= target else "[red]missed[/]"
        self.table.add_row(name, f"{value:.4g} {unit}", f"≤ {target:g} {unit}", judged)

    def add_times(self, name: str, times: list[float], target: float) -> None:
        """The time that all but a twentieth of the rounds keep."""
        middle = f"{statistics.median(times):.3g} ms in the middle"
        self.add(f"{name}, p95 of {len(times)} ({middle})", percentile(times, 95), target)


def percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


@dataclass
class Person:
    """Somebody with two organizations."""

    site: Site
    id: str
    address: str
    organizations: list[dict[str, str]]

    @contextmanager
    def opens(self, *show: str) -> Generator[Tab]:
        """The page, which has been opened before: the session and the organization are stored."""
        with self.site.tab(self.address, *show) as tab:
            tab.wait("window.tenantry?.state.isLoaded")
            organization = self.organizations[0]["id"]
            tab.run("id => tenantry.setActive({ organization: id })", organization)
            tab.page.reload()
            tab.wait("document.querySelector('h1')?.textContent")
            tab.wait("tenantry.live.status === 'open'")
            yield tab


def measure_start(person: Person, report: Report, rounds: int) -> None:
    times: list[float] = []
    with person.opens() as tab:
        for _ in range(rounds):
            tab.operations.clear()
            tab.page.reload()
            tab.wait("document.querySelector('h1')?.textContent")
            times.append(tab.run(LOADED))
        report.add("requests until the organization is shown", len(tab.names()), 1, "")
    report.add_times("start of the script until `isLoaded`", times, 250)


def measure_switching(person: Person, report: Report, rounds: int) -> None:
    times: list[float] = []
    with person.opens("switcher") as tab:
        page = tab.page
        page.wait_for_selector("button.tn-trigger")
        report.add("layout shifts until the switcher is there", tab.run("shifts"), 0, "")
        page.locator(".tn-trigger").click()
        for number in range(rounds):
            name = person.organizations[(number + 1) % 2]["name"]
            page.locator(".tn-panel .tn-row", has_text=name).wait_for()
            times.append(tab.run(CLICK, [".tn-panel .tn-row", ".tn-trigger", name]))
            page.wait_for_selector(".tn-panel", state="hidden")
            page.locator(".tn-trigger").click()
        report.add("longest wait for the frame after a click", tab.run("longest"), 100)
    report.add_times("switch, click to frame", times, 150)


def measure_many(site: Site, report: Report, rounds: int) -> None:
    many = with_many(site)
    opening: dict[bool, list[float]] = {False: [], True: []}
    for number in range(rounds):
        comes_near = number % 2 == 1
        with many.opens("switcher") as tab:
            trigger = tab.page.locator("button.tn-trigger")
            trigger.wait_for()
            if comes_near:
                trigger.hover()
                tab.page.wait_for_timeout(HOVER_MILLISECONDS)
            opening[comes_near].append(tab.run(OPEN))
    name = f"first opening of a panel with {MANY} memberships"
    report.add_times(f"{name}, by a script", opening[False], 200)
    report.add_times(f"{name}, by the pointer", opening[True], 200)
    with many.opens("mine") as tab:
        times = [reload_rows(tab) for _ in range(rounds)]
    report.add_times(f"start until {ROWS} of {MANY} memberships are shown", times, 500)


def reload_rows(tab: Tab) -> float:
    tab.page.reload()
    at = tab.run(f"rowsPainted({ROWS})")
    began = "performance.timeOrigin + performance.getEntriesByName('start')[0].startTime"
    return at - tab.run(began)


def with_many(site: Site) -> Person:
    user, address = site.person("Many")
    organizations = [site.organization(f"Team {number}", user) for number in range(MANY)]
    return Person(site, user, address, organizations[-2:])


def measure_changes(person: Person, report: Report, rounds: int) -> None:
    """Somebody else renames the organization that is shown."""
    times: list[float] = []
    with person.opens() as tab:
        for number in range(rounds):
            name = f"Renamed {number}"
            tab.run("name => { window.shown = painted('h1', name) }", name)
            began = time.time() * 1000
            change = {"organizationId": person.organizations[0]["id"], "name": name}
            person.site.graphql(RENAME, input=change)
            times.append(tab.run("window.shown") - began)
    report.add(f"change elsewhere to frame, p50 of {rounds}", statistics.median(times), 300)
    report.add_times("change elsewhere to frame", times, 1_000)


def measure_table(person: Person, report: Report, rounds: int) -> None:
    for number in range(ROWS - 1):
        member, _ = person.site.person(f"Member{number}")
        person.site.add(person.organizations[0]["id"], member)
    times: list[float] = []
    with person.opens("table") as tab:
        for _ in range(rounds):
            tab.page.reload()
            times.append(tab.run(AFTER_ANSWER, tab.run(f"rowsPainted({ROWS})")))
    report.add_times(f"answer with {ROWS} rows to their frame", times, 60)


def measure_idle(person: Person, report: Report, minutes: float) -> None:
    with person.opens("consumers") as tab:
        others = [tab.beside(person.address, "consumers") for _ in range(TABS - 1)]
        tabs = [tab, *others]
        for one in tabs:
            one.wait("window.tenantry?.live.status === 'open'")
            one.run(READ_TOKENS, READ_MILLISECONDS)
        before = [one.run("renders") for one in tabs]
        for one in tabs:
            one.operations.clear()
        time.sleep(minutes * 60)
        renders = sum(one.run("renders") for one in tabs) - sum(before)
        mints = sum("Token" in name for one in tabs for name in one.names())
    report.add(f"renders of 30 consumers in {TABS} idle tabs in {minutes:g} min", renders, 0, "")
    report.add(f"tokens minted for {TABS} tabs in a minute", mints / minutes, 1.3, "")


def main(
    minutes: Annotated[float, typer.Option(help="How long the idle tabs are watched.")] = 3,
    rounds: Annotated[int, typer.Option(help="How often each time is measured.", min=4)] = 20,
) -> None:
    """Measures, and prints."""
    report = Report()
    load = f"{os.getloadavg()[0]:.1f}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pages = build(str(PAGE), folder / "pages")
        server = stack.enter_context(started("dev", folder=folder, **SETTINGS))
        browser = stack.enter_context(chromium())
        site = Site(server, pages, browser)
        user, address = site.person()
        own = [site.organization(name, user) for name in ("Engines", "Difference")]
        for organization, name in zip(own, ("Engines", "Difference"), strict=True):
            organization["name"] = name
        person = Person(site, user, address, own)
        measure_start(person, report, rounds)
        measure_switching(person, report, rounds)
        measure_many(site, report, rounds)
        measure_changes(person, report, rounds)
        measure_table(person, report, rounds)
        measure_idle(person, report, minutes)
    console = Console(width=150)
    console.print(report.table)
    console.print(
        f"Load of the machine, of the last minute: {load} before, {os.getloadavg()[0]:.1f} after."
    )


if __name__ == "__main__":
    sys.exit(typer.run(main))
