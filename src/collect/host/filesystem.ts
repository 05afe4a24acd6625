import { statfs } from 'node:fs/promises'
import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { Clock } from '../../util/clock.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

const IGNORED_MOUNTS =
  /^\/(dev|proc|run\/credentials\/.+|sys|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)($|\/)/
const IGNORED_TYPES =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$/

/** A network mount whose server is gone never answers. */
const PATIENCE_MS = 3_000

interface Mount {
  readonly device: string
  readonly mountpoint: string
  readonly fstype: string
  readonly isReadOnly: boolean
}

interface Usage {
  readonly sizeBytes: number
  readonly freeBytes: number
  readonly availableBytes: number
  readonly files: number
  readonly filesFree: number
}

/** Size and free space of each mounted file system. */
export class FilesystemCollector implements HostCollector {
  readonly name = 'filesystem'
  readonly #paths: HostPaths
  readonly #clock: Clock
  /** Mounts that have not answered yet; they are not asked again, since every question holds a thread. */
  readonly #waiting = new Set<string>()

  constructor(paths: HostPaths, clock: Clock) {
    this.#paths = paths
    this.#clock = clock
  }

  async collect(): Promise<MetricSnapshot[]> {
    const mounts = mountsIn((await readKernelFile(`${this.#paths.proc}/self/mounts`)) ?? '')
    const usages = await Promise.all(mounts.map(({ mountpoint }) => this.#usageOf(mountpoint)))
    return snapshotsOf(mounts, usages)
  }

  /** Undefined when the file system does not answer or refuses. */
  async #usageOf(mountpoint: string): Promise<Usage | undefined> {
    if (this.#waiting.has(mountpoint)) return undefined
    this.#waiting.add(mountpoint)
    const answer = statfs(mountpoint)
      .then(
        (found): Usage => ({
          sizeBytes: found.blocks * found.bsize,
          freeBytes: found.bfree * found.bsize,
          availableBytes: found.bavail * found.bsize,
          files: found.files,
          filesFree: found.ffree,
        }),
        () => undefined,
      )
      .finally(() => this.#waiting.delete(mountpoint))
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, () => resolve(undefined))
      void answer.then((usage) => {
        cancel()
        resolve(usage)
      })
    })
  }
}

function snapshotsOf(mounts: readonly Mount[], usages: ReadonlyArray<Usage | undefined>): MetricSnapshot[] {
  const gauge = (name: string, help: string): MetricFamily =>
    new MetricFamily({ name: `node_filesystem_${name}`, help, type: 'gauge' })
  const size = gauge('size_bytes', 'Size')
  const free = gauge('free_bytes', 'Free space')
  const available = gauge('avail_bytes', 'Space free to users that are not root')
  const files = gauge('files', 'File nodes')
  const filesFree = gauge('files_free', 'Free file nodes')
  const readOnly = gauge('readonly', '1 when mounted read-only')
  const deviceError = gauge('device_error', '1 when the file system could not be asked')
  mounts.forEach(({ device, mountpoint, fstype, isReadOnly }, i) => {
    const labels = { device, mountpoint, fstype }
    const usage = usages[i]
    deviceError.add(usage === undefined ? 1 : 0, labels)
    size.add(usage?.sizeBytes, labels)
    free.add(usage?.freeBytes, labels)
    available.add(usage?.availableBytes, labels)
    files.add(usage?.files, labels)
    filesFree.add(usage?.filesFree, labels)
    readOnly.add(usage === undefined ? undefined : Number(isReadOnly), labels)
  })
  return [size, free, available, files, filesFree, readOnly, deviceError].map((family) => family.snapshot())
}

/** The mounts worth showing, each once. Exported for its test. */
export function mountsIn(table: string): Mount[] {
  const mounts = new Map<string, Mount>()
  for (const line of table.split('\n')) {
    const [device = '', mountpoint = '', fstype = '', options = ''] = line.split(' ').map(unescape)
    if (mountpoint === '' || IGNORED_MOUNTS.test(mountpoint) || !isShown(fstype, mountpoint)) continue
    mounts.set(`${device} ${mountpoint}`, { device, mountpoint, fstype, isReadOnly: options.split(',').includes('ro') })
  }
  return [...mounts.values()]
}

/** An overlay is a container's image and hidden on a host; inside the container it is the root, and often all there is. */
function isShown(fstype: string, mountpoint: string): boolean {
  return !IGNORED_TYPES.test(fstype) || (fstype === 'overlay' && mountpoint === '/')
}

/** Blanks and backslashes stand as octal numbers in /proc/mounts, getmntent(3). */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
