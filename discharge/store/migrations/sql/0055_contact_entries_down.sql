DROP TABLE contact_entries;
