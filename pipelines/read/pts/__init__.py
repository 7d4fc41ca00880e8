"""PTS's workbooks: the published shares that everything here is measured by."""
