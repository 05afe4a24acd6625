import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freePort, hasProgram, startPeer } from '../../test/support/peer.ts'
import { RecordingWriter, samplesOf } from '../../test/support/recording-writer.ts'
import { InstrumentRegistry, type MetricSnapshot } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { systemClock } from '../util/clock.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { hostConfig } from './config.ts'
import { parseExposition } from './exposition/exposition.ts'
import { CgroupCollector } from './host/cgroup.ts'
import { CpuCollector } from './host/cpu.ts'
import { DiskCollector } from './host/disk.ts'
import { mountsIn } from './host/filesystem.ts'
import { GpuCollector } from './host/gpu.ts'
import { MemoryCollector } from './host/memory.ts'
import { NetworkCollector } from './host/network.ts'
import { PressureCollector } from './host/pressure.ts'
import { ProcessesCollector } from './host/processes.ts'
import { SocketsCollector } from './host/sockets.ts'
import { VmstatCollector } from './host/vmstat.ts'
import { CollectorRound, hostLoop } from './host-loop.ts'

const root = mkdtempSync(path.join(tmpdir(), 'tetrascope-host-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Writes a file of a made-up machine and gives where its /proc and /sys are. */
function machine(files: Readonly<Record<string, string>>): { proc: string; sys: string } {
  const folder = mkdtempSync(path.join(root, 'm'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
  return { proc: `${folder}/proc`, sys: `${folder}/sys` }
}

function lines(snapshots: readonly MetricSnapshot[]): string[] {
  return snapshots.flatMap(({ samples }) => samples.map(({ labels, value }) => `${labels.toString()} ${value}`))
}

describe('collectors', () => {
  test('cpu: seconds by mode; idle time that jitters backwards does not fall', async () => {
    const paths = machine({ 'proc/stat': 'cpu  9 9 9 9\ncpu0 100 2 50 1000 10 0 3 4 7 0\nintr 5 1\nctxt 77\n' })
    const collector = new CpuCollector(paths)
    expect(lines(await collector.collect())).toEqual([
      'node_cpu_seconds_total{cpu="0", mode="user"} 1',
      'node_cpu_seconds_total{cpu="0", mode="nice"} 0.02',
      'node_cpu_seconds_total{cpu="0", mode="system"} 0.5',
      'node_cpu_seconds_total{cpu="0", mode="idle"} 10',
      'node_cpu_seconds_total{cpu="0", mode="iowait"} 0.1',
      'node_cpu_seconds_total{cpu="0", mode="irq"} 0',
      'node_cpu_seconds_total{cpu="0", mode="softirq"} 0.03',
      'node_cpu_seconds_total{cpu="0", mode="steal"} 0.04',
      'node_cpu_guest_seconds_total{cpu="0", mode="user"} 0.07',
      'node_cpu_guest_seconds_total{cpu="0", mode="nice"} 0',
    ])
    writeFileSync(`${paths.proc}/stat`, 'cpu0 100 2 50 999 10 0 3 4 7 0\n')
    expect(lines(await collector.collect())).toContain('node_cpu_seconds_total{cpu="0", mode="idle"} 10')
  })

  test('memory: every line of meminfo', async () => {
    const paths = machine({ 'proc/meminfo': 'MemTotal:  2048 kB\nActive(anon):  1 kB\nHugePages_Total:  3\n' })
    expect(lines(await new MemoryCollector(paths).collect())).toEqual([
      'node_memory_MemTotal_bytes 2097152',
      'node_memory_Active_anon_bytes 1024',
      'node_memory_HugePages_Total 3',
    ])
  })

  test('vmstat: kills for want of memory', async () => {
    const paths = machine({ 'proc/vmstat': 'nr_free_pages 9\noom_kill 2\npgmajfault 5\n' })
    expect(lines(await new VmstatCollector(paths).collect())).toEqual([
      'node_vmstat_oom_kill 2',
      'node_vmstat_pgmajfault 5',
    ])
  })

  test('disk: bytes and seconds, disks only, old kernels with fewer columns too', async () => {
    const stats =
      '8 0 sda 10 1 200 3000 20 2 400 5000 1 6000 7000\n8 1 sda1 1 1 1 1 1 1 1 1 1 1 1\n7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n'
    const found = lines(await new DiskCollector(machine({ 'proc/diskstats': stats })).collect())
    expect(found).toHaveLength(11)
    expect(found).toContain('node_disk_read_bytes_total{device="sda"} 102400')
    expect(found).toContain('node_disk_io_time_weighted_seconds_total{device="sda"} 7')
    expect(found).toContain('node_disk_io_now{device="sda"} 1')
  })

  test('filesystem: what is worth showing', () => {
    const table = [
      '/dev/sda1 / ext4 rw,relatime 0 0',
      '/dev/sdb1 /mnt/my\\040disk xfs ro 0 0',
      'proc /proc proc rw 0 0',
      'tmpfs /run tmpfs rw 0 0',
      'overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0',
      'tmpfs /dev/shm tmpfs rw 0 0',
    ].join('\n')
    expect(mountsIn(table)).toEqual([
      { device: '/dev/sda1', mountpoint: '/', fstype: 'ext4', isReadOnly: false },
      { device: '/dev/sdb1', mountpoint: '/mnt/my disk', fstype: 'xfs', isReadOnly: true },
      { device: 'tmpfs', mountpoint: '/run', fstype: 'tmpfs', isReadOnly: false },
    ])
    expect(mountsIn('overlay / overlay rw 0 0')).toHaveLength(1)
  })

  test('network: every column of every device', async () => {
    const paths = machine({
      'proc/self/net/dev': `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
  eth0:20 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`,
      'sys/class/net/eth0/operstate': 'up\n',
      'sys/class/net/eth0/mtu': '1500\n',
      'sys/class/net/eth0/speed': '1000\n',
      'sys/class/net/lo/operstate': 'unknown\n',
      'sys/class/net/lo/speed': '-1\n',
    })
    const found = lines(await new NetworkCollector(paths).collect())
    expect(found).toContain('node_network_receive_bytes_total{device="eth0"} 20')
    expect(found).toContain('node_network_receive_multicast_total{device="lo"} 8')
    expect(found).toContain('node_network_transmit_bytes_total{device="lo"} 9')
    expect(found).toContain('node_network_transmit_carrier_total{device="lo"} 15')
    expect(found.filter((line) => /_(up|mtu_bytes|speed_bytes)\{/.test(line))).toEqual([
      'node_network_up{device="eth0"} 1',
      'node_network_up{device="lo"} 0',
      'node_network_mtu_bytes{device="eth0"} 1500',
      'node_network_speed_bytes{device="eth0"} 125000000',
    ])
  })

  test('sockets: pairs behind a protocol, and established connections', async () => {
    const paths = machine({
      'proc/self/net/sockstat': 'sockets: used 33\nTCP: inuse 4 orphan 0 tw 4 alloc 4 mem 2\n',
      'proc/self/net/snmp': 'Ip: A\nIp: 1\nTcp: MaxConn CurrEstab\nTcp: -1 6\n',
    })
    const found = lines(await new SocketsCollector(paths).collect())
    expect(found).toContain('node_sockstat_sockets_used 33')
    expect(found).toContain('node_sockstat_TCP_mem_bytes 8192')
    expect(found).toContain('node_netstat_Tcp_CurrEstab 6')
  })

  test('pressure, where the kernel has it', async () => {
    const paths = machine({
      'proc/pressure/io': 'some avg10=0.14 avg60=0.1 avg300=0.1 total=15918465\nfull avg10=0 total=1000000\n',
    })
    expect(lines(await new PressureCollector(paths).collect())).toEqual([
      'node_pressure_io_waiting_seconds_total 15.918465',
      'node_pressure_io_stalled_seconds_total 1',
    ])
  })

  test('processes: states and threads, whatever a process calls itself', async () => {
    const rest = '1 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0'
    const paths = machine({
      'proc/1/stat': `1 (init) S ${rest} 1 0 1`,
      'proc/22/stat': `22 (a) R (b)) R ${rest} 5 0 1`,
      'proc/uptime': '1',
    })
    expect(lines(await new ProcessesCollector(paths).collect())).toEqual([
      'node_processes_state{state="S"} 1',
      'node_processes_state{state="R"} 1',
      'node_processes_pids 2',
      'node_processes_threads 6',
    ])
  })

  test('cgroup: the limits of a container in both versions, silence outside of one', async () => {
    const version2 = machine({
      'sys/fs/cgroup/cgroup.controllers': 'cpu memory',
      'sys/fs/cgroup/cpu.stat': 'usage_usec 2500000\n',
      'sys/fs/cgroup/memory.current': '1000\n',
      'sys/fs/cgroup/memory.max': '4000\n',
      'sys/fs/cgroup/memory.stat': 'anon 1\ninactive_file 300\n',
      'sys/fs/cgroup/memory.events': 'oom 1\noom_kill 1\n',
    })
    expect(lines(await new CgroupCollector(version2).collect())).toEqual([
      'container_cpu_usage_seconds_total{id="/"} 2.5',
      'container_memory_usage_bytes{id="/"} 1000',
      'container_memory_working_set_bytes{id="/"} 700',
      'container_spec_memory_limit_bytes{id="/"} 4000',
      'container_oom_events_total{id="/"} 1',
    ])
    writeFileSync(`${version2.sys}/fs/cgroup/memory.max`, 'max\n')
    expect(await new CgroupCollector(version2).collect()).toEqual([])
    const version1 = machine({
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '10\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    })
    expect(await new CgroupCollector(version1).collect()).toEqual([])
  })

  test('gpu: what nvidia-smi prints, under the names of DCGM', async () => {
    const smi = path.join(root, 'nvidia-smi')
    const output =
      '0, GPU-1a, NVIDIA H100 80GB HBM3, 00000000:19:00.0, 97, 45, 70123, 11436, 71, 84, 612.35, 1755, 2619\\n1, GPU-2b, NVIDIA H100 80GB HBM3, 00000000:3B:00.0, 0, 0, 4, 81555, 30, [N/A], 70.10, 345, 2619\\n'
    writeFileSync(smi, `#!/bin/sh\nprintf '${output}'\n`)
    chmodSync(smi, 0o755)
    const found = lines(await new GpuCollector(smi).collect())
    const utilization = found.find((line) => line.startsWith('DCGM_FI_DEV_GPU_UTIL'))
    expect(utilization).toMatch(
      /^DCGM_FI_DEV_GPU_UTIL\{Hostname=".+", UUID="GPU-1a", device="nvidia0", gpu="0", modelName="NVIDIA H100 80GB HBM3", pci_bus_id="00000000:19:00.0"\} 97$/,
    )
    expect(found.filter((line) => line.startsWith('DCGM_FI_DEV_MEMORY_TEMP'))).toHaveLength(1)
    expect(found).toHaveLength(17)
  })

  test('gpu: a machine without is no failure, and is asked once', async () => {
    const collector = new GpuCollector(path.join(root, 'nowhere'))
    expect(await collector.collect()).toEqual([])
    expect(await collector.collect()).toEqual([])
  })
})

describe('a round of collectors', () => {
  test('one that fails only loses itself, and is counted', async () => {
    const registry = new InstrumentRegistry()
    const paths = machine({ 'proc/meminfo': 'MemTotal: 1 kB\n' })
    const broken = { name: 'broken', collect: () => Promise.reject(new Error('no')) }
    const round = new CollectorRound([broken, new MemoryCollector(paths)], {
      clock: systemClock,
      logger: silentLogger,
      registry,
    })
    expect(lines(await round.gather())).toEqual(['node_memory_MemTotal_bytes 1024'])
    expect(lines(registry.snapshot())).toEqual([
      'tetrascope_collector_failures_total{collector="broken"} 1',
      'tetrascope_collector_failures_total{collector="memory"} 0',
    ])
  })
})

describe('the host loop', () => {
  const clock = new ManualClock(1_000_000)
  const config = hostConfig.parse({
    instance: 'box',
    ...pathsOf(machine({ 'proc/loadavg': '1 2 3 4/5 6\n' })),
    gpu: false,
  })

  test('writes at once and on every multiple of its interval, and marks all stale when it stops', async () => {
    const writer = new RecordingWriter()
    const loop = hostLoop({
      config,
      writer,
      clock,
      logger: silentLogger,
      registry: new InstrumentRegistry(),
      platform: 'linux',
    })
    loop.start()
    await writer.waitFor(1)
    expect(samplesOf(writer.batches[0])).toContain('node_load5{instance="box", job="host"} 2 @1000000')
    expect(samplesOf(writer.batches[0])).toContain('up{instance="box", job="host"} 1 @1000000')
    // The next round is arranged behind the write.
    await clock.advance(0)
    await clock.advance(5_000)
    await writer.waitFor(2)
    expect(samplesOf(writer.batches[1])).toContain('node_load1{instance="box", job="host"} 1 @1005000')
    await loop.stop()
    expect(samplesOf(writer.batches[2])).toContain(`up{instance="box", job="host"} stale @${clock.now()}`)
    expect(writer.metadata.filter(({ name }) => name === 'node_load1')).toHaveLength(1)
  })

  test('elsewhere than on Linux there is nothing but up', async () => {
    const writer = new RecordingWriter()
    const loop = hostLoop({
      config,
      writer,
      clock,
      logger: silentLogger,
      registry: new InstrumentRegistry(),
      platform: 'darwin',
    })
    loop.start()
    await writer.waitFor(1)
    expect(samplesOf(writer.batches[0])).toHaveLength(1)
    await loop.stop()
  })

  test.skipIf(!hasProgram('prometheus-node-exporter'))(
    'has the names, labels and types of a real node_exporter on this machine',
    async () => {
      const writer = new RecordingWriter()
      const loop = hostLoop({
        config: hostConfig.parse({ gpu: false }),
        writer,
        clock,
        logger: silentLogger,
        registry: new InstrumentRegistry(),
      })
      loop.start()
      await writer.waitFor(1)
      await loop.stop()
      const port = await freePort()
      const url = `http://127.0.0.1:${port}/metrics`
      const exporter = await startPeer('prometheus-node-exporter', flags(port), url)
      const body = Buffer.from(await (await fetch(url)).arrayBuffer())
      await exporter.stop()
      const parsed = parseExposition(body, { format: 'text' })
      const theirs = new Set(Array.from(parsed.series, (slot) => parsed.labels[slot]?.toString()))
      const ours = (writer.batches[0]?.labels ?? [])
        .map((labels) => labels.with({ job: '', instance: '' }))
        .filter((labels) => labels.metricName.startsWith('node_'))
      expect(ours.length).toBeGreaterThan(150)
      // Processes come and go between the two looks, and a root that is an overlay is shown by us only.
      const extra = ours.filter(
        (labels) => !labels.metricName.startsWith('node_processes_state') && labels.get('fstype') !== 'overlay',
      )
      expect(extra.map(String).filter((name) => !theirs.has(name))).toEqual([])
      const types = new Map(parsed.metadata().map(({ name, type }) => [name, type]))
      const mistyped = writer.metadata.filter(({ name, type }) => types.has(name) && types.get(name) !== type)
      expect(mistyped.map(({ name, type }) => `${name} is ${types.get(name)}, not ${type}`)).toEqual([])
    },
  )
})

/** Debian's defaults leave out more than upstream's. */
function flags(port: number): string[] {
  return [
    `--web.listen-address=127.0.0.1:${port}`,
    '--collector.processes',
    '--collector.netdev.device-exclude=^$',
    '--collector.filesystem.mount-points-exclude=^/(dev|proc|sys)($|/)',
  ]
}

function pathsOf({ proc, sys }: { proc: string; sys: string }): { proc_path: string; sys_path: string } {
  return { proc_path: proc, sys_path: sys }
}
