"""How partners are reached: by which certificate they are known, and who we are to them."""
