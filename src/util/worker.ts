import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker, type ResourceLimits } from 'node:worker_threads'

/**
 * Starts a worker thread from a module. In the built program the module is JavaScript. In the tests, which run the
 * sources, it is TypeScript: tsx registers itself in the main thread only, so the worker first registers it for itself.
 */
export function startWorker(url: URL, workerData?: unknown, resourceLimits?: ResourceLimits): Worker {
  if (!url.pathname.endsWith('.ts')) return new Worker(url, { workerData, resourceLimits })
  // `require` finds the CommonJS form of the loader; an ES module beside it registers for ES modules.
  const found = createRequire(import.meta.url).resolve('tsx/esm/api')
  const loader = pathToFileURL(found.replace(/\.cjs$/, '.mjs')).href
  const [from, module] = [JSON.stringify(loader), JSON.stringify(url.href)]
  return new Worker(`import(${from}).then((tsx) => { tsx.register(); return import(${module}) })`, {
    workerData,
    resourceLimits,
    eval: true,
  })
}

/** The URL of the module `name` (without ending) beside the module with `importMetaUrl`, in the same form: source or built. */
export function workerUrl(name: string, importMetaUrl: string): URL {
  const ending = importMetaUrl.endsWith('.ts') ? '.ts' : '.js'
  return new URL(`./${name}${ending}`, importMetaUrl)
}
