#!/bin/sh
# Runs once, on an empty server: a database for each service, owned by <service>_owner (migrations), used by <service>_svc.
set -eu
sql() { psql --quiet -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

services="auth user"
for service in $services; do
  upper=$(echo "$service" | tr a-z A-Z)
  eval "owner_password=\${${upper}_OWNER_PASSWORD:?is not set}"
  eval "password=\${${upper}_DB_PASSWORD:?is not set}"
  sql --dbname postgres -v db="$service" -v owner="${service}_owner" -v login="${service}_svc" \
    -v role="${service}_service" -v owner_password="$owner_password" -v password="$password" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"role" NOLOGIN;
CREATE ROLE :"login" LOGIN PASSWORD :'password' IN ROLE :"role";
CREATE DATABASE :"db" OWNER :"owner";
REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"db" TO :"login";
SQL
done

# auth's migrations say themselves what its service may do: history is only added to. The others keep none.
for service in $services; do
  if [ "$service" = auth ]; then continue; fi
  sql --dbname "$service" -v owner="${service}_owner" -v role="${service}_service" <<'SQL'
GRANT USAGE ON SCHEMA public TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"role";
SQL
done

sql --dbname postgres -v password="${EXPORTER_DB_PASSWORD:?is not set}" <<'SQL'
CREATE ROLE exporter LOGIN PASSWORD :'password' IN ROLE pg_monitor;
SQL
