"""Variables given as NAME_FILE: how secrets reach a container without standing in its environment."""

from pathlib import Path

import pytest

from aria_site.environment import Environment, read_environment


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARIA_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_variable_is_read_from_the_file_that_its_file_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text("from the file\n")
    monkeypatch.setenv("ARIA_SECRET_KEY_FILE", str(secret))

    environment = read_environment()

    assert environment.aria_secret_key == "from the file"


def test_the_database_comes_from_a_file_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://aria:secret@database/aria")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))

    environment = read_environment()

    assert environment.database_url == "postgresql://aria:secret@database/aria"


def test_an_empty_file_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARIA_SECRET_KEY_FILE", "")

    environment = read_environment()

    assert environment.aria_secret_key == ""


def test_a_file_that_is_missing_ends_the_start_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARIA_SECRET_KEY_FILE", str(tmp_path / "absent"))

    with pytest.raises(SystemExit) as end:
        read_environment()

    sentence = "Aria cannot start: ARIA_SECRET_KEY_FILE names {}, which cannot be read (No such file or directory)."
    assert str(end.value) == sentence.format(tmp_path / "absent")


def test_a_file_that_is_not_text_ends_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret_key"
    secret.write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("ARIA_SECRET_KEY_FILE", str(secret))

    with pytest.raises(SystemExit, match=r"cannot be read \(it is not text\)"):
        read_environment()


def test_a_variable_given_both_ways_ends_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text("from the file")
    monkeypatch.setenv("ARIA_SECRET_KEY", "from the environment")
    monkeypatch.setenv("ARIA_SECRET_KEY_FILE", str(secret))

    with pytest.raises(SystemExit) as end:
        read_environment()

    assert str(end.value) == "Aria cannot start: set ARIA_SECRET_KEY or ARIA_SECRET_KEY_FILE, not both."


def test_a_wrong_value_in_a_file_is_refused_as_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = tmp_path / "port"
    port.write_text("0")
    monkeypatch.setenv("ARIA_PORT_FILE", str(port))

    with pytest.raises(SystemExit, match="ARIA_PORT: Input should be greater than or equal to 1"):
        read_environment()


def test_the_file_env_may_name_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text("from the file")
    kept = tmp_path / ".env"
    kept.write_text(f"ARIA_SECRET_KEY_FILE={secret}\n")
    monkeypatch.setitem(Environment.model_config, "env_file", kept)

    environment = read_environment()

    assert environment.aria_secret_key == "from the file"
