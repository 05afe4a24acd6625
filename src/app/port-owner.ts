import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The process that listens on a TCP port of this machine, as far as /proc tells; undefined elsewhere or without the right to know. */
export function portOwner(port: number): string | undefined {
  try {
    const inode = listeningInode(port)
    return inode === undefined ? undefined : ownerOfSocket(inode)
  } catch {
    return undefined
  }
}

/** State 0A is LISTEN; addresses are `hex-ip:hex-port` (proc(5), /proc/net/tcp). */
function listeningInode(port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(wanted) && fields[3] === '0A') return fields[9]
    }
  }
  return undefined
}

function ownerOfSocket(inode: string): string | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holdsSocket(pid, inode)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`
  }
  return undefined
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    // Another user's process, or one that has just ended.
    return false
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
