"""`python -m services.cli`: the same as the `dossier` command."""

from services.cli import main

main(prog_name="dossier")
