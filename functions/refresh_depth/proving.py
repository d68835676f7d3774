"""Which books are those of the tokens that they were asked for."""

from collections.abc import Collection, Sequence

from shared.domain.depth.measuring import mid_of
from shared.domain.depth.planning import Named, Plan
from shared.domain.market.identity import PRICE_TOLERANCE
from shared.records.depth import BookRecord


def believed(
    books: Sequence[BookRecord], plan: Plan, candidates: Collection[Named]
) -> tuple[list[BookRecord], list[Named]]:
    """Return the books to be believed, and the candidates that they prove: those at the token's price.

    Markets known before are believed as far as the adapters do.
    """
    prices = {token.token_id: token.price_usd for token in plan.tokens}
    believable, proven = [], []
    for book in books:
        named = (book.provider, book.market, book.token_id)
        mid, price = mid_of(book), prices[book.token_id]
        if named not in candidates:
            believable.append(book)
        elif mid and price and abs(mid - price) <= price * PRICE_TOLERANCE:
            believable.append(book)
            proven.append(named)
    return believable, proven
