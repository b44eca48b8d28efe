"""Applications to a platform (연동 신청), their rounds, and the pre-flight before each submission."""
