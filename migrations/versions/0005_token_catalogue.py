"""Every token with its contracts, details and categories, and which are looked for most.

What is held now has no `held_until`; a revised value is a new row, so what was known at a time stays readable.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

# Searched by byte order: a prefix is a range then, whatever the parameter of a prepared statement is.
CATALOGUE = """
CREATE TABLE token_catalogue (
    token_id text NOT NULL,
    known_at timestamptz NOT NULL,
    held_until timestamptz,
    symbol text NOT NULL,
    name text NOT NULL,
    provisional boolean NOT NULL,
    provider text NOT NULL,
    folded_id text COLLATE "C" NOT NULL,
    folded_symbol text COLLATE "C" NOT NULL,
    folded_name text COLLATE "C" NOT NULL,
    PRIMARY KEY (token_id, known_at)
)
"""
CONTRACTS = """
CREATE TABLE token_contracts (
    token_id text NOT NULL,
    chain text NOT NULL,
    address text NOT NULL,
    known_at timestamptz NOT NULL,
    held_until timestamptz,
    decimals integer,
    provider text NOT NULL,
    PRIMARY KEY (token_id, chain, address, known_at)
)
"""
DETAILS = """
CREATE TABLE token_details (
    token_id text NOT NULL,
    known_at timestamptz NOT NULL,
    held_until timestamptz,
    provider text NOT NULL,
    observed_at timestamptz NOT NULL,
    description text,
    links jsonb NOT NULL,
    categories text[] NOT NULL,
    genesis_date text,
    hashing_algorithm text,
    image_url text,
    PRIMARY KEY (token_id, known_at)
)
"""
CHECKS = "CREATE TABLE token_checks (token_id text PRIMARY KEY, checked_at timestamptz NOT NULL)"
# Beside the catalogue, so that a changed order does not rewrite its five indexes.
PLACES = "CREATE TABLE token_places (token_id text PRIMARY KEY, place integer NOT NULL)"
CATEGORIES = """
CREATE TABLE categories (
    category_id text PRIMARY KEY,
    name text NOT NULL,
    description text,
    provider text NOT NULL,
    known_at timestamptz NOT NULL,
    told_market_cap_usd numeric,
    told_volume_24h_usd numeric,
    told_change_24h_pct numeric,
    told_at timestamptz,
    own_market_cap_usd numeric,
    own_volume_24h_usd numeric,
    own_change_24h_pct numeric,
    own_as_of timestamptz,
    basis text CHECK (basis IN ('computed', 'told')),
    market_cap_usd numeric,
    volume_24h_usd numeric,
    change_24h_pct numeric,
    as_of timestamptz,
    members integer NOT NULL DEFAULT 0,
    members_counted integer NOT NULL DEFAULT 0,
    members_whole boolean NOT NULL DEFAULT false,
    members_checked_at timestamptz
)
"""
MEMBERS = """
CREATE TABLE category_members (
    category_id text NOT NULL,
    token_id text NOT NULL,
    known_at timestamptz NOT NULL,
    held_until timestamptz,
    provider text NOT NULL,
    PRIMARY KEY (category_id, token_id, known_at)
)
"""
POINTS = """
CREATE TABLE category_points (
    category_id text NOT NULL,
    known_at timestamptz NOT NULL,
    basis text NOT NULL CHECK (basis IN ('computed', 'told')),
    market_cap_usd numeric,
    volume_24h_usd numeric,
    change_24h_pct numeric,
    PRIMARY KEY (category_id, known_at)
)
"""
TRENDING = """
CREATE TABLE trending (
    known_at timestamptz NOT NULL,
    position integer NOT NULL,
    token_id text NOT NULL,
    symbol text NOT NULL,
    name text NOT NULL,
    image_url text,
    provider text NOT NULL,
    told_price_usd numeric,
    told_market_cap_usd numeric,
    told_volume_24h_usd numeric,
    told_change_24h_pct numeric,
    score numeric,
    turnover_score numeric,
    movement_score numeric,
    PRIMARY KEY (known_at, position)
)
"""
INDEXES = (
    "CREATE UNIQUE INDEX token_catalogue_held ON token_catalogue (token_id) WHERE held_until IS NULL",
    "CREATE INDEX token_catalogue_id ON token_catalogue (folded_id) WHERE held_until IS NULL",
    "CREATE INDEX token_catalogue_symbol ON token_catalogue (folded_symbol) WHERE held_until IS NULL",
    "CREATE INDEX token_catalogue_name ON token_catalogue (folded_name) WHERE held_until IS NULL",
    "CREATE UNIQUE INDEX token_contracts_held ON token_contracts (token_id, chain, address) WHERE held_until IS NULL",
    "CREATE INDEX token_contracts_address ON token_contracts (address, chain)",
    "CREATE INDEX token_contracts_chain ON token_contracts (chain, token_id) WHERE held_until IS NULL",
    "CREATE UNIQUE INDEX token_details_held ON token_details (token_id) WHERE held_until IS NULL",
    "CREATE INDEX token_places_place ON token_places (place)",
    "CREATE UNIQUE INDEX category_members_held ON category_members (category_id, token_id) WHERE held_until IS NULL",
    "CREATE INDEX category_members_token ON category_members (token_id) WHERE held_until IS NULL",
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    tables = (CATALOGUE, CONTRACTS, DETAILS, CHECKS, PLACES, CATEGORIES, MEMBERS, POINTS, TRENDING)
    for statement in (*tables, *INDEXES):
        op.get_bind().exec_driver_sql(statement)
