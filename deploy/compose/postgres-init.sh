#!/bin/sh
# Once, on an empty volume: a database for events, whose services make their own schemas in it, and one for the keys of
# personal data with a role of its own, so that the password of the one does not open the other.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d postgres \
  -v events="$DOSSIER_POSTGRES_PASSWORD" -v keys="$DOSSIER_KEYS_PASSWORD" <<'SQL'
CREATE ROLE dossier LOGIN PASSWORD :'events';
CREATE DATABASE dossier OWNER dossier;
CREATE ROLE dossier_keys LOGIN PASSWORD :'keys';
CREATE DATABASE dossier_keys OWNER dossier_keys;
REVOKE CONNECT ON DATABASE dossier, dossier_keys FROM PUBLIC;
SQL
