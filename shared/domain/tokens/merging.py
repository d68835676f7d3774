"""From the staging tables into the catalogue, in the order in which it has to happen.

A value that changed ends (`held_until`) and the new one begins, both at the time of the run; nothing is overwritten.
"""

STAGE_LIST = (
    """
    CREATE TEMPORARY TABLE staged_tokens (
        token_id text PRIMARY KEY, symbol text NOT NULL, name text NOT NULL, provisional boolean NOT NULL,
        folded_id text NOT NULL, folded_symbol text NOT NULL, folded_name text NOT NULL
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE staged_contracts (
        token_id text, chain text, address text, PRIMARY KEY (token_id, chain, address)
    ) ON COMMIT DROP
    """,
)
ANALYZE = "ANALYZE staged_tokens, staged_contracts"
TOKEN_COLUMNS = ("token_id", "symbol", "name", "provisional", "folded_id", "folded_symbol", "folded_name")
CONTRACT_COLUMNS = ("token_id", "chain", "address")

RENAMED = """
    UPDATE token_catalogue AS held SET held_until = :at
    FROM staged_tokens AS staged
    WHERE held.token_id = staged.token_id AND held.held_until IS NULL
      AND (:canonical OR held.provider = :provider)
      AND ((held.symbol, held.name, held.provisional) IS DISTINCT FROM (staged.symbol, staged.name, staged.provisional)
           OR :canonical AND held.provider <> ALL(CAST(:family AS text[])))
"""
"""A token that another provider told of becomes CoinGecko's when it lists it, whichever of its doors answers."""

DELISTED = """
    UPDATE token_catalogue AS held SET held_until = :at
    WHERE held_until IS NULL AND NOT EXISTS (SELECT FROM staged_tokens AS staged WHERE staged.token_id = held.token_id)
"""
LISTED = """
    INSERT INTO token_catalogue
        (token_id, known_at, symbol, name, provisional, provider, folded_id, folded_symbol, folded_name)
    SELECT token_id, :at, symbol, name, provisional, :provider, folded_id, folded_symbol, folded_name
    FROM staged_tokens AS staged
    WHERE NOT EXISTS (
        SELECT FROM token_catalogue AS held WHERE held.token_id = staged.token_id AND held.held_until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
WITHDRAWN = """
    UPDATE token_contracts AS held SET held_until = :at
    WHERE held_until IS NULL AND NOT EXISTS (
        SELECT FROM staged_contracts AS staged
        WHERE (staged.token_id, staged.chain, staged.address) = (held.token_id, held.chain, held.address)
    )
"""
DEPLOYED = """
    INSERT INTO token_contracts (token_id, chain, address, known_at, provider)
    SELECT token_id, chain, address, :at, :provider
    FROM staged_contracts AS staged
    WHERE NOT EXISTS (
        SELECT FROM token_contracts AS held
        WHERE held.token_id = staged.token_id AND held.chain = staged.chain AND held.held_until IS NULL
          AND (held.address = staged.address OR NOT :canonical)
    )
    ON CONFLICT DO NOTHING
"""
"""Whoever stands in for CoinGecko adds chains that nothing is known of, and contradicts nothing."""

PLACES = """
    INSERT INTO token_places AS held (token_id, place)
    SELECT token_id, row_number() OVER (ORDER BY rank NULLS LAST, token_id)
    FROM token_catalogue LEFT JOIN quotes USING (token_id)
    WHERE held_until IS NULL
    ON CONFLICT (token_id) DO UPDATE SET place = excluded.place WHERE held.place <> excluded.place
"""
UNPLACED = """
    DELETE FROM token_places AS placed
    WHERE NOT EXISTS (
        SELECT FROM token_catalogue AS held WHERE held.token_id = placed.token_id AND held.held_until IS NULL
    )
"""

STAGE_DETAILS = """
    CREATE TEMPORARY TABLE staged_details (
        token_id text PRIMARY KEY, provider text NOT NULL, observed_at timestamptz NOT NULL, description text,
        links jsonb NOT NULL, categories text[] NOT NULL, genesis_date text, hashing_algorithm text, image_url text
    ) ON COMMIT DROP
"""
STAGE_DECIMALS = """
    CREATE TEMPORARY TABLE staged_decimals (
        token_id text, chain text, address text, decimals integer NOT NULL, provider text NOT NULL,
        PRIMARY KEY (token_id, chain, address)
    ) ON COMMIT DROP
"""
DETAIL_COLUMNS = (
    "token_id",
    "provider",
    "observed_at",
    "description",
    "links",
    "categories",
    "genesis_date",
    "hashing_algorithm",
    "image_url",
)
DECIMAL_COLUMNS = ("token_id", "chain", "address", "decimals", "provider")
_COMPARED = "description, {0}.links, {0}.categories, {0}.genesis_date, {0}.hashing_algorithm, {0}.image_url"
DETAILS_CHANGED = f"""
    UPDATE token_details AS held SET held_until = :at
    FROM staged_details AS staged
    WHERE held.token_id = staged.token_id AND held.held_until IS NULL
      AND (held.{_COMPARED.format("held")}) IS DISTINCT FROM (staged.{_COMPARED.format("staged")})
"""  # noqa: S608
DETAILS_LEARNT = """
    INSERT INTO token_details (token_id, known_at, provider, observed_at, description, links, categories, genesis_date,
        hashing_algorithm, image_url)
    SELECT token_id, :at, provider, observed_at, description, links, categories, genesis_date, hashing_algorithm,
        image_url
    FROM staged_details AS staged
    WHERE NOT EXISTS (
        SELECT FROM token_details AS held WHERE held.token_id = staged.token_id AND held.held_until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
DECIMALS_CHANGED = """
    UPDATE token_contracts AS held SET held_until = :at
    FROM staged_decimals AS staged
    WHERE (held.token_id, held.chain, held.address) = (staged.token_id, staged.chain, staged.address)
      AND held.held_until IS NULL AND held.known_at < :at AND held.decimals IS DISTINCT FROM staged.decimals
"""
DECIMALS_LEARNT = """
    INSERT INTO token_contracts (token_id, chain, address, known_at, decimals, provider)
    SELECT staged.token_id, staged.chain, staged.address, :at, staged.decimals, staged.provider
    FROM staged_decimals AS staged
    JOIN token_contracts AS held ON (held.token_id, held.chain, held.address, held.held_until)
                                  = (staged.token_id, staged.chain, staged.address, CAST(:at AS timestamptz))
    WHERE NOT EXISTS (
        SELECT FROM token_contracts AS other
        WHERE (other.token_id, other.chain, other.address) = (staged.token_id, staged.chain, staged.address)
          AND other.held_until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
"""Only for addresses that the list has told: details may be cached for longer than a withdrawn contract lives."""

DECIMALS_AT_ONCE = """
    UPDATE token_contracts AS held SET decimals = staged.decimals
    FROM staged_decimals AS staged
    WHERE (held.token_id, held.chain, held.address) = (staged.token_id, staged.chain, staged.address)
      AND held.held_until IS NULL AND held.known_at = :at AND held.decimals IS NULL
"""
"""Of contracts that this very run has learnt: nobody has seen them without."""

CHECKED = """
    INSERT INTO token_checks AS held (token_id, checked_at)
    SELECT DISTINCT unnest(CAST(:token_ids AS text[])), CAST(:at AS timestamptz)
    ON CONFLICT (token_id) DO UPDATE SET checked_at = excluded.checked_at WHERE held.checked_at < excluded.checked_at
"""
GROUPED = """
    INSERT INTO category_members (category_id, token_id, known_at, provider)
    SELECT DISTINCT categories.category_id, staged.token_id, CAST(:at AS timestamptz), staged.provider
    FROM staged_details AS staged
    CROSS JOIN LATERAL unnest(staged.categories) AS told (name)
    JOIN categories ON categories.name = told.name
    WHERE NOT categories.members_whole AND NOT EXISTS (
        SELECT FROM category_members AS held
        WHERE (held.category_id, held.token_id) = (categories.category_id, staged.token_id) AND held.held_until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
"""What single tokens tell of their categories counts as long as the category itself was not asked for its tokens."""

QUEUE = """
    SELECT placed.token_id, coalesce(held.provisional, false),
        (SELECT provider_id FROM provider_ids
         WHERE provider = 'coinpaprika' AND provider_ids.token_id = placed.token_id ORDER BY provider_id LIMIT 1)
    FROM token_places AS placed
    JOIN token_catalogue AS held ON held.token_id = placed.token_id AND held.held_until IS NULL
    LEFT JOIN token_checks AS checked ON checked.token_id = placed.token_id
    WHERE checked.checked_at IS NULL OR checked.checked_at < CAST(:at AS timestamptz) - interval '20 hours'
    ORDER BY checked.checked_at + CASE
        WHEN placed.place <= 250 THEN interval '1 day'
        WHEN placed.place <= 2000 THEN interval '7 days'
        ELSE interval '30 days'
    END NULLS FIRST, placed.place
    LIMIT :size
"""
"""Each token once, the largest first; then those that are most overdue."""

HELD = "SELECT count(*) FROM token_catalogue WHERE held_until IS NULL"
STORED_AT = "SELECT refreshed_at FROM datasets WHERE dataset = :dataset"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203005)"
