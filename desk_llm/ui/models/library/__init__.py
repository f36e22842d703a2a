"""My models: the table, what is known of one model, and what can be done with it."""
