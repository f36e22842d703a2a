"""Asking llama.cpp in a child process: how much memory would it take, and does it survive?

    results    Simulation and TrialResult, and how they travel as JSON
    worker     the child: simulates without memory, loads on trial
    measuring  another child: how fast does this machine compute?
    child      what both share: lines in, lines out, the first to die
    probe      Probe, the parent's side: asks, waits, kills

A crash, a hang and running out of memory are results here, and the app lives on.
"""
