"""What finds personal data: one idea a file, facts stated once on the detector itself."""
