"""News: every revision of every article, and the canonical addresses that lead to them."""

from alembic import op

revision = "0007"
down_revision = "0006"

# carriers: publishers and providers of all sources, for the parameter `source`.
REVISIONS = """
CREATE TABLE news_revisions (
    article_id text NOT NULL,
    known_at timestamptz NOT NULL,
    replaced_at timestamptz CHECK (replaced_at > known_at),
    published_at timestamptz NOT NULL,
    dated boolean NOT NULL,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    summary text CHECK (length(summary) <= 500),
    url text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    publisher text NOT NULL,
    aggregated boolean NOT NULL,
    sources jsonb NOT NULL,
    carriers text[] NOT NULL,
    tokens jsonb NOT NULL,
    token_ids text[] NOT NULL,
    sentiment integer CHECK (sentiment BETWEEN -1 AND 1),
    sentiment_score numeric CHECK (sentiment_score BETWEEN -1 AND 1),
    sentiment_method text,
    PRIMARY KEY (article_id, known_at),
    CHECK ((sentiment IS NULL) = (sentiment_score IS NULL) AND (sentiment IS NULL) = (sentiment_method IS NULL))
)
"""
ONE_HOLDS = "CREATE UNIQUE INDEX news_holding ON news_revisions (article_id) WHERE replaced_at IS NULL"
NEWEST = "CREATE INDEX news_newest ON news_revisions (published_at DESC, article_id DESC) WHERE replaced_at IS NULL"
# What was known at a time is looked for among all revisions.
EVER = "CREATE INDEX news_ever ON news_revisions (published_at DESC, article_id DESC, known_at)"
# Where to find the articles of a token (`token:bitcoin`) or a source (`source:coindesk.com`) in the order in which they are
# read: of the revisions that hold.
PLACES = """
CREATE TABLE news_places (
    name text NOT NULL,
    published_at timestamptz NOT NULL,
    article_id text NOT NULL,
    PRIMARY KEY (name, published_at, article_id)
)
"""
ADDRESSES = """
CREATE TABLE news_addresses (
    address text PRIMARY KEY,
    article_id text NOT NULL,
    known_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    """Make the tables; rights on tables come from the default privileges of 0001."""
    for statement in (REVISIONS, ONE_HOLDS, NEWEST, EVER, PLACES, ADDRESSES):
        op.get_bind().exec_driver_sql(statement)
