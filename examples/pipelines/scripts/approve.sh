#!/usr/bin/env bash
# Writes down what the last plan would do as what the next merge approves, and commits it to the present branch.
# Prints committed=true where that is something new. The files hold no name and no value; whoever can read the directory could guess, so that the repository is private.
set -euo pipefail
reports=${WORKFORCE_REPORT_DIRECTORY:-reports}

mkdir -p approved
cp "$reports"/*.approval approved/
git add approved
if git diff --cached --quiet -- approved; then
  echo "committed=false"
  exit 0
fi
git -c user.name=identities -c user.email=identities@invalid commit --quiet --message "${1:-Write down what this request does}" -- approved
echo "committed=true"
