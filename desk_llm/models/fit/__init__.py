"""What a model needs and how fast it will be: formulas, simulation, measurements.

    service       FitService, the front door: quick, exact, best, remote, learn
    context       one file with one setting: plan, verdict and forecast from what is known
    predict       the need: as measured, as simulated, by formula
    formula       weights from a header, by llama.cpp's own arithmetic; buffers: caches and buffers
    scaled        the header of another quant, guessed
    simulations   llama.cpp's answers from a warm child; the newest question wins
    measured      loads and what they took, in loads_file; factors, pace: what is learnt from them
    free verdict  what memory is free, and whether the need fits into it
    forecast      tokens per second; reads, read_share: what a token reads

Nothing here loads weights. Clients: the loader (formula, free), hub, the CLI and the window.
"""
