-- Version 2: replies, and the lines in which those of a thread wait.

CREATE TABLE replies (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    created INTEGER NOT NULL,
    customer INTEGER,
    case_no INTEGER,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    open INTEGER NOT NULL,
    json TEXT NOT NULL,
    wording_v INTEGER,
    wording TEXT  -- absent once forgotten, and for an act without words
);
-- Each is in the order of the list, so that a page costs the same wherever it begins; several states are merged.
CREATE INDEX replies_created ON replies (tenant, created DESC, id);
CREATE INDEX replies_in_state ON replies (tenant, state, created DESC, id);
CREATE INDEX replies_of_account ON replies (tenant, account, created DESC, id);
CREATE INDEX replies_of_account_in_state ON replies (tenant, account, state, created DESC, id);
CREATE INDEX replies_of_case ON replies (case_no, created DESC, id) WHERE case_no IS NOT NULL;
CREATE INDEX replies_of_customer ON replies (customer) WHERE customer IS NOT NULL;

-- A line has the number of its thread.
CREATE TABLE lines (no INTEGER PRIMARY KEY, version INTEGER NOT NULL, v INTEGER NOT NULL, json TEXT NOT NULL);
