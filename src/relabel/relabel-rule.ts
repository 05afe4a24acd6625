import type { AnchoredRegex } from '../util/anchored-regex.ts'

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const
export type RelabelAction = (typeof RELABEL_ACTIONS)[number]

/** One entry of `relabel_configs` or `metric_relabel_configs`, checked and compiled. */
export interface RelabelRule {
  readonly action: RelabelAction
  readonly sourceLabels: readonly string[]
  readonly separator: string
  readonly regex: AnchoredRegex
  readonly modulus: number
  readonly targetLabel: string
  readonly replacement: string
}
