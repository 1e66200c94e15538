#!/bin/sh
# deploy/postgres/restore.sh FOLDER: what backup.sh wrote, into the empty databases of AUTH_MIGRATE_URL and USER_MIGRATE_URL, as
# deploy/postgres/init.sh makes them. All of a database or nothing. Then versions rise far above all that was told since the
# backup: who saw that would take what is told next for old.
set -eu
for service in auth user; do
  eval "url=\${$(echo "$service" | tr a-z A-Z)_MIGRATE_URL:?is not set}"
  pg_restore --no-owner --exit-on-error --single-transaction --dbname="$url" "$1/$service.dump"
  psql --quiet -v ON_ERROR_STOP=1 --dbname="$url" --command="UPDATE aggregates SET version = version + 1000000"
done
