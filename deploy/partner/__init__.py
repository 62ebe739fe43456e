"""Partners that really receive: one server that plays councils, landlords and services."""
