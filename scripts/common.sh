# common.sh -- what the scripts share; sourced, not run.
# shellcheck shell=bash

# The top of the repository, from wherever the script was called.
# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Stops with a message: what went wrong, and how to mend it.
fail() {
  printf 'error: %s\n' "$1" >&2
  [[ $# -lt 2 ]] || printf 'to mend it: %s\n' "$2" >&2
  exit 1
}

# Says which step begins, on standard error.
step() { printf '== %s\n' "$*" >&2; }

# Shows a command as the user would type it, then runs it.
echoed() {
  printf '$ %s\n' "$*"
  "$@"
}

# Shows the comment at the head of the script, and stops, when the first argument asks for help.
help_on_request() {
  case ${1:-} in
    -h | --help)
      sed -n '2,/^[^#]/s/^#\( \|$\)//p' "$0"
      exit 0
      ;;
  esac
}
