"""What a model needs and how fast it will be: formulas, simulation, measurements."""
