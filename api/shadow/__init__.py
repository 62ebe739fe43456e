"""A trust's own list beside ours."""
