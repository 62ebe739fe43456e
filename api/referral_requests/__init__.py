"""Referrals of people whom their sender has no part in."""
