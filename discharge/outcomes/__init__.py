"""What became of people: readmission, failed discharge, and the outcome of a case."""
