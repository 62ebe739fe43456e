"""The basics at home: warmth, light, water, food, keys and the first care visit."""
