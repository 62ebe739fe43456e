"""Work to make the home ready: their kinds as data, their rules and their clocks."""
