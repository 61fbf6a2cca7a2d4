"""A quarter at a special-services desk, simulated: `make quarter`.

`world.py` draws the cases and knows the truth of each; `desk.py` works them, earliest deadline
first, with so many hours a day; `policies.py` says what is done about each case, by Keepsake and by
its rivals; `__main__.py` plays the quarter with each policy and prints what came of it.
"""
