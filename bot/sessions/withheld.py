"""What stands in the place of something that the reader may not see: known, but not told here."""

WITHHELD = "withheld"
