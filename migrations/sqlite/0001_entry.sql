-- Times are whole hours since 1970: fine enough to find what was least recently used, coarse enough that a hit seldom
-- has to write. The value comes last, so that a scan over the times reads no overflow pages.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    created INTEGER NOT NULL,
    used INTEGER NOT NULL,
    envelope BLOB NOT NULL
) STRICT;

-- "RuAs". The last migration always sets both numbers: a file is ours, and ready, exactly when they are right.
PRAGMA application_id = 1383416179;
PRAGMA user_version = 1;
