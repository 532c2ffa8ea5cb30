"""What the program says of itself: help in the reader's language, topics, and mistyped lines."""
