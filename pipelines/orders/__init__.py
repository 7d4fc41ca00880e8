"""What is made of a finished edition, when somebody asks for it."""
