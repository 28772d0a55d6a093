"""The programs of the React guide fit the types of the packages."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.processes.client_programs import NODE
from tests.support.snippets import ROOT, read_snippets

WEB = ROOT / "web"
pytestmark = pytest.mark.skipif(
    not (WEB / "node_modules/@types/react").is_dir(),
    reason="the types of React aren't installed: make web/node_modules/.tools",
)
OPTIONS: dict[str, object] = {
    "strict": True,
    "noEmit": True,
    "jsx": "react-jsx",
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2022",
    "types": [],
    "skipLibCheck": True,
    "paths": {
        "react": [f"{WEB}/node_modules/@types/react/index.d.ts"],
        "react/*": [f"{WEB}/node_modules/@types/react/*"],
        "@tenantry/react": [f"{WEB}/packages/react/dist/index.d.ts"],
        "@tenantry/react/locales/*": [f"{WEB}/packages/react/dist/locales/*.d.ts"],
        "@tenantry/react/styles.css": [f"{WEB}/packages/react/dist/styles.css.d.ts"],
    },
}


def compiled(folder: Path) -> str:
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    program = [NODE, WEB / "node_modules" / "typescript" / "bin" / "tsc", "-p", folder]
    return subprocess.run(program, capture_output=True, text=True, check=False).stdout


def test_the_programs_fit_the_types(tmp_path: Path) -> None:
    guides = [ROOT / "docs" / "guides" / name for name in ("react.md", "api-keys.md")]
    snippets = [snippet for guide in guides for snippet in read_snippets(guide)]
    programs = [snippet for snippet in snippets if snippet.language == "tsx"]
    for snippet in programs:
        (tmp_path / str(snippet.title)).write_text(snippet.text)

    assert len(programs) == 7
    assert compiled(tmp_path) == ""


def test_a_program_that_does_not_fit_is_found(tmp_path: Path) -> None:
    wrong = 'import { useAuth } from "@tenantry/react";\nexport const page = () => useAuth().organization;\n'
    (tmp_path / "wrong.tsx").write_text(wrong)

    assert "Property 'organization' does not exist" in compiled(tmp_path)
