"""Asking llama.cpp in a child process: how much memory would it take, and does it survive?

    results    Simulation and TrialResult, and how they travel as JSON
    worker     the child: simulates without memory, loads on trial
    probe      Probe, the parent's side: asks, waits, kills

A crash, a hang and running out of memory are results here, and the app lives on.
"""
