"""The nouns of the application: numpy and the standard library only."""
