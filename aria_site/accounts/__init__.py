"""Who may come in: people, their one-time sign-in links and their API keys."""
