#!/bin/sh
# Builds gate.node. pkg-config finds libgate: PKG_CONFIG_PATH=PREFIX/lib/pkgconfig npm run build
set -eu
cd "$(dirname "$0")"
headers=$(node -p "require('node-api-headers').include_dir")
# shellcheck disable=SC2046
${CC:-cc} ${CFLAGS:--O2} -std=c11 -Wall -Wextra -Wpedantic -fPIC -shared -I"$headers" addon.c -o gate.node \
  $(pkg-config --cflags --libs gate) -Wl,-rpath,"$(pkg-config --variable=libdir gate)"
