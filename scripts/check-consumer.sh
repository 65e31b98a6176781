#!/usr/bin/env bash
# check-consumer.sh CHECKOUT TARBALL: a TypeScript project that installs the tarball compiles and runs against it.
set -euo pipefail
checkout=$1 tarball=$2
project=$(mktemp -d /tmp/clcons-XXXXXX)
trap 'rm -rf "$project"' EXIT
cd "$project"

cat >package.json <<'JSON'
{ "name": "consumer", "private": true, "type": "module" }
JSON
cat >tsconfig.json <<'JSON'
{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2023", "types": ["node"], "noEmit": true } }
JSON
cat >main.ts <<'TS'
import { connect } from "claudine/client";

type Client = Awaited<ReturnType<typeof connect>>;
// Fails to compile when the declarations lost their types and everything became `any`.
type IsAny<T> = 0 extends 1 & T ? true : false;
const typed: IsAny<Client> extends true ? never : true = true;
console.log(typeof connect, typed);
TS
npm install --silent --no-audit --no-fund "$tarball"
mkdir -p node_modules/@types
ln -s "$checkout/node_modules/@types/node" node_modules/@types/node
PATH="$checkout/node_modules/.bin:$PATH" tsc -p .
PATH="$checkout/node_modules/.bin:$PATH" node main.ts
