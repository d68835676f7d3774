"""Fear and greed: every value of every index as it was known, and what the news sound like now."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    # A revised value is a new row. Own values carry what they were made of, as the API tells it.
    """
    CREATE TABLE sentiment_values (
        index_name text NOT NULL CHECK (index_name IN ('alternative_me', 'cryptoprism')),
        at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        value numeric NOT NULL CHECK (value BETWEEN 0 AND 100),
        mood text NOT NULL CHECK (mood IN ('extreme_fear', 'fear', 'neutral', 'greed', 'extreme_greed')),
        provider text NOT NULL,
        components jsonb,
        missing text[],
        PRIMARY KEY (index_name, at, known_at)
    )
    """,
    # The latest only: the articles have their history, and values keep the component that was made of it.
    """
    CREATE TABLE news_moods (
        scope text PRIMARY KEY,
        score numeric NOT NULL CHECK (score BETWEEN -1 AND 1),
        articles integer NOT NULL CHECK (articles > 0),
        known_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
