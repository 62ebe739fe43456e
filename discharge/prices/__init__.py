"""What a night, a visit or a journey costs: unit prices with their source and year."""
