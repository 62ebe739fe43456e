"""Data that decides: tables in YAML files with a source, an edition and a day from which they count.

`files` reads one, `faults` says what is wrong with it, `kind` and `book` know which rows are in force on a
day, `site` reads what an installation changes, `following` follows its files, `policy` hands all of it to the
rules.
"""
