#!/bin/sh
# Migrations are complete, and production settings pass every check of Django. Usage: check_settings.sh PYTHON
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export ARIA_DATA="$folder"
"$1" manage.py makemigrations --check --dry-run
ARIA_PRODUCTION=true ARIA_TLS=true ARIA_HOSTS=aria.example \
    ARIA_SECRET_KEY="$("$1" -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    "$1" manage.py check --deploy --fail-level WARNING
