"""How often the packs are right: simulated organisations whose gaps and futures are known."""
