"""Scores, agreement and grades against plain second implementations, and on data of which the answer is known."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from shared.domain.datapoints.catalogue import data_points, positions
from shared.domain.datapoints.inputs import Inputs, TokenNow
from shared.domain.datapoints.numeric import market
from shared.domain.datapoints.numeric.table import DataPoints
from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.signals.emitting import fresh, probability
from shared.domain.signals.numeric.agreement import agreed, correlations, effective_number
from shared.domain.signals.numeric.deciding import decided, digest_of, sizes, strength_of
from shared.domain.signals.numeric.grading import record_of, student
from shared.domain.signals.numeric.scoring import Scores, composite, contributions, scored, votes_of
from shared.domain.signals.rules import BLOCK_DAYS, INTERVAL, STRENGTHS, VOTING
from shared.records.signals import Emission, Graded, LastEmission
from tests.clocks import NOON

NAMES = tuple(point.id for point in data_points())


def points_of(values: FloatArray) -> DataPoints:
    return DataPoints(tuple(f"token-{number}" for number in range(values.shape[1])), values)


def noise(tokens: int, *, seed: int = 1, unknown: float = 0.3) -> DataPoints:
    random = np.random.default_rng(seed)
    neutral = np.array([[point.neutral] for point in data_points()])
    scale = np.array([[point.scale] for point in data_points()])
    values = neutral + scale * random.normal(0, 1, (len(NAMES), tokens))
    return points_of(np.where(random.random(values.shape) < unknown, np.nan, values))


def token(name: str = "token-0", **more: object) -> TokenNow:
    told: dict[str, object] = {
        "token_id": name,
        "symbol": "TKN",
        "name": "Token",
        "rank": 1,
        "price_usd": "100",
        "market_cap_usd": 1e9,
        "change_1h_pct": None,
        "change_24h_pct": None,
        "priced": True,
        "kind": "plain",
    }
    return TokenNow(**told | more)  # type: ignore[arg-type]


def test_a_vote_is_the_published_formula() -> None:
    values = np.full((len(NAMES), 1), np.nan)
    values[positions()["rsi_14"]], values[positions()["exchange_net_flow_share_7d"]] = 65, 0.25
    values[positions()["adx_14"]] = 40

    votes = votes_of(points_of(values))[:, 0]

    assert votes[positions()["rsi_14"]] == pytest.approx(np.tanh(1))
    assert votes[positions()["exchange_net_flow_share_7d"]] == pytest.approx(-np.tanh(1))
    assert np.isnan(votes[positions()["adx_14"]])


def test_scores_and_contributions_are_those_of_a_plain_loop() -> None:
    points = noise(7)
    votes = votes_of(points)
    scores = scored(votes)
    parts = contributions(votes, scores)

    for place in range(7):
        means, weights = [], []
        for row, category in enumerate(VOTING):
            every = [
                float(votes[at, place])
                for at, each in enumerate(data_points())
                if each.category == category and each.sign
            ]
            known = [vote for vote in every if not np.isnan(vote)]
            means.append(np.mean(known))
            weights.append(len(known) / len(every) * (1 - min(1.0, float(np.std(known)))))
            assert scores.score[row, place] == pytest.approx(means[-1])
            assert scores.confidence[row, place] == pytest.approx(weights[-1])
        assert composite(scores)[place] == pytest.approx(np.average(means, weights=weights))
    assert np.nansum(parts, axis=0) == pytest.approx(composite(scores), abs=1e-12)


def test_where_nothing_is_known_nothing_is_said() -> None:
    points = points_of(np.full((len(NAMES), 2), np.nan))

    said = decided(points, Inputs(tokens=[token("token-0"), token("token-1")]))

    assert [(each.composite, each.direction, each.strength, each.emission()) for each in said.verdicts] == [
        (None,) * 4
    ] * 2
    assert all(score is None and confidence == 0 for score, confidence, _ in said.verdicts[0].heat.values())


@pytest.mark.parametrize(("correlation", "count", "effective"), [(0.0, 4, 4.0), (1.0, 4, 1.0), (0.5, 3, 1.5)])
def test_independent_votes_count_fully_and_equal_ones_once(correlation: float, count: int, effective: float) -> None:
    matrix = np.full((count, count), correlation) + (1 - correlation) * np.eye(count)

    assert effective_number(np.full((count, 1), 0.7), matrix)[0] == pytest.approx(effective)


def test_correlation_is_measured_across_tokens_and_drawn_half_way() -> None:
    random = np.random.default_rng(2)
    base = random.normal(0, 1, 400)
    score = np.array([base, base, random.normal(0, 1, 400), np.full(400, 0.3), np.full(400, np.nan), -base])

    made = correlations(score)

    assert made[0, 1] == pytest.approx(0.5 + 0.15)
    assert made[0, 2] == pytest.approx(0.15, abs=0.06)
    # What is the same for all, or unknown, cannot be measured; contradiction is no independence.
    assert (made[0, 3], made[0, 4], made[0, 5]) == (0.3, 0.3, pytest.approx(0.15))
    assert (np.diag(made) == 1).all()


def scores_of(*rows: float, confidence: float = 0.8) -> Scores:
    score = np.array(rows)[:, None]
    return Scores(score, np.where(np.isnan(score), 0.0, confidence), np.where(np.isnan(score), 0.0, 9.0))


def test_what_only_the_chart_says_is_no_independent_agreement_and_one_more_voice_makes_it_one() -> None:
    random = np.random.default_rng(3)
    base = random.normal(0, 1, (1, 400))
    chart = np.repeat(base, 3, axis=0) + random.normal(0, 0.2, (3, 400))
    rest = np.full((3, 400), np.nan)
    chart[:, 0] = 0.6
    alone = agreed(Scores(np.vstack([chart, rest]), np.where(np.isnan(np.vstack([chart, rest])), 0.0, 0.8), rest))
    mood = rest.copy()
    mood[2] = 0.5
    both = agreed(Scores(np.vstack([chart, mood]), np.where(np.isnan(np.vstack([chart, mood])), 0.0, 0.8), rest))

    assert (alone.agreeing[:, 0].sum(), both.agreeing[:, 0].sum()) == (3, 4)
    assert alone.effective[0] < 1.5 < both.effective[0]


def test_a_category_that_is_sure_of_the_contrary_vetoes() -> None:
    sure = agreed(scores_of(0.8, 0.8, 0.8, -0.6, np.nan, 0.8))
    unsure = agreed(scores_of(0.8, 0.8, 0.8, -0.4, np.nan, 0.8))

    assert (sure.vetoed[0], unsure.vetoed[0]) == (True, False)
    assert (sure.opposing[3, 0], unsure.opposing[3, 0]) == (True, True)


def test_strengths_rise_with_score_and_with_independent_votes() -> None:
    assert [strength_of(score, 1.0) for score in (0.2, 0.25, 0.4, -0.55, 0.7, 0.85)] == [None, *STRENGTHS]
    assert strength_of(0.3, 4.0) == "clear"


def test_positions_shrink_with_volatility_and_have_a_cap() -> None:
    made = sizes(np.array([20.0, 100.0, 400.0, 0.0, np.nan]))

    assert made[:3] == pytest.approx([0.25, 0.2, 0.05])
    assert np.isnan(made[3:]).all()


def test_the_digest_is_of_the_values_and_of_nothing_else() -> None:
    values = np.array([1.0, np.nan, 2.0])
    other_unknown = np.frombuffer(np.uint64(0x7FF8000000000123).tobytes(), "<f8")[0]

    assert digest_of(values) == digest_of(np.array([1.0, other_unknown, 2.0]))
    assert digest_of(values) != digest_of(np.array([1.0, np.nan, 2.0000000000000004]))


def emission(**more: object) -> Emission:
    told: dict[str, object] = {
        "token_id": "bitcoin",
        "direction": "bullish",
        "strength": "clear",
        "score": Decimal("0.5"),
        "effective": Decimal("1.7"),
        "categories": {},
        "price_usd": "1",
        "position": None,
        "inputs": "",
        "code": "",
    }
    return Emission(**told | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "strength", "days", "news"),
    [
        ("bullish", "clear", 1, False),
        ("bullish", "moderate", 1, False),
        ("bullish", "strong", 1, True),
        ("bearish", "slight", 1, True),
        ("bullish", "clear", 7, True),
    ],
)
def test_only_what_turned_grew_or_outlived_its_horizon_is_news(
    direction: str, strength: str, days: int, news: bool
) -> None:
    last = {"bitcoin": LastEmission(direction="bullish", strength="clear", emitted_at=NOON - timedelta(days=days))}

    assert bool(fresh([emission(direction=direction, strength=strength)], last, now=NOON)) is news
    assert fresh([emission()], {}, now=NOON)


def test_a_stated_probability_begins_at_a_half_and_learns_slowly() -> None:
    assert (probability(0, 0), probability(20, 20), probability(0, 80)) == (
        Decimal("0.5000"),
        Decimal("0.7500"),
        Decimal("0.1000"),
    )


def graded(day: int, score: float, moved: float, *, stated: float = 0.5) -> Graded:
    return Graded(
        emitted_at=NOON + timedelta(days=day),
        direction="bullish" if score > 0 else "bearish",
        strength="clear",
        score=score,
        probability=stated,
        entry_usd=100.0,
        exit_usd=100.0 * (1 + moved),
        lost=False,
    )


def test_figures_are_those_of_the_plain_formulas() -> None:
    random = np.random.default_rng(4)
    signals = [
        graded(n // 5, s, m, stated=p)
        for n, (s, m, p) in enumerate(
            zip(random.normal(0, 1, 100), random.normal(0, 0.1, 100), random.random(100), strict=True)
        )
    ]

    record = record_of(signals)

    hits = [(each.exit_usd > 100) == (each.score > 0) for each in signals]
    moves = [each.exit_usd / 100 - 1 for each in signals]
    assert (record.graded, record.days) == (100, 20)
    assert record.hit_rate.value == pytest.approx(np.mean(hits))
    score = np.array([each.score for each in signals])
    a, b = (np.sign(each) * stats.rankdata(np.abs(each)) for each in (score, np.array(moves)))
    assert record.information_coefficient.value == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))
    assert record.brier.value == pytest.approx(
        np.mean([(each.probability - hit) ** 2 for each, hit in zip(signals, hits, strict=True)])
    )
    assert record.mean_return_pct.value == pytest.approx(
        100 * np.mean([m * np.sign(s.score) for m, s in zip(moves, signals, strict=True)])
    )


def test_signals_of_one_block_of_days_are_one_trial() -> None:
    def of(day: int) -> Graded:
        return graded(day, 1.0, 0.1 if day // BLOCK_DAYS % 2 else -0.1)

    days = BLOCK_DAYS * 10
    one = record_of([of(day) for day in range(0, days, BLOCK_DAYS)]).hit_rate
    many = record_of([of(day) for day in range(days) for _ in range(3)]).hit_rate
    apart = record_of([graded(day, 1.0, 0.1 if day % 2 else -0.1) for day in range(days)]).hit_rate

    assert (one.value, many.value, apart.value) == (0.5, 0.5, 0.5)
    assert one.low is not None
    assert one.low == pytest.approx(many.low, abs=0.02)
    assert one.high == pytest.approx(many.high, abs=0.02)
    assert apart.low is not None
    assert apart.low > one.low + 0.2


def test_before_four_blocks_no_interval_is_drawn() -> None:
    early, late = (record_of([graded(day, 1.0, 0.1) for day in range(days)]).hit_rate for days in (83, 84))

    assert (early.low, late.low) == (None, 1.0)


def test_an_interval_ends_where_figures_do() -> None:
    record = record_of([graded(day, 1.0, -0.1 if day < 10 else 0.1) for day in range(120)])

    assert record.hit_rate.high == 1.0
    assert record.brier.low == 0.25


def test_students_quantiles_are_those_of_scipy() -> None:
    for freedom in (1, 2, 2.37, 4, 8, 30.5, 200):
        assert student(freedom) == pytest.approx(stats.t.ppf((1 + INTERVAL) / 2, freedom), rel=1e-6)


def test_nothing_graded_is_nothing_claimed_and_a_tie_is_no_hit() -> None:
    empty = record_of([])
    tie = record_of([graded(0, 1.0, 0.0)])

    assert (empty.graded, empty.hit_rate.value, empty.brier.value) == (0, None, None)
    assert (tie.hit_rate.value, tie.hit_rate.low, tie.information_coefficient.value) == (0.0, None, None)
    assert record_of([graded(day, 1.0, 0.0) for day in range(9)]).information_coefficient.value is None
    assert record_of([graded(day, 1.0, 0.1) for day in range(2)]).information_coefficient.value is None


def test_a_record_says_why_it_has_no_intervals() -> None:
    many = [graded(day, 1.0, 0.1) for day in range(BLOCK_DAYS * 5)]
    # Nine signals of ten in one block: as good as one block.
    lopsided = [*many[:2], *[graded(BLOCK_DAYS * 2, 1.0, 0.1)] * 200, *many[BLOCK_DAYS * 3 :: 9]]

    records = [record_of(each) for each in ([], many[:30], lopsided, many)]

    assert [each.intervals for each in records] == ["too_few_blocks"] * 3 + ["told"]
    assert (records[2].blocks < 2, records[3].blocks) == (True, 5.0)
    assert records[2].hit_rate.low is None


def test_chains_metrics_are_read_from_their_newest_day_unless_it_is_old() -> None:
    rows = [("bitcoin", "tvl_usd", ago, 100.0 * 0.9 ** (ago - 2)) for ago in range(2, 40)]
    old = [("ethereum", "tvl_usd", ago, 100.0) for ago in range(6, 40)]
    inputs = Inputs(tokens=[token("bitcoin"), token("ethereum"), token("dust")], chains=[*rows, *old])

    made = market.on_chain(inputs, market.slots_of(inputs), np.zeros(3))

    assert made["tvl_change_7d"][0] == pytest.approx(100 * (0.9**-7 - 1))
    assert made["market_cap_to_tvl"][0] == pytest.approx(1e7)
    assert np.isnan(made["tvl_change_7d"][1:]).all()


def test_a_token_without_rows_is_unknown_and_a_quiet_day_of_a_watched_one_is_zero() -> None:
    inputs = Inputs(
        tokens=[token("bitcoin"), token("dust")],
        flows=[("bitcoin", 3, 10.0, 4.0)],
        whales=[("bitcoin", 2, 1, 2e6, 2e6, 0.0)],
    )

    made = market.flows(inputs, market.slots_of(inputs))

    assert (made["exchange_net_flow_24h"][0], made["exchange_net_flow_7d"][0]) == (0, 6)
    assert (made["whale_transfers_24h"][0], made["whale_exchange_balance_7d"][0]) == (0, 1)
    assert all(np.isnan(values[1]) for values in made.values())


def test_nothing_known_of_any_market_gives_nothing() -> None:
    inputs = Inputs(tokens=[token("bitcoin")])
    slots = market.slots_of(inputs)
    with np.errstate(all="ignore"):
        made = (
            market.on_chain(inputs, slots, np.zeros(1))
            | market.flows(inputs, slots)
            | market.books(inputs, slots, np.ones(1))
        )
        made |= market.sentiment(inputs, slots) | market.quoted(inputs, slots)

    assert all(np.isnan(values).all() for values in made.values())
    assert set(made) <= set(NAMES)


def test_every_data_point_of_the_catalogue_is_made_by_somebody() -> None:
    from shared.domain.datapoints.numeric.technical import FADING, WINDOWED

    inputs = Inputs(tokens=[token("bitcoin")])
    slots = market.slots_of(inputs)
    with np.errstate(all="ignore"):
        made = (
            market.on_chain(inputs, slots, np.zeros(1))
            | market.flows(inputs, slots)
            | market.books(inputs, slots, np.ones(1))
        )
        made |= market.sentiment(inputs, slots) | market.quoted(inputs, slots)

    assert {*made, *FADING, *WINDOWED} == set(NAMES)
