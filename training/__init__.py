"""Training: the tagger that ships with licit, from corpora whose licences allow it."""
