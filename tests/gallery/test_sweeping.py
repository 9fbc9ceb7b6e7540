"""What the sweep removes from the media folder, and what it leaves alone."""

import os
import time
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command

from aria_site.accounts.models import User
from gallery.sweeping import STRAY_AGE_S, SweepReport, files_sweep
from tests.support.pictures import hang


def aged(path: Path, seconds: float) -> Path:
    """The file, last written so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - seconds,) * 2)
    return path


@pytest.mark.django_db
def test_unfinished_files_go_when_nobody_can_still_be_writing_them(media: Path) -> None:
    old = aged(media / "artworks" / "ab" / ".tmp-old", STRAY_AGE_S + 60)
    fresh = aged(media / "artworks" / "ab" / ".tmp-fresh", 60)

    assert files_sweep() == SweepReport(unfinished=1, orphans=0)
    assert [old.exists(), fresh.exists()] == [False, True]


@pytest.mark.django_db
def test_files_of_a_worker_that_died_before_hanging_them_go(media: Path) -> None:
    name = uuid4().hex
    orphans = [
        aged(media / "artworks" / name[:2] / f"{name}-0123abcd.png", STRAY_AGE_S + 60),
        aged(media / "thumbnails" / name[:2] / f"{name}-0123abcd-256.webp", STRAY_AGE_S + 60),
    ]
    just_written = aged(media / "artworks" / "ab" / f"{uuid4().hex}-0123abcd.png", 60)
    somebody_elses = aged(media / "artworks" / "notes.txt", STRAY_AGE_S + 60)

    assert files_sweep() == SweepReport(unfinished=0, orphans=2)
    assert [path.exists() for path in (*orphans, just_written, somebody_elses)] == [False, False, True, True]


def test_what_hangs_stays_however_old(alice: User, media: Path) -> None:
    work = hang(alice)
    files = [media / name for name in (work.file, *work.thumbnails.values())]
    for path in files:
        aged(path, STRAY_AGE_S * 1000)

    assert files_sweep() == SweepReport(unfinished=0, orphans=0)
    assert all(path.exists() for path in files)


@pytest.mark.django_db
def test_a_draft_that_is_finished_while_the_sweep_looks_holds_nothing_up(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [aged(media / "artworks" / f".tmp-{name}", STRAY_AGE_S + 60) for name in ("finished", "left")]
    is_file = Path.is_file

    def finish_the_first(path: Path) -> bool:
        there = is_file(path)
        drafts[0].unlink(missing_ok=True)
        return there

    monkeypatch.setattr(Path, "is_file", finish_the_first)

    assert files_sweep() == SweepReport(unfinished=1, orphans=0)


@pytest.mark.django_db
def test_can_be_run_by_hand(media: Path) -> None:
    aged(media / "artworks" / ".tmp-old", STRAY_AGE_S + 60)
    out = StringIO()

    call_command("sweep", stdout=out)

    assert out.getvalue() == "1 unfinished files and 0 without an artwork removed.\n"
