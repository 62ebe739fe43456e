"""Early warnings: rules as data, one small engine, and who hears of an alert that nobody takes on."""
