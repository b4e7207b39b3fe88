"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from coqs.whole_file import opened_whole, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half(path: Path, stop: BaseException) -> None:
    with opened_whole(path) as file:
        file.write("half")
        raise stop


def test_a_text_is_written_in_utf_8_with_its_own_line_ends(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "año\r\nend\n")
    assert (tmp_path / "a.txt").read_bytes() == "año\r\nend\n".encode()
    assert names(tmp_path) == ["a.txt"]


def test_a_block_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "a.txt", KeyboardInterrupt())
    assert names(tmp_path) == []


def test_a_block_that_raises_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(ValueError, match="stop"):
        write_half(path, ValueError("stop"))
    assert path.read_text(encoding="utf-8") == "before"
    assert names(tmp_path) == ["a.txt"]


def test_text_that_is_no_utf_8_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a.txt", "fine, then \ud800")
    assert names(tmp_path) == []


def test_nothing_stands_under_the_name_before_the_end(tmp_path: Path) -> None:
    with opened_whole(tmp_path / "a.txt") as file:
        file.write("text")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "text"


def test_a_missing_folder_is_an_os_error_that_names_the_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(tmp_path / "no" / "a.txt", "text")
    assert caught.value.filename == str(tmp_path / "no" / "a.txt")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:
        write_whole(tmp_path / "folder", "text")
    assert caught.value.filename == str(tmp_path / "folder")
    assert names(tmp_path) == ["folder"]


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_a_replaced_file_keeps_its_mode_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    path, usual = tmp_path / "a.txt", tmp_path / "usual"
    usual.touch()
    write_whole(path, "new")
    assert mode(path) == mode(usual)
    path.chmod(0o640)
    write_whole(path, "newer")
    assert (mode(path), path.read_text("utf-8")) == (0o640, "newer")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_a_link_keeps_pointing_at_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_text("utf-8") == "text"


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_a_device_is_written_to_and_stays_a_device() -> None:
    write_whole(os.devnull, "text")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_a_pipe_is_written_to_by_its_link() -> None:
    reading, writing = os.pipe()
    write_whole(f"/dev/fd/{writing}", "text")
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        assert pipe.read() == "text"
