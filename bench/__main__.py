"""`python -m bench [NAME …] [options]`: run the named benchmarks, or the usual; 1 if one misses."""

import argparse
import sys

from bench import answers, crowd, hiring, hostile, ledger, pages, soak, text, typed, wire

BENCHMARKS = {
    "answers": answers,
    "crowd": crowd,
    "hiring": hiring,
    "hostile": hostile,
    "ledger": ledger,
    "pages": pages,
    "soak": soak,
    "text": text,
    "typed": typed,
    "wire": wire,
}
"""Each module has `add_options(parser)` and `run(options)`, which returns the goals it missed."""
_USUAL = [name for name in BENCHMARKS if name != "soak"]
"""What is run where nothing is named: not what takes twenty minutes by design."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    for name, benchmark in BENCHMARKS.items():
        benchmark.add_options(parser.add_argument_group(name, benchmark.__doc__))
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    missed = [goal for name in options.names or _USUAL for goal in BENCHMARKS[name].run(options)]
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
