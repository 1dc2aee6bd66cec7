-- What has been spent, in tokens. One row per scope has both of its windows, so one lock is enough for both.
-- Days and months are counted since 1970 (UTC) and never go down, whatever a clock says.
CREATE TABLE budget (
    scope TEXT NOT NULL PRIMARY KEY,
    day INTEGER NOT NULL,
    day_used INTEGER NOT NULL CHECK (day_used >= 0),
    month INTEGER NOT NULL,
    month_used INTEGER NOT NULL CHECK (month_used >= 0)
) STRICT, WITHOUT ROWID;

-- What is held for requests on their way, and what has become of those before, so that nothing is charged twice.
-- The state is 0 open, 1 released, 2 run out, 3 settled. `expires` is in milliseconds since 1970, `day` the last day on
-- which something happened to the row.
CREATE TABLE hold (
    scope TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    estimate INTEGER NOT NULL CHECK (estimate >= 0),
    charged INTEGER NOT NULL CHECK (charged >= 0),
    expires INTEGER NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_open ON hold (scope, expires, estimate) WHERE state = 0;

-- "RuAl": not the file of the cache.
PRAGMA application_id = 1383416172;
PRAGMA user_version = 1;
