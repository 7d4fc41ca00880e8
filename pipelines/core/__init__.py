"""What everything else stands on: files, errors, cells, paths. Knows no publisher and no product."""
