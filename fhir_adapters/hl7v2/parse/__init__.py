"""Parsing: from bytes to an envelope, segments and fields; pure."""
