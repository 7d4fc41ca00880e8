"""One package per publisher: from the files as published to one canonical table per theme."""
