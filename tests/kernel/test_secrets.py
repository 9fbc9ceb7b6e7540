"""Secrets kept in the data folder."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aria_site.kernel.secrets import kept_secret


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "deep" / "key")

    assert kept_secret(tmp_path / "deep" / "key") == first
    assert len(first) >= 50


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    kept_secret(tmp_path / "key")

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_of_many_first_starts_at_once_all_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: kept_secret(tmp_path / "key"), range(32)))

    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
