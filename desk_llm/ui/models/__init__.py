"""The Models window: what is on this disk, what the Hub offers, what is being downloaded."""
