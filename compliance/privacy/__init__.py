"""What is kept about a person: handed to them whole, and erased when they have left."""
