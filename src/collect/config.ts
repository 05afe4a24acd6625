import { z } from 'zod'
import { durationText } from '../model/duration-text.ts'
import { scrapeConfig } from './scrape/config.ts'

export { globalConfig } from './scrape/config.ts'

/** `scrape_configs:` in tetrascope.yaml. */
export const scrapeConfigs = z
  .array(scrapeConfig)
  .nullish()
  .transform((configs) => configs ?? [])

/** `host:` in tetrascope.yaml: our own collectors, which need no exporter. */
export const hostConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    interval: durationText.default(5_000),
    /** The label `instance`; absent: the host's name. */
    instance: z.string().min(1).optional(),
    /** Where a container finds the host's /proc and /sys. */
    proc_path: z.string().default('/proc'),
    sys_path: z.string().default('/sys'),
    gpu: z.boolean().default(true),
  })
  .prefault({})

export type HostConfig = Readonly<z.output<typeof hostConfig>>
