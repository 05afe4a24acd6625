import type { Labels } from '../../model/labels.ts'
import type { BlockWriter } from './block-writer.ts'

/** A label set as a JSON object. */
export function writeLabels(writer: BlockWriter, { pairs }: Labels): void {
  writer.text('{')
  for (let i = 0; i < pairs.length; i += 2) {
    if (i > 0) writer.text(',')
    writer.json(pairs[i] ?? '')
    writer.text(':')
    writer.json(pairs[i + 1] ?? '')
  }
  writer.text('}')
}
