"""The page for people: what the API offers, to be read and touched. No rule of training or queue stands here."""
