"""The demonstration: a pretend French company, its exports made at run time, and one screen that says what happened.

``company`` writes the files, ``story`` takes them through the real use cases, ``screen`` says what came of it.
"""
