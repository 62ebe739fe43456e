"""The embedded stack: real servers from wheels, started and watched by `homeward up`."""
