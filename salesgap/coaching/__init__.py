"""What to do about a gap: plays, one-to-ones, the calendar, the checkpoint."""
