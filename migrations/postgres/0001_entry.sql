-- A team's cache. Everything is in a schema of its own, so the database may hold other things.
--
-- Who may do what is said by five roles that nobody logs in as; grant one of them to each user:
--
--   rustassistant_reader   reads `main`: people
--   rustassistant_writer   reads `main` and adds to it: pipelines of protected branches
--   rustassistant_branch   reads `main`, reads and adds to the namespaces that `branch` gives it: pipelines of pull requests
--   rustassistant_gc       reads and deletes everywhere: whatever keeps the table small
--   rustassistant_server   reads, adds and deletes everywhere: `rustassistant cache serve`, which has keys of its own
--
-- Nobody is granted UPDATE: an entry is never changed. Roles belong to the whole cluster, so they may be there already.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'rustassistant_reader', 'rustassistant_writer', 'rustassistant_branch', 'rustassistant_gc', 'rustassistant_server'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                -- Another database of this cluster was set up at the same moment.
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
                WHEN insufficient_privilege THEN
                    RAISE insufficient_privilege USING MESSAGE = format(
                        'there is no role %s, and %s may not create it; run `rustassistant cache setup` once as a user who has CREATEROLE and may create schemas in this database',
                        wanted, current_user
                    );
            END;
        END IF;
    END LOOP;
END
$$;

-- The checks are cheap ones, because they are made for every row: the client says precisely what a namespace is.
CREATE TABLE rustassistant.entry (
    ns text NOT NULL CHECK (octet_length(ns) BETWEEN 1 AND 64),
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    -- From an envelope without content to the largest one with its seal.
    envelope bytea NOT NULL CHECK (octet_length(envelope) BETWEEN 24 AND 16777312),
    created timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ns, key)
);

-- Envelopes are packed already.
ALTER TABLE rustassistant.entry ALTER COLUMN envelope SET STORAGE EXTERNAL;

-- The namespaces of the pipelines of pull requests. Only the owner writes here.
CREATE TABLE rustassistant.branch (
    role name NOT NULL,
    ns text NOT NULL CHECK (ns ~ '^[a-z0-9][a-z0-9._-]{0,63}$' AND ns <> 'main'),
    PRIMARY KEY (role, ns)
);

REVOKE ALL ON SCHEMA rustassistant FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA rustassistant FROM PUBLIC;
GRANT USAGE ON SCHEMA rustassistant
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch, rustassistant_gc, rustassistant_server;
GRANT SELECT ON rustassistant.entry
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch, rustassistant_gc, rustassistant_server;
-- Not `created`: nobody makes an entry look younger or older than it is.
GRANT INSERT (ns, key, envelope) ON rustassistant.entry
    TO rustassistant_writer, rustassistant_branch, rustassistant_server;
GRANT DELETE ON rustassistant.entry TO rustassistant_gc, rustassistant_server;
GRANT SELECT ON rustassistant.branch TO rustassistant_branch;

ALTER TABLE rustassistant.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE rustassistant.branch ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody_reads_main ON rustassistant.entry FOR SELECT
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch
    USING (ns = 'main');
CREATE POLICY writers_add_to_main ON rustassistant.entry FOR INSERT
    TO rustassistant_writer
    WITH CHECK (ns = 'main');

CREATE POLICY branches_see_their_own ON rustassistant.branch FOR SELECT
    TO rustassistant_branch
    USING (role = current_user);
CREATE POLICY branches_read_their_own ON rustassistant.entry FOR SELECT
    TO rustassistant_branch
    USING (ns IN (SELECT branch.ns FROM rustassistant.branch WHERE branch.role = current_user));
CREATE POLICY branches_add_to_their_own ON rustassistant.entry FOR INSERT
    TO rustassistant_branch
    WITH CHECK (ns IN (SELECT branch.ns FROM rustassistant.branch WHERE branch.role = current_user));

CREATE POLICY upkeep_reads ON rustassistant.entry FOR SELECT
    TO rustassistant_gc, rustassistant_server
    USING (true);
CREATE POLICY upkeep_deletes ON rustassistant.entry FOR DELETE
    TO rustassistant_gc, rustassistant_server
    USING (true);
CREATE POLICY servers_add ON rustassistant.entry FOR INSERT
    TO rustassistant_server
    WITH CHECK (true);
