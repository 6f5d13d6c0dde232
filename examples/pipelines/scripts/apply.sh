#!/usr/bin/env bash
# Applies what was approved: the files in approved/. A run whose decisions do more, because the feed is newer than
# the review, stops before it writes anything.
set -euo pipefail
export TF_IN_AUTOMATION=1

if ! compgen -G "approved/*.approval" >/dev/null; then
  echo "approved/ holds no .approval file: nothing was approved" >&2
  exit 1
fi
terraform init -input=false -lockfile=readonly
terraform plan -input=false -lock-timeout=5m -out=plan.bin -var approved_directory=approved
terraform apply -input=false plan.bin
