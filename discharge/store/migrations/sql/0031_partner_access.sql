-- Names of files and addresses, never a secret.

ALTER TABLE partners ADD COLUMN tls JSONB, ADD COLUMN sign_in JSONB;
