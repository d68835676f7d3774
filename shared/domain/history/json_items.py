"""JSON from files: a long list item by item, everything else whole. Numbers stay the texts that they were."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from .refusals import Tally

LARGEST_DOCUMENT = 64 * 1024**2
"""Bytes of JSON that is no list and so has to be read whole."""
_CHUNK = 256 * 1024
_LONGEST_ITEM = 1024**2
_BETWEEN = " \t\r\n,"


def items(stream: BinaryIO, tally: Tally) -> Iterator[tuple[int, Any]]:
    """Yield the items of a list of lists or objects with their places, from 1.

    Raises:
        FileRefusedError: it is no such list, or broken off.
    """
    texts = _texts(stream, tally)
    decoder = _decoder()
    buffer, at, place = next(texts, "").lstrip(), 1, 0
    if not buffer.startswith("["):
        raise tally.refuse_all("is no list", code="no_list")
    while True:
        at = _skipped(buffer, at)
        try:
            if buffer[at] == "]":
                return
            item, at = decoder.raw_decode(buffer, at)
        except (IndexError, json.JSONDecodeError):
            more = next(texts, None)
            if more is None or len(buffer) - at > _LONGEST_ITEM:
                raise tally.refuse_all("is no JSON, or broken off", code="broken_json", line=place + 1) from None
            buffer, at = buffer[at:] + more, 0
            continue
        place += 1
        yield place, item


def document(stream: BinaryIO, tally: Tally) -> Any:
    """Return the whole of a file.

    Raises:
        FileRefusedError: it is no JSON, or too long.
    """
    body = stream.read(LARGEST_DOCUMENT + 1)
    if len(body) > LARGEST_DOCUMENT:
        raise tally.refuse_all(f"holds more than {LARGEST_DOCUMENT} bytes", code="too_large")
    try:
        return _decoder().decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise tally.refuse_all(f"is no JSON: {error}", code="broken_json") from error


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def _texts(stream: BinaryIO, tally: Tally) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise tally.refuse_all("is no UTF-8", code="encoding") from error


def _skipped(buffer: str, at: int) -> int:
    while at < len(buffer) and buffer[at] in _BETWEEN:
        at += 1
    return at
