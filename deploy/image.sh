#!/bin/sh
# deploy/image.sh [TAG]: builds the Dockerfile where there is no container engine and no registry (Debian, as root), and runs a
# service of the image once. The base image is made of Debian's own packages and the Node that package.json pins.
set -eu
cd "$(dirname "$0")/.."
tag=${1:-puchi:dev}
base=$(sed -n 's/^FROM \(node:[^ ]*\).*/\1/p' Dockerfile | head -n 1)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export DEBIAN_FRONTEND=noninteractive

command -v buildah debootstrap >/dev/null || apt-get install -y -qq buildah debootstrap
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! buildah inspect --type image "docker.io/library/$base" >/dev/null 2>&1; then
  echo "Making $base of Debian packages …"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/log" || { cat "$work/log"; exit 1; }
  install -m 755 node_modules/node/bin/node "$work/root/usr/local/bin/node"
  mkdir -p "$work/root/usr/local/lib/node_modules"
  cp -r "$(npm root -g)/npm" "$work/root/usr/local/lib/node_modules/npm"
  for name in npm npx; do
    ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$work/root/usr/local/bin/$name"
  done
  # Whom this machine trusts, a proxy of its network among them.
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
  chroot "$work/root" useradd --uid 1000 --user-group --create-home node
  empty=$(buildah from scratch)
  buildah add -q "$empty" "$work/root" /
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$empty"
  buildah commit -q --rm "$empty" "docker.io/library/$base"
fi

echo "Building $tag …"
buildah build --pull-never --tag "$tag" .

container=$(buildah from --pull-never "$tag")
echo "Loading each process: without its settings it must say which one is missing …"
for main in router/main.ts subgraphs/*/main.ts; do
  said=$(buildah run "$container" -- node "$main" 2>&1 || true)
  echo "$said" | grep -q SECRETS || { echo "$main: $said" >&2; exit 1; }
done
echo "Running the router …"
buildah run --env NODE_ENV=production --env ROUTER_ADMIN_PORT=18500 "$container" -- timeout 60 \
  node router/main.ts --supergraph schema/supergraph.graphql --port 18400 --anonymous >"$work/log" 2>&1 &
served=$!
ask="fetch('http://127.0.0.1:18400/graphql?query=%7B__typename%7D',{headers:{'apollo-require-preflight':'1'}})"
for _ in $(seq 30); do
  sleep 1
  node -e "$ask.then(r=>r.text()).then(t=>process.exit(t.includes('Query')?0:1),()=>process.exit(1))" && ok=yes && break
done
kill "$served" 2>/dev/null || true
wait "$served" 2>/dev/null || true
buildah rm "$container" >/dev/null
[ "${ok:-}" = yes ] || { cat "$work/log"; echo "It did not answer." >&2; exit 1; }
buildah images --format '{{.Name}}:{{.Tag}} {{.Size}}' | grep -F "$tag"
