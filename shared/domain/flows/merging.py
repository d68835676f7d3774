"""The SQL by which a run's findings become rows, in the order in which it runs."""

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203010)"

STAGE = (
    "CREATE TEMPORARY TABLE staged_transfers (LIKE transfers) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE staged_blocks (LIKE flow_blocks, scanned boolean) ON COMMIT DROP",
)

# Our own price of the same minutes: the stored point nearest in time, or the quote.
VALUE = """
    UPDATE staged_transfers AS staged SET usd = round(amount * coalesce(
        (SELECT price_usd FROM price_points
         WHERE resolution_s = 300 AND token_id = staged.token_id
             AND bucket > staged.at - interval '15 minutes' AND bucket <= staged.at + interval '10 minutes'
             AND abs(extract(epoch FROM observed_at - staged.at)) <= 600
         ORDER BY abs(extract(epoch FROM observed_at - staged.at)) LIMIT 1),
        (SELECT price_usd FROM quotes
         WHERE token_id = staged.token_id AND abs(extract(epoch FROM priced_at - staged.at)) <= 600)
    ), 2)
"""

# A block of the same number with another hash took the place of the one a transfer was in. Whatever is in both is found again below.
REORG = """
    WITH gone AS (
        UPDATE transfers AS held SET latest = false
        FROM staged_blocks AS staged
        WHERE held.latest AND held.status = 'confirmed' AND held.chain = staged.chain
            AND held.block_number = staged.block_number AND held.block_hash <> staged.block_hash
            AND held.known_at < :known_at
        RETURNING held.*
    )
    INSERT INTO transfers
        (chain, transfer_id, known_at, latest, status, tx_hash, position, from_address, to_address, from_owner, to_owner,
         token_id, amount, usd, at, block_number, block_hash, provider)
    SELECT chain, transfer_id, :known_at, true, 'reorged', tx_hash, position, from_address, to_address, from_owner, to_owner,
        token_id, amount, usd, at, block_number, block_hash, provider
    FROM gone
    WHERE NOT EXISTS (
        SELECT FROM staged_transfers AS staged
        WHERE staged.chain = gone.chain AND staged.transfer_id = gone.transfer_id
            AND staged.block_hash IS DISTINCT FROM gone.block_hash
    )
    ON CONFLICT DO NOTHING
"""

# New ones, those found in another block, those that came back. A source that does not tell the block says nothing new.
NEWS = """
    DELETE FROM staged_transfers AS staged USING transfers AS held
    WHERE held.chain = staged.chain AND held.transfer_id = staged.transfer_id AND held.latest
        AND (staged.block_hash IS NULL
             OR (held.status = 'confirmed' AND held.block_hash IS NOT DISTINCT FROM staged.block_hash)
             OR (held.status = 'reorged' AND held.block_hash = staged.block_hash AND held.known_at = :known_at))
"""
SUPERSEDE = """
    UPDATE transfers AS held SET latest = false FROM staged_transfers AS staged
    WHERE held.latest AND held.chain = staged.chain AND held.transfer_id = staged.transfer_id
"""
TRANSFERS = "INSERT INTO transfers SELECT * FROM staged_transfers ON CONFLICT DO NOTHING"

BLOCKS = """
    INSERT INTO flow_blocks (chain, block_number, block_hash, at)
    SELECT chain, block_number, block_hash, at FROM staged_blocks WHERE scanned
    ON CONFLICT (chain, block_number) DO UPDATE SET block_hash = excluded.block_hash, at = excluded.at
"""
FORGET_BLOCKS = "DELETE FROM flow_blocks WHERE at < CAST(:known_at AS timestamptz) - interval '1 day'"

# The hours of the chains that were scanned, made anew; an hour without a flow is one of zeros, for it was looked at.
FLOWS = """
    WITH scanned AS (
        SELECT chain, coin, since FROM unnest(
            CAST(:chains AS text[]), CAST(:coins AS text[]), CAST(:since AS timestamptz[])) AS each (chain, coin, since)
    ), found AS (
        SELECT each.chain, each.token_id, date_trunc('hour', each.at, 'UTC') AS hour,
            coalesce(sum(amount) FILTER (WHERE to_owner IS NOT NULL), 0) AS inflow,
            coalesce(sum(amount) FILTER (WHERE from_owner IS NOT NULL), 0) AS outflow,
            coalesce(sum(usd) FILTER (WHERE to_owner IS NOT NULL), 0) AS inflow_usd,
            coalesce(sum(usd) FILTER (WHERE from_owner IS NOT NULL), 0) AS outflow_usd,
            count(*)::integer AS transfers, count(*) FILTER (WHERE usd IS NULL)::integer AS unpriced
        FROM transfers AS each JOIN scanned USING (chain)
        -- Between two exchanges, or two addresses of one, nothing flows in or out.
        WHERE each.latest AND each.status = 'confirmed' AND (each.from_owner IS NULL) <> (each.to_owner IS NULL)
            AND each.at >= date_trunc('hour', scanned.since, 'UTC')
        GROUP BY 1, 2, 3
    ), held AS (
        SELECT flows.* FROM exchange_flows AS flows JOIN scanned USING (chain)
        WHERE flows.latest AND flows.hour >= date_trunc('hour', scanned.since, 'UTC')
    ), keys AS (
        SELECT chain, token_id, hour FROM found
        UNION SELECT chain, token_id, hour FROM held
        UNION SELECT chain, coin, hour FROM scanned, generate_series(
            date_trunc('hour', scanned.since, 'UTC'), CAST(:known_at AS timestamptz), interval '1 hour') AS hour
    ), made AS (
        SELECT keys.chain, keys.token_id, keys.hour, coalesce(found.inflow, 0) AS inflow, coalesce(found.outflow, 0) AS outflow,
            coalesce(found.inflow_usd, 0) AS inflow_usd, coalesce(found.outflow_usd, 0) AS outflow_usd,
            coalesce(found.transfers, 0) AS transfers, coalesce(found.unpriced, 0) AS unpriced
        FROM keys LEFT JOIN found USING (chain, token_id, hour)
    ), changed AS (
        SELECT made.* FROM made LEFT JOIN held USING (chain, token_id, hour)
        WHERE held.hour IS NULL OR (held.known_at < :known_at AND
            (held.inflow, held.outflow, held.inflow_usd, held.outflow_usd, held.transfers, held.unpriced) IS DISTINCT FROM
            (made.inflow, made.outflow, made.inflow_usd, made.outflow_usd, made.transfers, made.unpriced))
    ), superseded AS (
        UPDATE exchange_flows AS flows SET latest = false FROM changed
        WHERE flows.latest AND (flows.chain, flows.token_id, flows.hour) = (changed.chain, changed.token_id, changed.hour)
    )
    INSERT INTO exchange_flows
        (chain, token_id, hour, known_at, latest, inflow, outflow, inflow_usd, outflow_usd, transfers, unpriced)
    SELECT chain, token_id, hour, :known_at, true, inflow, outflow, inflow_usd, outflow_usd, transfers, unpriced FROM changed
    ON CONFLICT DO NOTHING
"""
