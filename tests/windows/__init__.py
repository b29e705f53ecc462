"""The folder for Windows, and how it is tried without Windows."""
