DROP TABLE evidence_contents, evidence_files;
