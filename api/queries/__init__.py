"""What pages and interfaces read, on behalf of a caller; PostgreSQL shows no row of a case of others.

Every function that reads people's records notes the look in the same transaction.
"""
