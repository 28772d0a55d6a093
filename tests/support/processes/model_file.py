"""An operator who changes roles or plans by their file."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import yaml
from typer.testing import Result

from models.database.store import Store
from tests.support.api import JSON, contents
from tests.support.processes.commands import done, invoke


@dataclass(frozen=True)
class Operator:
    # `roles` or `plans`.
    model: str
    folder: Path
    url: str

    async def run(self, *arguments: str) -> Result:
        return await self.run_any(self.model, *arguments)

    async def run_any(self, *arguments: str) -> Result:
        """Runs a command, in a thread: it has an event loop of its own."""
        return await asyncio.to_thread(invoke, *arguments, TENANTRY_DATABASE_URL=self.url)

    async def exported(self) -> JSON:
        return yaml.safe_load(done(await self.run("export")))

    def write(self, content: JSON | str) -> None:
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        (self.folder / f"{self.model}.yaml").write_text(text)

    async def apply(self, content: JSON | str, *options: str) -> Result:
        self.write(content)
        return await self.run("apply", f"{self.model}.yaml", *(options or ("--yes",)))

    async def applied(self, content: JSON) -> list[str]:
        """Applies the file, and checks that applying it again changes nothing.

        Returns the lines that the command shows.
        """
        lines = done(await self.apply(content)).splitlines()
        assert lines.pop() == "Applied."
        assert done(await self.apply(content)) == "Nothing to change.\n"
        return lines

    async def errors(self, store: Store, content: JSON | str, *options: str) -> list[str]:
        """Applies a file that is refused, and checks that nothing changed; returns the errors."""
        before = await contents(store)
        result = await self.apply(content, *options)
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
        assert await contents(store) == before
        return result.stderr.splitlines()
