#!/usr/bin/env bash
# check-consumer.sh CHECKOUT TARBALL: a TypeScript project that installs the tarball compiles and runs against it, and the MCP server in it answers.
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
export PATH="$checkout/node_modules/.bin:$PATH"
tsc -p .
node main.ts

hello='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"consumer","version":"1"}}}'
coproc mcp { exec node node_modules/claudine/dist/claudine.cjs mcp; }
server=$mcp_PID
printf '%s\n' "$hello" >&"${mcp[1]}"
# The deadline only ends a wait for what never comes.
IFS= read -r -t 60 answer <&"${mcp[0]}"
exec {mcp[1]}>&-
wait "$server"
grep -q '"name":"claudine"' <<<"$answer" || { echo "claudine mcp answered: $answer" >&2; exit 1; }
