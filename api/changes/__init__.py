"""What others changed in a case since somebody saw it."""
