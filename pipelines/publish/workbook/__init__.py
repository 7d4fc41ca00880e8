"""The planner's workbook ``kommuner.xlsx`` and the same tables as CSV."""
