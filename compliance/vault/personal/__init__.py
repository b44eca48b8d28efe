"""Finding personal data in text, and the text in files. Pure functions, without Django's database:
they run in the jail. What is found leaves masked; what it was leaves nowhere."""
