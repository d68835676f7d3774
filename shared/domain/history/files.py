"""A file as its bytes, plain or compressed, never more of them than expected: a small gzip may hold a huge one."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from shared.core.errors import FileRefusedError

from .refusals import BadRow, Tally

LARGEST_BYTES = 2 * 1024**3
"""After decompression: some twenty million rows."""
LONGEST_LINE = 64 * 1024
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""RuntimeError is how zipfile says that a member is encrypted."""


class _Limited(io.RawIOBase):
    """Passes bytes on and refuses to pass on too many."""

    def __init__(self, inner: IO[bytes], name: str, limit: int) -> None:
        self._inner = inner
        self._name = name
        self._limit = limit
        self._passed = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            got = self._inner.read(len(buffer))
        except _BROKEN as error:
            raise FileRefusedError(self._name, f"broken or cut off: {error}", code="broken_file") from error
        self._passed += len(got)
        if self._passed > self._limit:
            raise FileRefusedError(self._name, f"holds more than {self._limit} bytes", code="too_large")
        buffer[: len(got)] = got
        return len(got)


@contextmanager
def opened(path: Path, *, limit: int = LARGEST_BYTES) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give the bytes of a file, decompressed, and the file itself, whose `tell` says how far the reading is.

    Raises:
        FileRefusedError: there is no such file, it is empty, broken, no single file in a zip, or larger than `limit`.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileRefusedError(path.name, str(error.strerror or error), code="unreadable_file") from error
    with raw:
        if not raw.peek(1):
            raise FileRefusedError(path.name, "is empty", code="empty")
        yield io.BufferedReader(_Limited(_decompressed(raw, path.name), path.name, limit), 1 << 16), raw


def head_of(path: Path, size: int = 1 << 16) -> bytes:
    """Return the first bytes of a file, decompressed.

    Raises:
        FileRefusedError: see `opened`.
    """
    with opened(path) as (stream, _):
        return stream.read(size)


def _decompressed(raw: io.BufferedReader, name: str) -> IO[bytes]:
    magic = raw.peek(4)[:4]
    if magic[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if magic == b"PK\x03\x04":
        return _member(raw, name)
    return raw


def _member(raw: io.BufferedReader, name: str) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(raw)
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise FileRefusedError(name, f"holds {len(members)} files, not one", code="several_files")
        return archive.open(members[0])
    except _BROKEN as error:
        raise FileRefusedError(name, f"broken or cut off: {error}", code="broken_file") from error


class Lines:
    """The lines of a stream as text, and the number of the latest; a line that is no UTF-8 is a bad row."""

    def __init__(self, stream: BinaryIO, tally: Tally) -> None:
        self.number = 0
        self._stream = stream
        self._tally = tally

    def __iter__(self) -> Iterator[str]:
        """Yield the lines, their ends included, without a byte order mark."""
        readline = self._stream.readline
        while raw := readline(LONGEST_LINE):
            self.number += 1
            if len(raw) == LONGEST_LINE:
                raise self._tally.refuse_all("a line without an end", code="endless_line", line=self.number)
            if self.number == 1:
                raw = self._without_mark(raw)
            try:
                yield raw.decode()
            except UnicodeDecodeError as error:
                self._tally.refuse(self.number, BadRow("encoding", f"byte {error.start + 1} is {raw[error.start]:#x}"))

    def _without_mark(self, raw: bytes) -> bytes:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self._tally.refuse_all("is UTF-16; save it as UTF-8", code="encoding")
        return raw.removeprefix(b"\xef\xbb\xbf")
