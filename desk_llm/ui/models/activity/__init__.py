"""Activity: downloads that run, wait, failed or are done."""
