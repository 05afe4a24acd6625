import { z } from 'zod'
import { text, texts } from '../../util/yaml-values.ts'
import { matchKeys } from '../route-config.ts'

/** One of `inhibit_rules`: alerts that match the target are muted while one that matches the source is firing. */
export const inhibitRuleConfig = z
  .strictObject({
    name: text,
    source_match: matchKeys.equal,
    source_match_re: matchKeys.regex,
    source_matchers: matchKeys.matchers,
    target_match: matchKeys.equal,
    target_match_re: matchKeys.regex,
    target_matchers: matchKeys.matchers,
    /** Labels whose values must be the same in source and target. */
    equal: texts,
  })
  .transform((value) => ({
    name: value.name,
    sourceMatchers: [...value.source_match, ...value.source_match_re, ...value.source_matchers],
    targetMatchers: [...value.target_match, ...value.target_match_re, ...value.target_matchers],
    equal: value.equal,
  }))

export type InhibitRule = Readonly<z.output<typeof inhibitRuleConfig>>
