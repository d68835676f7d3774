"""Candles of a plain file, by columns: what `candle_rows` makes of it row by row, or nothing.

Every rule of `candle_rows`, `series` and `candles.checking` is here once more, as one question to a whole column. Whoever
answers no is not told why: the rows will say it.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from shared.domain.candles.blocks import Told
from shared.domain.candles.checking import EARLIEST, HIGHEST_PRICE, SKEW, origin_of
from shared.records.candles import INTERVALS

from .asking import Ask, Naming
from .candle_rows import STAMPED_AT_ITS_END
from .layouts import Layout, Role, columns_of, missing_in
from .plain_block import AMOUNTS, PRICES, PlainBlock
from .plain_columns import PlainTimes, microseconds, number_of, numbers_in
from .plain_csv import Columns, NotPlainError, arrow
from .plain_order import StraightOrder
from .refusals import BadRow, Tally

_MICROSECOND = timedelta(microseconds=1)
Value = TypeVar("Value")


class PlainCandles:
    """Reads one file.

    Args:
        layout: What its columns are called.
        ask: What the caller says of it.
        tally: Counts its rows.

    Raises:
        NotPlainError: how long the candles are has to be read row by row.
    """

    def __init__(self, layout: Layout, ask: Ask, tally: Tally) -> None:
        interval = ask.interval or layout.interval
        if interval is None:
            raise NotPlainError
        self.told = Told(
            interval,
            ask.provider or layout.provider or "file",
            ask.quote_currency or layout.quote_currency,
            ask.known_at,
        )
        self._layout = layout
        self._ask = ask
        self._tally = tally
        self._name = Naming(ask, Tally(tally.file), ours=layout.names_are_ours)
        self._named: dict[str | None, int] = {}
        """Numbers of tokens by the file's name; -1 for one that nobody asked for."""
        self._token_ids: list[str] = []
        self._length = INTERVALS[interval] // _MICROSECOND
        self._origin = microseconds(origin_of(interval))
        self._times = PlainTimes()
        self._order = StraightOrder()

    def read(self, columns: Columns) -> Iterator[PlainBlock]:
        """Yield the candles of a file.

        Raises:
            NotPlainError: anything at all is out of the ordinary.
            FileRefusedError: the file is broken or too large.
        """
        places = columns_of(self._layout, columns.header)
        named = self._layout.names_are_ours or self._ask.names if "token" in places else False
        if missing_in(self._layout, columns.header) or not (named or self._ask.token):
            raise NotPlainError
        for table in columns.blocks:
            self._tally.read += len(table)
            block = self._block({role: table.column(place) for role, place in places.items()})
            if block is not None:
                yield block

    def _block(self, texts: Mapping[Role, Any]) -> PlainBlock | None:
        import numpy

        tokens = self._tokens(texts)
        wanted = tokens >= 0
        self._tally.passed_over += int((~wanted).sum())
        tokens, texts = _kept(wanted, tokens, texts)
        if not len(tokens):
            return None
        opened = self._opened(self._times.read(texts["time"]))
        self._order.require(tokens, opened)
        written = self._numbers(texts)
        over = opened <= microseconds(self._ask.known_at) - self._length
        self._tally.unfinished += int((~over).sum())
        tokens, told = _kept(over, tokens, written)
        opened = opened[over]
        used, tokens = numpy.unique(tokens, return_inverse=True)
        token_ids = tuple(self._token_ids[number] for number in used)
        return PlainBlock(token_ids, tokens, opened, told) if token_ids else None

    def _tokens(self, texts: Mapping[Role, Any]) -> Any:
        import numpy

        if "token" not in texts:
            return numpy.full(len(texts["time"]), self._number(None))
        encoded = texts["token"].dictionary_encode()
        known = numpy.array([self._number(name) for name in encoded.dictionary.to_pylist()])
        return known[encoded.indices.to_numpy()]

    def _number(self, theirs: str | None) -> int:
        if theirs not in self._named:
            try:
                ours = self._name(theirs)
            except BadRow as error:
                raise NotPlainError from error
            if ours is not None and ours not in self._token_ids:
                self._token_ids.append(ours)
            self._named[theirs] = -1 if ours is None else self._token_ids.index(ours)
        return self._named[theirs]

    def _opened(self, times: Any) -> Any:
        """Return when candles opened, each on its grid and at a possible time."""
        import numpy

        behind = (times - self._origin) % self._length
        at_end = self._length - STAMPED_AT_ITS_END // _MICROSECOND
        opened = times - numpy.where(behind >= at_end, behind, 0)
        on_grid = (behind == 0) | (behind >= at_end)
        possible = (opened >= microseconds(EARLIEST)) & (opened <= microseconds(self._ask.known_at + SKEW))
        return _required(opened, bool((on_grid & possible).all()))

    def _numbers(self, texts: Mapping[Role, Any]) -> dict[Role, Any]:
        """Return the texts of numbers, nothing being wrong with any candle."""
        compute = arrow().compute
        opens, highs, lows, closes = (numbers_in(texts[role]) for role in PRICES)
        inside = [compute.less_equal(lows, each) for each in (opens, closes)]
        inside += [compute.less_equal(each, highs) for each in (opens, closes)]
        bounds = [compute.greater(lows, number_of(0)), compute.less_equal(highs, number_of(int(HIGHEST_PRICE)))]
        sound = all(compute.all(each).as_py() for each in (*inside, *bounds))
        moved = compute.greater(highs, lows)
        written = {role: texts[role] for role in PRICES}
        written |= {role: self._amounts(texts[role], moved) for role in AMOUNTS if role in texts}
        return _required(written, sound)

    def _amounts(self, texts: Any, moved: Any) -> Any:
        pyarrow = arrow()
        compute = pyarrow.compute
        missing = pyarrow.scalar(None, pyarrow.string())
        stated = compute.if_else(compute.equal(texts, ""), missing, texts)
        nothing = compute.equal(numbers_in(stated), number_of(0))
        # A price that moved was paid for something: then nothing stands for no knowledge.
        unknown = nothing if self._layout.zero_is_unknown else compute.and_(nothing, moved)
        return compute.if_else(compute.fill_null(unknown, False), missing, stated)


def _kept(wanted: Any, tokens: Any, texts: Mapping[Role, Any]) -> tuple[Any, Mapping[Role, Any]]:
    pyarrow = arrow()
    if wanted.all():
        return tokens, texts
    mask = pyarrow.array(wanted)
    return tokens[wanted], {role: column.filter(mask) for role, column in texts.items()}


def _required(value: Value, holds: bool) -> Value:
    if not holds:
        raise NotPlainError
    return value
