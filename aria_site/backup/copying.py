"""Copying the media folder into a backup: what is new, and one more name for what the last backup holds already."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from aria_site.backup.folders import Backup
from aria_site.backup.manifest import MEDIA, StoredFile, file_facts
from aria_site.backup.media import media_files
from aria_site.backup.progress import Tell


class MediaCopies:
    """The media files of a backup that is being taken."""

    def __init__(self, draft: Path, last: Backup | None) -> None:
        self.files: dict[str, StoredFile] = {}
        self._folder = draft / MEDIA
        self._known = last.manifest.media if last else {}
        self._kept = last.folder / MEDIA if last else draft
        self._shared: set[str] = set()

    @property
    def linked(self) -> int:
        """How many of them are files of the last backup."""
        return len(self._shared)

    def update(self, hashes: Mapping[str, str], tell: Tell) -> None:
        """Bring them to what the media folder holds now; `hashes` are those that rows know. Raises OSError."""
        found = dict(media_files())
        for name in self.files.keys() - found.keys():
            self._drop(name)
        for done, (name, path) in enumerate(found.items()):
            tell("files", done, len(found))
            try:
                self._copy(name, path, hashes.get(name, ""))
            except FileNotFoundError:
                # A sweep was faster; whether a row misses it is found out afterwards.
                continue
        tell("files", len(found), len(found))

    def _copy(self, name: str, path: Path, sha256: str) -> None:
        target = self._folder / name
        if name in self.files:
            if _is_same(self.files[name], target, path, sha256):
                return
            self._drop(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._link(name, path, sha256):
            self.files[name] = self._known[name]
            self._shared.add(name)
        else:
            shutil.copy2(path, target)
            self.files[name] = file_facts(target)

    def _drop(self, name: str) -> None:
        (self._folder / name).unlink()
        del self.files[name]
        self._shared.discard(name)

    def _link(self, name: str, path: Path, sha256: str) -> bool:
        """Share the file of the last backup where it is the same one and the disk can; returns whether that is done."""
        kept = self._kept / name
        if name not in self._known or not kept.is_file() or not _is_same(self._known[name], kept, path, sha256):
            return False
        try:
            (self._folder / name).hardlink_to(kept)
        except OSError:
            # USB sticks and some network folders know no second names; any other cause fails the copy as well.
            return False
        return True


def _is_same(known: StoredFile, kept: Path, path: Path, sha256: str) -> bool:
    """Whether a copy is of the file at `path`: by the hash that its row names, else by its time; by size always."""
    facts, live = kept.stat(), path.stat()
    is_same = known.sha256 == sha256 if sha256 else facts.st_mtime_ns == live.st_mtime_ns
    return is_same and facts.st_size == live.st_size == known.bytes
