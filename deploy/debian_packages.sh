#!/bin/sh
# Installs the Debian packages named, where apt-get is here and allowed. Says what it skipped; never fails.
missing=""
for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Skipped, there is no apt-get here:$missing. Browser tests run if chromium is installed another way."
    exit 0
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Skipped, apt-get is not allowed here:$missing. Browser tests run if chromium is installed another way."
        exit 0
    fi
    sudo="sudo -n"
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086  the list is meant to be split
if $sudo apt-get update -qq >"$log" 2>&1 && $sudo apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
    echo "Installed from Debian:$missing"
else
    tail -n 3 "$log"
    echo "Skipped, apt-get could not install:$missing"
fi
rm -f "$log"
