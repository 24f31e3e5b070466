"""The drawings of the book, one module per chapter."""
