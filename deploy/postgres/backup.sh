#!/bin/sh
# deploy/postgres/backup.sh FOLDER: one file for each database of AUTH_MIGRATE_URL and USER_MIGRATE_URL, each as it stood at one
# moment. pg_dump must not be older than the server.
set -eu
mkdir -p "$1"
for service in auth user; do
  eval "url=\${$(echo "$service" | tr a-z A-Z)_MIGRATE_URL:?is not set}"
  pg_dump --format=custom --file="$1/$service.dump.part" "$url"
  mv "$1/$service.dump.part" "$1/$service.dump"
done
