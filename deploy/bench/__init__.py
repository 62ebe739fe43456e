"""`homeward bench`: what things cost, each figure beside a named baseline measured in the same run."""
