"""From the staging tables into categories and trending lists, and what our own quotes say of a category."""

STAGE = """
    CREATE TEMPORARY TABLE staged_categories (
        category_id text PRIMARY KEY, name text NOT NULL, description text, market_cap_usd numeric,
        volume_24h_usd numeric, change_24h_pct numeric, told_at timestamptz, folded text NOT NULL, whole boolean NOT NULL
    ) ON COMMIT DROP
"""
STAGE_MEMBERS = """
    CREATE TEMPORARY TABLE staged_members (category_id text, token_id text, PRIMARY KEY (category_id, token_id))
    ON COMMIT DROP
"""
COLUMNS = (
    "category_id",
    "name",
    "description",
    "market_cap_usd",
    "volume_24h_usd",
    "change_24h_pct",
    "told_at",
    "folded",
    "whole",
)
MEMBER_COLUMNS = ("category_id", "token_id")

GONE = """
    DELETE FROM categories AS held
    WHERE NOT EXISTS (SELECT FROM staged_categories AS staged WHERE staged.category_id = held.category_id)
"""
"""CoinGecko's list is the whole truth while it comes; what another provider had added meanwhile goes."""

KNOWN_ALREADY = """
    DELETE FROM staged_categories AS staged USING categories AS held
    WHERE held.provider NOT IN (SELECT unnest(CAST(:family AS text[]))) AND (
        held.category_id = staged.category_id
        OR regexp_replace(lower(held.name), '[^a-z0-9]', '', 'g') = staged.folded
    )
"""
"""Categories that CoinGecko has told of, under the same id or name, stay as it told them."""

MERGE = """
    INSERT INTO categories AS held
        (category_id, name, description, provider, known_at, told_market_cap_usd, told_volume_24h_usd,
         told_change_24h_pct, told_at)
    SELECT category_id, name, description, :provider, :at, market_cap_usd, volume_24h_usd, change_24h_pct, told_at
    FROM staged_categories
    ON CONFLICT (category_id) DO UPDATE SET
        name = excluded.name, description = coalesce(excluded.description, held.description),
        provider = excluded.provider, told_market_cap_usd = excluded.told_market_cap_usd,
        told_volume_24h_usd = excluded.told_volume_24h_usd, told_change_24h_pct = excluded.told_change_24h_pct,
        told_at = excluded.told_at
"""
LEFT = """
    UPDATE category_members AS held SET held_until = :at
    FROM staged_categories AS staged
    WHERE held.category_id = staged.category_id AND staged.whole AND held.held_until IS NULL AND NOT EXISTS (
        SELECT FROM staged_members AS member
        WHERE (member.category_id, member.token_id) = (held.category_id, held.token_id)
    )
"""
JOINED = """
    INSERT INTO category_members (category_id, token_id, known_at, provider)
    SELECT staged.category_id, staged.token_id, :at, :provider
    FROM staged_members AS staged
    JOIN staged_categories USING (category_id)
    JOIN categories USING (category_id)
    WHERE NOT EXISTS (
        SELECT FROM category_members AS held
        WHERE (held.category_id, held.token_id) = (staged.category_id, staged.token_id) AND held.held_until IS NULL
    )
    ON CONFLICT DO NOTHING
"""
ASKED = """
    UPDATE categories AS held SET members_whole = staged.whole, members_checked_at = :at
    FROM staged_categories AS staged
    WHERE held.category_id = staged.category_id
"""
ASKED_IN_VAIN = """
    UPDATE categories SET members_checked_at = :at WHERE category_id = ANY(CAST(:category_ids AS text[]))
"""

QUEUE = """
    SELECT category_id FROM categories
    WHERE provider = ANY(CAST(:family AS text[]))
      AND (members_checked_at IS NULL OR members_checked_at < CAST(:at AS timestamptz) - interval '20 hours')
    ORDER BY members_checked_at NULLS FIRST, told_market_cap_usd DESC NULLS LAST, category_id
    LIMIT :size
"""

COMPUTE = """
    UPDATE categories SET
        members = counted.members, members_counted = counted.quoted, own_market_cap_usd = counted.market_cap,
        own_volume_24h_usd = counted.volume, own_change_24h_pct = counted.change, own_as_of = counted.as_of
    FROM (
        SELECT category_id, count(*) AS members, count(quoted.token_id) AS quoted,
            sum(quoted.market_cap_usd) AS market_cap, sum(quoted.volume_24h_usd) AS volume, min(quoted.as_of) AS as_of,
            round((sum(quoted.market_cap_usd) FILTER (WHERE quoted.before > 0)
                   / nullif(sum(quoted.before) FILTER (WHERE quoted.before > 0), 0) - 1) * 100, 6) AS change
        FROM category_members AS held
        LEFT JOIN (
            SELECT token_id, market_cap_usd, volume_24h_usd, as_of,
                market_cap_usd / nullif(1 + change_24h_pct / 100, 0) AS before
            FROM quotes
            WHERE rank IS NOT NULL AND market_cap_usd IS NOT NULL AND as_of >= CAST(:at AS timestamptz) - interval '1 hour'
        ) AS quoted USING (token_id)
        WHERE held.held_until IS NULL
        GROUP BY category_id
    ) AS counted
    WHERE counted.category_id = categories.category_id
"""
"""Over the tokens with a quote of the last hour: the sum of market caps, of volumes, and how the first sum has changed since
each token's market cap was what its change within 24 hours says."""

SHOW = """
    UPDATE categories SET
        basis = chosen.basis,
        market_cap_usd = CASE chosen.basis WHEN 'told' THEN told_market_cap_usd ELSE own_market_cap_usd END,
        volume_24h_usd = CASE chosen.basis WHEN 'told' THEN told_volume_24h_usd ELSE own_volume_24h_usd END,
        change_24h_pct = CASE chosen.basis WHEN 'told' THEN told_change_24h_pct ELSE own_change_24h_pct END,
        as_of = CASE chosen.basis WHEN 'told' THEN told_at ELSE own_as_of END
    FROM (
        SELECT category_id,
            CASE WHEN members_whole AND members_counted > 0 AND members_counted >= 0.8 * members THEN 'computed'
                 WHEN told_market_cap_usd IS NOT NULL
                      AND (members_counted = 0 OR told_at >= CAST(:at AS timestamptz) - interval '3 hours') THEN 'told'
                 WHEN members_counted > 0 THEN 'computed' END AS basis
        FROM categories
    ) AS chosen
    WHERE chosen.category_id = categories.category_id
"""
"""Our own sum where we know all tokens and have quotes of four in five of them, else what the provider told within three hours,
else the sum over those that we have."""

POINTS = """
    INSERT INTO category_points (category_id, known_at, basis, market_cap_usd, volume_24h_usd, change_24h_pct)
    SELECT category_id, :at, basis, market_cap_usd, volume_24h_usd, change_24h_pct
    FROM categories WHERE basis IS NOT NULL
    ON CONFLICT DO NOTHING
"""

MARKET = """
    SELECT token_id, symbol, name, image_url, price_usd, market_cap_usd, volume_24h_usd, change_24h_pct, past.turnover
    FROM quotes JOIN tokens USING (token_id)
    LEFT JOIN (
        SELECT token_id, avg(ln(volume_24h_usd / market_cap_usd)) AS turnover
        FROM price_points
        WHERE resolution_s = 86400 AND bucket < date_trunc('day', CAST(:at AS timestamptz), 'UTC')
          AND bucket >= date_trunc('day', CAST(:at AS timestamptz), 'UTC') - interval '7 days'
          AND volume_24h_usd > 0 AND market_cap_usd > 0
        GROUP BY token_id HAVING count(*) >= 3
    ) AS past USING (token_id)
    WHERE rank IS NOT NULL AND as_of >= CAST(:at AS timestamptz) - interval '1 hour' AND market_cap_usd > 0
      AND volume_24h_usd > 0 AND change_24h_pct IS NOT NULL
"""
TRENDING = """
    INSERT INTO trending
        (known_at, position, token_id, symbol, name, image_url, provider, told_price_usd, told_market_cap_usd,
         told_volume_24h_usd, told_change_24h_pct, score, turnover_score, movement_score)
    VALUES (:at, :position, :token_id, :symbol, :name, :image_url, :provider, :price_usd, :market_cap_usd,
        :volume_24h_usd, :change_24h_pct, :score, :turnover_score, :movement_score)
    ON CONFLICT DO NOTHING
"""
