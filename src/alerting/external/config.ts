import { z } from 'zod'
import { durationOr, textOr } from '../config-values.ts'
import { listOf, text, textMap } from '../../util/yaml-values.ts'
import { httpFields } from '../../http/config.ts'

const target = text.refine((value) => /^[^/\s]+$/.test(value), {
  error: (issue) => `${JSON.stringify(issue.input)} is not a valid hostname (expected host:port without a path)`,
})

const staticConfig = z.strictObject({ targets: listOf(target), labels: textMap })

/** One of `alerting.alertmanagers` of Prometheus's file: external Alertmanagers that get our rules' alerts too. */
export const alertmanagerTarget = z.strictObject({
  ...httpFields,
  scheme: z.enum(['http', 'https']).default('http'),
  path_prefix: textOr('/'),
  timeout: durationOr(10_000),
  api_version: z.enum(['v1', 'v2'], 'only v1 and v2 are known').default('v2'),
  static_configs: listOf(staticConfig),
})

export type AlertmanagerTarget = z.output<typeof alertmanagerTarget>
