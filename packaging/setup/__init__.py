"""The set-up behind `run.py`: system packages, virtual environment, pip, the engine's build.

Standard library only; runs under whatever Python 3.11+ the machine has. `run.py` imports `stamp`
at every start and the rest only when the stamp no longer fits.
"""
