"""Durable workflows, their activities and workers: what happens next, and when.

The record stays the truth; what runs here can be started again from it.
"""
