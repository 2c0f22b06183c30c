"""Models of others as detectors: a module for each kind (spaCy, GLiNER, Transformers), loaded only when it is asked for."""
