"""licit: lawful training sets from chats and documents, and the proof that they are."""

__version__ = "0.1.0"
