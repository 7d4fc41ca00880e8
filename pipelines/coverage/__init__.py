"""What each address can get, and on what evidence."""
