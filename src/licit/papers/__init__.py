"""What people read: reports and papers made from a release's evidence."""
