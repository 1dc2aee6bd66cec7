-- What a team may spend on a language model, in tokens, and what it has spent.
--
-- A row of `budget` is set by an administrator (`rustassistant cache setup --budget-day ..`) or by the server; where there is
-- none, nothing is spent. Everybody else goes through the functions below, which hold all they do under the lock of that
-- row. Nobody is granted more on the tables than to see how budgets stand: a hold is found only by whoever knows its id.
--
-- Days and months are counted since 1970 (UTC), by this server's clock, and never go down, whatever that says.
CREATE TABLE rustassistant.budget (
    ns text PRIMARY KEY CHECK (octet_length(ns) BETWEEN 1 AND 65),
    -- No limit of this kind, if there is none.
    day_limit bigint CHECK (day_limit >= 0),
    month_limit bigint CHECK (month_limit >= 0),
    day integer NOT NULL,
    day_used bigint NOT NULL DEFAULT 0 CHECK (day_used >= 0),
    month integer NOT NULL,
    month_used bigint NOT NULL DEFAULT 0 CHECK (month_used >= 0)
);

-- What is held for requests on their way, and what has become of those before, so that nothing is charged twice.
-- The state is 0 open, 1 released, 2 run out, 3 settled; `day` is the last one on which something happened to the row.
CREATE TABLE rustassistant.hold (
    ns text NOT NULL REFERENCES rustassistant.budget ON DELETE CASCADE,
    id bytea NOT NULL CHECK (octet_length(id) = 16),
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 3),
    estimate bigint NOT NULL CHECK (estimate >= 0),
    charged bigint NOT NULL CHECK (charged >= 0),
    expires timestamptz NOT NULL,
    day integer NOT NULL,
    PRIMARY KEY (ns, id)
);
CREATE INDEX hold_open ON rustassistant.hold (ns, expires) INCLUDE (estimate) WHERE state = 0;

-- Whether whoever has logged in may spend there: people and pipelines where they read.
CREATE FUNCTION rustassistant.may_spend(scope text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_has_role(session_user, 'rustassistant_server', 'USAGE')
        OR scope = 'main' AND (
            pg_has_role(session_user, 'rustassistant_reader', 'USAGE')
            OR pg_has_role(session_user, 'rustassistant_writer', 'USAGE')
            OR pg_has_role(session_user, 'rustassistant_branch', 'USAGE'))
        OR pg_has_role(session_user, 'rustassistant_branch', 'USAGE') AND EXISTS (
            SELECT FROM rustassistant.branch WHERE branch.role = session_user AND branch.ns = scope)
$$;

CREATE FUNCTION rustassistant.day_of(moment timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT floor(extract(epoch FROM moment) / 86400)::integer $$;

CREATE FUNCTION rustassistant.month_of(moment timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ((extract(year FROM moment AT TIME ZONE 'UTC') - 1970) * 12
        + extract(month FROM moment AT TIME ZONE 'UTC') - 1)::integer
$$;

-- Says what may be spent; what isn't said stays as it was.
CREATE FUNCTION rustassistant.set_budget(scope text, new_day bigint, new_month bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO rustassistant.budget AS known (ns, day_limit, month_limit, day, month)
    VALUES (scope, new_day, new_month,
        rustassistant.day_of(clock_timestamp()), rustassistant.month_of(clock_timestamp()))
    ON CONFLICT (ns) DO UPDATE SET
        day_limit = coalesce(new_day, known.day_limit),
        month_limit = coalesce(new_month, known.month_limit)
$$;

-- Locks the budget and brings it up to date: later windows begin, and what has run out is charged at its estimate.
CREATE FUNCTION rustassistant.account(scope text) RETURNS rustassistant.budget
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    account rustassistant.budget;
    present timestamptz;
    today integer;
    run_out bigint;
BEGIN
    IF NOT rustassistant.may_spend(scope) THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s may spend nothing in %s', session_user, scope);
    END IF;
    SELECT * INTO account FROM rustassistant.budget WHERE ns = scope FOR UPDATE;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('there is no budget for %s', scope);
    END IF;
    -- Not before the lock is held: whoever waited for it has waited into another day.
    present := clock_timestamp();
    today := rustassistant.day_of(present);
    -- What runs out later than anything can was held by a clock that was ahead.
    WITH swept AS (
        UPDATE rustassistant.hold SET state = 2, charged = estimate, day = greatest(account.day, today)
        WHERE ns = scope AND state = 0 AND (expires <= present OR expires > present + interval '1 hour')
        RETURNING estimate
    )
    SELECT coalesce(sum(estimate), 0) INTO run_out FROM swept;
    IF run_out = 0 AND today <= account.day THEN
        RETURN account;
    END IF;
    IF today > account.day THEN
        account.day := today;
        account.day_used := 0;
        DELETE FROM rustassistant.hold WHERE ns = scope AND state <> 0 AND day < today - 40;
    END IF;
    IF rustassistant.month_of(present) > account.month THEN
        account.month := rustassistant.month_of(present);
        account.month_used := 0;
    END IF;
    account.day_used := account.day_used + run_out;
    account.month_used := account.month_used + run_out;
    UPDATE rustassistant.budget SET
        day = account.day, day_used = account.day_used, month = account.month, month_used = account.month_used
    WHERE ns = scope;
    RETURN account;
END
$$;

-- How a budget stands, with the outcome of what was asked: 0 done, 1 refused, 2 another reservation, or one that is over.
CREATE TYPE rustassistant.stand AS (
    outcome integer,
    day integer,
    day_used bigint,
    day_limit bigint,
    month integer,
    month_used bigint,
    month_limit bigint,
    held bigint
);

-- Not `STABLE`: it has to see what the account has just written.
CREATE FUNCTION rustassistant.stand_of(outcome integer, account rustassistant.budget) RETURNS rustassistant.stand
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (outcome, (account).day, (account).day_used, (account).day_limit,
        (account).month, (account).month_used, (account).month_limit,
        (SELECT coalesce(sum(estimate), 0) FROM rustassistant.hold WHERE ns = (account).ns AND state = 0)::bigint
    )::rustassistant.stand
$$;

CREATE FUNCTION rustassistant.reserve(scope text, hold_id bytea, tokens bigint, ttl double precision)
RETURNS rustassistant.stand
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    account rustassistant.budget := rustassistant.account(scope);
    known rustassistant.hold;
    stand rustassistant.stand;
    wanted numeric;
BEGIN
    IF tokens IS NULL OR ttl IS NULL OR tokens NOT BETWEEN 0 AND 1::bigint << 40 THEN
        RAISE check_violation USING MESSAGE = 'no request has so many tokens';
    END IF;
    SELECT * INTO known FROM rustassistant.hold WHERE ns = scope AND id = hold_id;
    IF FOUND THEN
        RETURN rustassistant.stand_of(
            CASE WHEN known.state = 0 AND known.estimate = tokens THEN 0 ELSE 2 END, account);
    END IF;
    stand := rustassistant.stand_of(1, account);
    wanted := stand.held::numeric + greatest(tokens, 1);
    IF stand.day_used + wanted > stand.day_limit OR stand.month_used + wanted > stand.month_limit THEN
        RETURN stand;
    END IF;
    INSERT INTO rustassistant.hold (ns, id, state, estimate, charged, expires, day)
    VALUES (scope, hold_id, 0, tokens, 0,
        clock_timestamp() + least(greatest(ttl, 0), 3600) * interval '1 second', account.day);
    stand.outcome := 0;
    RETURN stand;
END
$$;

-- Charges what the request has cost. The first call counts; what was charged before, because it ran out, stays charged.
CREATE FUNCTION rustassistant.settle(scope text, hold_id bytea, tokens bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    account rustassistant.budget := rustassistant.account(scope);
    known rustassistant.hold;
    more bigint;
BEGIN
    IF tokens IS NULL OR tokens < 0 THEN
        RAISE check_violation USING MESSAGE = 'tokens are never less than none';
    END IF;
    tokens := least(tokens, 1::bigint << 40);
    SELECT * INTO known FROM rustassistant.hold WHERE ns = scope AND id = hold_id;
    IF known.state = 3 THEN
        RETURN;
    END IF;
    more := greatest(tokens - coalesce(known.charged, 0), 0);
    INSERT INTO rustassistant.hold AS old (ns, id, state, estimate, charged, expires, day)
    VALUES (scope, hold_id, 3, 0, tokens, clock_timestamp(), account.day)
    ON CONFLICT (ns, id) DO UPDATE SET
        state = 3, charged = greatest(old.charged, tokens), day = account.day;
    UPDATE rustassistant.budget SET day_used = day_used + more, month_used = month_used + more WHERE ns = scope;
END
$$;

-- Holds nothing any more. An id that isn't known is not admitted afterwards either: its reservation may be on its way.
CREATE FUNCTION rustassistant.release(scope text, hold_id bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    account rustassistant.budget := rustassistant.account(scope);
BEGIN
    INSERT INTO rustassistant.hold AS old (ns, id, state, estimate, charged, expires, day)
    VALUES (scope, hold_id, 1, 0, 0, clock_timestamp(), account.day)
    ON CONFLICT (ns, id) DO UPDATE SET state = 1, day = account.day WHERE old.state = 0;
END
$$;

CREATE FUNCTION rustassistant.budget_stand(scope text) RETURNS rustassistant.stand
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    account rustassistant.budget := rustassistant.account(scope);
BEGIN
    RETURN rustassistant.stand_of(0, account);
END
$$;

REVOKE ALL ON rustassistant.budget, rustassistant.hold FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA rustassistant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rustassistant.may_spend, rustassistant.reserve, rustassistant.settle, rustassistant.release, rustassistant.budget_stand
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch, rustassistant_server;
GRANT EXECUTE ON FUNCTION rustassistant.set_budget TO rustassistant_server;
GRANT SELECT ON rustassistant.budget
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch, rustassistant_server;

ALTER TABLE rustassistant.budget ENABLE ROW LEVEL SECURITY;
ALTER TABLE rustassistant.hold ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody_sees_what_they_spend ON rustassistant.budget FOR SELECT
    TO rustassistant_reader, rustassistant_writer, rustassistant_branch, rustassistant_server
    USING (rustassistant.may_spend(ns));
