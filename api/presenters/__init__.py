"""View models: what a page shows, typed, with its words and links ready; templates only lay it out."""
