-- Every text of a feed profile that was ever in force: a message names the one it was read by, and a process that
-- starts beside a broken file goes on with the last that was good. No person and no organisation is in it.

CREATE TABLE profile_texts (
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    effective_from DATE NOT NULL,
    text BYTEA NOT NULL,
    first_taken_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_profile_texts PRIMARY KEY (file, sha256)
);
GRANT SELECT ON profile_texts TO homeward_api;
GRANT SELECT, INSERT, UPDATE ON profile_texts TO homeward_worker;
