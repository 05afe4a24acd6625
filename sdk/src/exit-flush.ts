/**
 * Something that wants to finish before the process ends. Must settle within a few seconds, and never reject. `isFinal` tells that
 * the process ends afterwards for certain: after a signal that the host handles itself it may go on.
 */
export type LastWork = (isFinal: boolean) => Promise<void>

const works = new Set<LastWork>()
let installed = false

/** Has `work` run when the process is about to end; returns what takes it back. */
export function atExit(work: LastWork): () => void {
  works.add(work)
  if (!installed) install()
  return () => {
    works.delete(work)
  }
}

function install(): void {
  installed = true
  // Node emits it again when the work has kept the process alive; works that have nothing left to do then end at once.
  process.on('beforeExit', () => void runAll(true))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal)
}

/**
 * A listener switches off that a signal ends the process. So when ours is the only one, the signal is raised again after the last
 * work; when the host has its own, ending the process is the host's business.
 */
function onSignal(signal: NodeJS.Signals): void {
  const isOurs = process.listenerCount(signal) === 1
  void runAll(isOurs).finally(() => {
    if (!isOurs) return
    process.removeListener(signal, onSignal)
    process.kill(process.pid, signal)
  })
}

async function runAll(isFinal: boolean): Promise<void> {
  await Promise.allSettled([...works].map((work) => work(isFinal)))
}
