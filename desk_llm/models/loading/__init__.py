"""From a chosen file to a model in memory: plan, trial, fallback ladder, making room."""
