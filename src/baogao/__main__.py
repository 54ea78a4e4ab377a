"""``python -m baogao``: the command line."""

from baogao.cli import main

main()
