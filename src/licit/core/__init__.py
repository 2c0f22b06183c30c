"""What licit knows: records, rights, reasons, spans, evidence. Standard library only; no clock, no files."""
