"""The rooms. `docs/house.md` says what each one holds and which it may import."""
