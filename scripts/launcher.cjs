#!/usr/bin/env -S node --max-semi-space-size=64
// A larger young generation halves the time that ingest spends on garbage; V8 takes that option from the command line only.
//
// Built to dist/main.js. CommonJS on purpose: embedded ClickHouse runs its queries on libuv's thread pool, the pool's size
// is read when it is first used, and Node's ESM loader uses it before the first line of an ES module runs.
process.env.UV_THREADPOOL_SIZE ??= '16'
void import("./server/main.js")
