import type { Labels } from '../../model/labels.ts'
import { quote } from '../parser/quote.ts'

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** A label set as Prometheus's error messages show it: `{__name__="up", job="a"}`, the name like any label. */
export function labelText(labels: Labels): string {
  const pairs = [...labels.entries()].map(
    ([name, value]) => `${PLAIN_NAME.test(name) ? name : quote(name)}=${quote(value)}`,
  )
  return `{${pairs.join(', ')}}`
}
