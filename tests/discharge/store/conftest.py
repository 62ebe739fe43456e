"""What the tests of the record share."""

from tests.discharge.store.walled_story import story  # noqa: F401 - a case with a row in every walled table
