"""Which gap a team has, if any, and what closing it is worth this fiscal year."""
