"""Who signs in, and how: OpenID, sessions of browsers, tokens of programs."""
