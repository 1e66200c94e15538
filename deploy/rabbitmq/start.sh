#!/bin/sh
# Fills the users' passwords into the definitions and starts RabbitMQ with them. Passwords: letters, digits, - and _.
set -eu
filled=/tmp/definitions.json
cp /etc/rabbitmq/puchi/definitions.json "$filled"
for name in $(grep -o '\${[A-Z_]*}' "$filled" | tr -d '${}' | sort -u); do
  eval "value=\${$name:?is not set}"
  sed -i "s|\${$name}|$value|" "$filled"
done
exec docker-entrypoint.sh rabbitmq-server
