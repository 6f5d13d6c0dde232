#!/usr/bin/env bash
# Opens or renews the request for what HR changed: the branch "feed", whose only change is approved/, with page one as
# its text. Whoever merges it approves exactly these decisions.
set -euo pipefail
reports=${WORKFORCE_REPORT_DIRECTORY:-reports}

git switch --quiet --force-create feed
done=$("$(dirname "$0")/approve.sh" "Approve what HR changed by $(date --utc +%F)")
if [ "$done" = "committed=false" ]; then
  echo "What would happen was approved already, and was not applied: look at the last apply, and run it again." >&2
  exit 1
fi
if command -v gh >/dev/null; then
  page=$(mktemp)
  cat "$reports"/*.md | head -c 60000 >"$page" # comments and requests end at 65,536 characters
  gh pr edit feed --body-file "$page" 2>/dev/null || true # before the push: what is approved never stands below another page
  git push --quiet --force origin feed
  gh pr view feed --json state --jq .state 2>/dev/null | grep -qx OPEN || gh pr create --head feed --title "What HR changed" --body-file "$page"
else # GitLab opens the request by itself; others take the branch
  git push --quiet --force origin feed -o merge_request.create -o merge_request.title="What HR changed"
fi
