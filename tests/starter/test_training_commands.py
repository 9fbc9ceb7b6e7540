"""The starter's command line: the same under Django and without it, and light until something runs."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import load_command_class

from starter.commands import PARTS, main
from starter.config import HERE, config_read

HEAVY = {"torch", "diffusers", "transformers", "open_clip"}


def test_importing_it_loads_no_heavy_library() -> None:
    code = (
        "import sys, starter, starter.apps, starter.commands, starter.management.commands.starter; print(*sys.modules)"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not HEAVY & set(loaded)


def test_knows_five_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])

    assert left.value.code == 0
    assert "{data,train,judge,sheet,export}" in capsys.readouterr().out


def test_refuses_to_train_what_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", "poet", "--minutes", "1"])

    assert left.value.code == 2
    told = capsys.readouterr().err
    assert all(part in told for part in PARTS)


def test_django_hands_its_arguments_on(capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class("starter", "starter")

    with pytest.raises(SystemExit):
        command.run_from_argv(["manage.py", "starter", "judge", "--help"])

    assert "--json" in capsys.readouterr().out


def test_a_key_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    text = (HERE / "config.toml").read_text("utf-8").replace("[judge]", "[judge]\nmercy = 1")
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(TypeError, match="mercy"):
        config_read(path)
