"""`--column status=판정 --word 위험=fail`: what a check list's headings and words mean."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from compliance.scans.records import EDITIONS, FIELDS, Options, Outcome


def add(parser: ArgumentParser) -> None:
    """The arguments that say what a file cannot say of itself."""
    parser.add_argument("--edition", default="", choices=["", *EDITIONS])
    parser.add_argument("--asset", default="", help="what the file is about, if it does not say")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="FIELD=HEADING",
        help=f"which column of a table holds a field: {', '.join(FIELDS)}",
    )
    parser.add_argument(
        "--word",
        action="append",
        default=[],
        type=_word,
        metavar="WORD=OUTCOME",
        help=f"what a result word means: {', '.join(Outcome.values)}",
    )


def options(chosen: dict[str, Any]) -> Options:
    return Options(
        edition=chosen["edition"],
        asset=chosen["asset"],
        columns=dict(chosen["column"]),
        words=dict(chosen["word"]),
    )


def _column(value: str) -> tuple[str, str]:
    name, equals, heading = value.partition("=")
    if name not in FIELDS or not equals or not heading.strip():
        raise ArgumentTypeError(f"{value}: write FIELD=HEADING, FIELD one of {', '.join(FIELDS)}")
    return name, heading.strip()


def _word(value: str) -> tuple[str, str]:
    word, _equals, outcome = value.rpartition("=")
    if outcome not in Outcome.values or not word.strip():
        values = ", ".join(Outcome.values)
        raise ArgumentTypeError(f"{value}: write WORD=OUTCOME, OUTCOME one of {values}")
    return word.strip(), outcome
