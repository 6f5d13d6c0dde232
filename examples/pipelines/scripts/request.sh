#!/usr/bin/env bash
# Opens or renews the request for what HR changed: the branch "feed", whose only change is approved/, with page one as
# its text. Whoever merges it approves exactly these decisions.
set -euo pipefail
reports=${WORKFORCE_REPORT_DIRECTORY:-reports}

git switch --quiet --force-create feed
if [ "$("$(dirname "$0")/approve.sh" "Approve what HR changed by $(date --utc +%F)")" = "committed=false" ]; then
  echo "nothing new to ask for"
  exit 0
fi
if command -v gh >/dev/null; then
  git push --quiet --force origin feed
  page=$(mktemp)
  cat "$reports"/*.md >"$page"
  gh pr create --head feed --title "What HR changed" --body-file "$page" || gh pr edit feed --body-file "$page"
else # GitLab opens the request by itself; others take the branch
  git push --quiet --force origin feed -o merge_request.create -o merge_request.title="What HR changed"
fi
