"""What `manage.py backup` and `manage.py restore` say, to people and to programs."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from aria_site.accounts.models import User
from aria_site.backup.folders import backups_all
from tests.support.pictures import hang

pytestmark = pytest.mark.django_db(transaction=True)


def said(*command: str) -> list[str]:
    """The lines that a command prints."""
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().splitlines()


def document(*command: str) -> dict[str, Any]:
    """The one JSON document that a command prints."""
    (line,) = said(*command, "--json")
    content: dict[str, Any] = json.loads(line)
    return content


def test_a_backup_says_where_it_is_and_what_is_in_it(alice: User, data: Path) -> None:
    files = 1 + len(hang(alice).thumbnails)

    first, second = said("backup")

    folder = backups_all()[0].folder
    assert first.startswith(f"Backed up to {folder}: ")
    assert f" rows, {files} files, " in first
    assert second == f"{files} files copied, 0 shared with the backup before."


def test_backups_are_listed(alice: User, data: Path) -> None:
    assert said("backup", "--list") == [f"There is no backup in {data / 'backups'}."]
    taken = document("backup")

    (line,) = said("backup", "--list")
    (listed,) = document("backup", "--list")["backups"]

    assert line.startswith(f"{taken['backup']}  manual          Aria ")
    assert listed == {name: taken[name] for name in listed}
    assert (taken["copied"], taken["linked"]) == (0, 0)


def test_a_restore_says_where_what_it_replaced_is(alice: User) -> None:
    name = document("backup")["backup"]

    first, second = said("restore", "latest", "--replace")
    kept = backups_all()[-1].folder.name

    assert first.startswith(f"Restored {name}: ")
    assert second == f"What was here before is kept: `manage.py restore {kept} --replace`."


def test_a_restore_tells_programs_the_same(alice: User) -> None:
    name = document("backup")["backup"]

    told = document("restore", name, "--replace")

    assert (told["backup"], told["same_secret_key"]) == (name, True)
    assert told["kept"] == str(backups_all()[-1].folder)


def test_a_refusal_is_one_sentence(alice: User) -> None:
    with pytest.raises(CommandError, match=r"^There is no backup in "):
        call_command("restore", "latest")
