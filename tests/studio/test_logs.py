"""Logs of the children: trouble is passed on once, whole and short; files stay small."""

from pathlib import Path

from aria_site.studio.logs import ChildLog


def append(path: Path, text: str) -> None:
    with path.open("a") as stream:
        stream.write(text)


def test_only_new_trouble_is_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    append(path, "level=error event=old\n")
    log = ChildLog(path)

    append(path, "level=info event=fine\nlevel=error event=new\nlevel=critical event=worse\nlevel=warning event=mild\n")

    assert log.new_trouble() == ["level=error event=new", "level=critical event=worse", "level=warning event=mild"]
    assert log.new_trouble() == []


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "web.log")

    append(log.path, "level=error event=ha")
    assert log.new_trouble() == []
    append(log.path, "lf\n")

    assert log.new_trouble() == ["level=error event=half"]


def test_stacks_of_calls_stay_in_the_file(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "web.log")

    append(log.path, 'level=error event=broken exception="Traceback ..."\n' + "level=error " + "x" * 400 + "\n")

    assert log.new_trouble() == ["level=error event=broken", "level=error " + "x" * 288 + "…"]


def test_the_last_words_are_the_last_lines_that_say_something(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "web.log")

    append(log.path, "one\ntwo\n\nthree\n\n")

    assert log.last_lines(2) == ["two", "three"]


def test_a_large_log_is_put_aside_at_the_start_and_while_running(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    append(path, "a" * 200)

    log = ChildLog(path, largest=100)
    assert (path.read_text(), (tmp_path / "web.log.1").read_text()) == ("", "a" * 200)

    append(path, "b" * 200 + "\n")
    log.new_trouble()
    append(path, "level=error event=after\n")
    assert log.new_trouble() == ["level=error event=after"]
    assert (tmp_path / "web.log.1").read_text() == "b" * 200 + "\n"
