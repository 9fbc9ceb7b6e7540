"""Rules of the house that no linter knows, read from the source itself."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin

from aria_site.environment import PROJECT_DIR

APPS = ("aria_site", "curation", "gallery", "generation", "personas", "starter")
LARGEST_FILE = 500
LARGEST_FUNCTION = 50
LARGEST_TEMPLATE = 150
NAMES_THAT_SAY_NOTHING = {"utils.py", "helpers.py", "misc.py", "common.py"}
TYPE_IGNORES = 5
BROAD_EXCEPTS = 3


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted(path for path in (PROJECT_DIR / app).rglob("*.py") if "migrations" not in path.parts)


def suite() -> Iterator[Path]:
    yield from sorted((PROJECT_DIR / "tests").rglob("*.py"))


def templates() -> Iterator[Path]:
    yield from sorted((PROJECT_DIR / "templates").rglob("*.html"))


def named(paths: Iterator[Path] | list[Path]) -> list[str]:
    return [str(path.relative_to(PROJECT_DIR)) for path in paths]


def lines_with(pattern: str, paths: Iterator[Path], *, except_in: tuple[str, ...] = ()) -> list[str]:
    """Where the pattern occurs, as `file:line`."""
    found = []
    for path in paths:
        name = str(path.relative_to(PROJECT_DIR))
        if name in except_in:
            continue
        text = path.read_text()
        found += [
            f"{name}:{text.count(chr(10), 0, hit.start()) + 1}" for hit in re.finditer(pattern, text, re.IGNORECASE)
        ]
    return found


def test_the_rules_have_something_to_read() -> None:
    assert len(list(sources())) > 50
    assert len(list(templates())) > 5


def test_tasks_are_sent_by_the_kernel_alone() -> None:
    assert (
        lines_with(r"\.delay\(|\.apply_async\(|send_task\(", sources(), except_in=("aria_site/kernel/dispatch.py",))
        == []
    )


def test_the_environment_is_read_in_one_place() -> None:
    allowed = ("aria_site/environment.py",)

    found = lines_with(r"os\.environ\b|os\.getenv\(", sources(), except_in=allowed)

    # Naming the settings module is how Django starts; it decides nothing.
    assert [place for place in found if "DJANGO_SETTINGS_MODULE" not in _line(place)] == []


def _line(place: str) -> str:
    name, number = place.rsplit(":", 1)
    return (PROJECT_DIR / name).read_text().splitlines()[int(number) - 1]


def test_nothing_is_unpickled() -> None:
    assert (
        lines_with(
            r"^\s*(?:import|from) (?:pickle|joblib|shelve)\b|torch\.load\((?![^)]*weights_only=True)|yaml\.load\(",
            sources(),
        )
        == []
    )


def test_no_file_is_named_after_nothing() -> None:
    assert [name for name in named(sources()) if Path(name).name in NAMES_THAT_SAY_NOTHING] == []


def test_files_stay_readable() -> None:
    assert named([path for path in (*sources(), *suite()) if len(path.read_text().splitlines()) > LARGEST_FILE]) == []
    assert named([path for path in templates() if len(path.read_text().splitlines()) > LARGEST_TEMPLATE]) == []


def test_functions_stay_readable() -> None:
    long = []
    for path in (*sources(), *suite()):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                long += [f"{path.name}:{node.name} ({length})"] if length > LARGEST_FUNCTION else []
    assert long == []


def test_types_are_ignored_rarely_and_never_without_a_reason() -> None:
    places = lines_with(r"#\s*type:\s*ignore", sources())

    assert len(places) <= TYPE_IGNORES
    assert [place for place in places if not re.search(r"type: ignore\[[\w, -]+\]\s+#\s*\S", _line(place))] == []


def test_broad_excepts_are_rare_unless_they_pass_the_exception_on() -> None:
    broad = [
        f"{path.relative_to(PROJECT_DIR)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises_again(node)
    ]

    assert broad[BROAD_EXCEPTS:] == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or getattr(handler.type, "id", "") in {"Exception", "BaseException"}


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
        r"<style\b",
        r"\sstyle=",
        r"\son[a-z]+=[\"']",
        r"javascript:",
        # Help texts are written in code, never by people, and Django's own hold lists.
        r"(?<!help_text)\|\s*safe\b",
    ],
)
def test_templates_hold_nothing_that_a_strict_policy_forbids(pattern: str) -> None:
    assert lines_with(pattern, templates()) == []


def test_python_marks_no_text_as_safe_by_hand() -> None:
    assert lines_with(r"\bmark_safe\(", sources()) == []


def test_every_model_of_aria_is_in_the_admin() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith(APPS)]

    assert [model.__name__ for model in ours if not admin.site.is_registered(model)] == []


def test_the_web_process_starts_without_the_heavy_libraries() -> None:
    program = (
        "import sys, aria_site.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "heavy = {'torch', 'torchvision', 'diffusers', 'transformers', 'open_clip', 'cv2', 'safetensors'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "aria_site.settings"}

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT_DIR, env=environment, check=True
    )

    assert ended.stdout.strip() == "[]"


def test_every_direct_dependency_has_its_reason() -> None:
    wanted = set(re.findall(r"^([A-Za-z][\w.-]*)", (PROJECT_DIR / "requirements.in").read_text(), re.MULTILINE))
    table = "\n".join(
        line.split("|")[1]
        for line in (PROJECT_DIR / "docs" / "dependencies.md").read_text().splitlines()
        if "|" in line
    )

    assert sorted(name for name in wanted if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", table)) == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hashes_and_names_no_address(lock: str) -> None:
    text = (PROJECT_DIR / lock).read_text()
    blocks = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]

    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|file:|--index-url|--find-links", text) == []


def test_tests_are_pinned_to_what_people_run() -> None:
    run, dev = (_pins(PROJECT_DIR / lock) for lock in ("requirements.txt", "requirements-dev.txt"))

    assert {name: (run[name], dev[name]) for name in run.keys() & dev.keys() if run[name] != dev[name]} == {}


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.+-]+)", lock.read_text(), re.MULTILINE))
