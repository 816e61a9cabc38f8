-- Version 1. Ids are interned in `names`, so that everything else is keyed by small numbers that rise with time: new rows
-- go to the end of each table, and only `names` is written at random places. What is named by the same hash has the same
-- number, each in its own table: a thread and the message that began it, an identity and the customer it began.

CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    commits INTEGER NOT NULL,  -- rises with each commit, erasure and retention
    next_no INTEGER NOT NULL,
    next_line INTEGER NOT NULL,
    next_token INTEGER NOT NULL
);
INSERT INTO meta VALUES (1, 0, 1, 1, 1);

CREATE TABLE tenants (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chain BLOB NOT NULL,
    entries INTEGER NOT NULL
);

-- Its key begins with text, which SQLite compares fastest.
CREATE TABLE names (
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    no INTEGER NOT NULL,
    PRIMARY KEY (id, tenant)
) WITHOUT ROWID;

CREATE TABLE conversations (no INTEGER PRIMARY KEY, version INTEGER NOT NULL, v INTEGER NOT NULL, json TEXT NOT NULL);

CREATE TABLE identities (no INTEGER PRIMARY KEY, version INTEGER NOT NULL, v INTEGER NOT NULL, json TEXT NOT NULL);

CREATE TABLE customers (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    merged INTEGER NOT NULL,
    json TEXT NOT NULL
);

-- The latest case between a thread and a person.
CREATE TABLE slots (
    conversation INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (conversation, customer)
) WITHOUT ROWID;

-- Records of rare kinds. `at` places a record in scans; without it, it is not listed. `of` is the message of an alias.
CREATE TABLE records (
    tenant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    at INTEGER,
    of INTEGER,
    json TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) WITHOUT ROWID;
CREATE INDEX records_of ON records (of) WHERE of IS NOT NULL;

-- A row without `conversation` is the fate of a message that has not arrived.
CREATE TABLE messages (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    at INTEGER NOT NULL,
    conversation INTEGER,
    customer INTEGER,
    case_no INTEGER,
    raw INTEGER,
    raw_start INTEGER,
    raw_end INTEGER,
    json TEXT NOT NULL,
    content_v INTEGER,
    content TEXT  -- absent once forgotten
);
CREATE INDEX messages_of_conversation ON messages (conversation, at) WHERE conversation IS NOT NULL;
CREATE INDEX messages_by_customer ON messages (customer, at) WHERE customer IS NOT NULL;
CREATE INDEX messages_of_case ON messages (case_no, at) WHERE case_no IS NOT NULL;
-- Our own messages outside cases: a new case looks for its answers among them, however long the thread is.
CREATE INDEX messages_loose ON messages (conversation, at, id)
    WHERE conversation IS NOT NULL AND case_no IS NULL AND customer IS NULL;

-- The raw forms of revisions before the newest.
CREATE TABLE earlier_raws (
    message INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    raw_start INTEGER,
    raw_end INTEGER
);
CREATE INDEX earlier_raws_of_message ON earlier_raws (message);

-- Holds words that were folded and cut already. An entry is deleted by giving its words again, which takes them out of
-- the index at once; so a change of how texts are cut needs a migration that builds this table anew.
CREATE VIRTUAL TABLE texts USING fts5 (words, content='', columnsize=0, tokenize='ascii');
INSERT INTO texts (texts, rank) VALUES ('secure-delete', 1);

-- `evidence` holds what `json` leaves out, as lists without names: it is most of an assessment.
CREATE TABLE assessments (
    no INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    json TEXT NOT NULL,
    evidence TEXT NOT NULL
);

CREATE TABLE cases (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    v INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    team TEXT NOT NULL,
    agent TEXT,
    open INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    due INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    awaiting INTEGER,
    json TEXT NOT NULL
);
CREATE INDEX cases_open ON cases (tenant, due, tier, id) WHERE open;
CREATE INDEX cases_of_team ON cases (tenant, team, due, tier, id) WHERE open;
CREATE INDEX cases_of_agent ON cases (tenant, agent, due, tier, id) WHERE open AND agent IS NOT NULL;
CREATE INDEX cases_queued ON cases (tenant, team, tier, due, id) WHERE queued;
CREATE INDEX cases_unanswered ON cases (tenant, awaiting, id) WHERE awaiting IS NOT NULL;
CREATE INDEX cases_of_customer ON cases (customer, opened);
CREATE INDEX cases_opened ON cases (tenant, opened);

-- Every thread that a case ever had.
CREATE TABLE threads_of_cases (
    conversation INTEGER NOT NULL,
    case_no INTEGER NOT NULL,
    PRIMARY KEY (conversation, case_no)
) WITHOUT ROWID;

-- Steps and notes, in order of writing.
CREATE TABLE timeline (
    line INTEGER PRIMARY KEY,
    case_no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    note INTEGER NOT NULL,
    message INTEGER,
    v INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE INDEX timeline_of_case ON timeline (case_no, at);

CREATE TABLE deliveries (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    channel TEXT NOT NULL,
    received INTEGER NOT NULL,
    body BLOB  -- absent once erased: the delivery stays known, so that it is not taken in again
);

-- `no` is that of the case whose deadline it is; the others have one of their own.
CREATE TABLE timers (
    no INTEGER NOT NULL,
    id TEXT NOT NULL,
    tenant INTEGER NOT NULL,
    due INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (no, id)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due);

CREATE TABLE effects (
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    due INTEGER NOT NULL,
    kind TEXT NOT NULL,
    token INTEGER,
    leased_until INTEGER,
    again INTEGER NOT NULL DEFAULT 0,
    json TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX effects_due ON effects (due);

CREATE TABLE counters (
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (tenant, name, bucket)
) WITHOUT ROWID;

-- Facts are hashes, of which each is found in `facts`: that index grows at its end, whatever the hash.
CREATE TABLE hints (customer INTEGER PRIMARY KEY, facts TEXT NOT NULL);
CREATE VIRTUAL TABLE facts USING fts5 (hashes, content='', columnsize=0, detail=none, tokenize='ascii');
INSERT INTO facts (facts, rank) VALUES ('secure-delete', 1);

CREATE TABLE log (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    at INTEGER NOT NULL,
    customer TEXT,
    case_id TEXT,
    json TEXT,   -- absent once erased, like customer, case and salt
    salt BLOB,
    digest BLOB NOT NULL,
    chain BLOB NOT NULL
);

-- Erasures that were carried out here; the journal beside the file may know more.
CREATE TABLE erasures (id TEXT PRIMARY KEY) WITHOUT ROWID;
