#!/bin/sh
# deploy/postgres/restore.sh FOLDER: what backup.sh wrote, into the empty databases of AUTH_MIGRATE_URL and USER_MIGRATE_URL, as
# deploy/postgres/init.sh makes them. All of a database or nothing.
set -eu
for service in auth user; do
  eval "url=\${$(echo "$service" | tr a-z A-Z)_MIGRATE_URL:?is not set}"
  pg_restore --no-owner --exit-on-error --single-transaction --dbname="$url" "$1/$service.dump"
done
