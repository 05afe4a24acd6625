#!/usr/bin/env node
// Built to dist/main.js. CommonJS on purpose: embedded ClickHouse runs its queries on libuv's thread pool, the pool's size
// is read when it is first used, and Node's ESM loader uses it before the first line of an ES module runs.
process.env.UV_THREADPOOL_SIZE ??= '16'
void import("./server/main.js")
