"""Every variable is documented, and every documented variable exists."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from aria_site.environment import PROJECT_DIR, Environment
from aria_site.environment_docs import documents
from aria_site.management.commands import write_docs

KNOWN = {name.upper() for name in Environment.model_fields}


@pytest.mark.parametrize(
    ("document", "pattern"),
    [("docs/configuration.md", r"^\| `([A-Z0-9_]+)` \|"), (".env.example", r"^#([A-Z0-9_]+)=")],
)
def test_the_documented_variables_are_those_that_are_read(document: str, pattern: str) -> None:
    text = (PROJECT_DIR / document).read_text()

    assert set(re.findall(pattern, text, re.MULTILINE)) == KNOWN


def test_the_documents_are_as_make_docs_writes_them() -> None:
    stale = [path.name for path, text in documents().items() if path.read_text() != text]

    assert stale == [], "run `make docs`"


@pytest.mark.parametrize("name", sorted(Environment.model_fields))
def test_every_variable_says_what_it_is_for(name: str) -> None:
    assert (Environment.model_fields[name].description or "").endswith(".")


def test_make_docs_writes_each_document_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_docs, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(write_docs, "documents", lambda: {tmp_path / ".env.example": "text"})
    output = StringIO()

    call_command("write_docs", stdout=output)

    assert (tmp_path / ".env.example").read_text() == "text"
    assert output.getvalue() == "wrote .env.example\n"
