#!/usr/bin/env bash
# Plans, and leaves plan.bin and the reports in $WORKFORCE_REPORT_DIRECTORY. Prints changed=true where applying would
# write anything. An error of the plan is an error here.
set -euo pipefail
export WORKFORCE_REPORT_DIRECTORY=${WORKFORCE_REPORT_DIRECTORY:-reports}
export TF_IN_AUTOMATION=1

terraform init -input=false -lockfile=readonly >&2
status=0
terraform plan -input=false -lock-timeout=5m -detailed-exitcode -out=plan.bin "$@" >&2 || status=$?
case $status in
0) changed=false ;;
2) changed=true ;;
*) exit "$status" ;;
esac
echo "changed=$changed"
