"""How a model is used: sampling, load settings, system prompt; Modelfiles."""
