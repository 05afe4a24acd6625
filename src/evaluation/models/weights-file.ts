import { readFileSync } from 'node:fs'
import { FEATURE_COUNT } from '../text/features.ts'
import type { ModelHeader, ModelPlace } from './linear-model.ts'
import { LinearModel } from './linear-model.ts'
import { SideBySide } from './side-by-side.ts'

const MAGIC = 'TSLM1\n'

/**
 * A weights file: the magic line, the header as one line of JSON, then a byte for each weight. Only the weights that
 * are not zero are written, as pairs of the distance from the last one (LEB128) and the weight.
 */
export function writeWeights(header: ModelHeader, weights: Int8Array): Buffer {
  const packed: number[] = []
  let last = -1
  weights.forEach((weight, i) => {
    if (weight === 0) return
    for (let gap = i - last; ; gap >>>= 7) {
      packed.push(gap > 0x7f ? (gap & 0x7f) | 0x80 : gap)
      if (gap <= 0x7f) break
    }
    packed.push(weight & 0xff)
    last = i
  })
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), Buffer.from(packed)])
}

/** Reads a weights file. Throws when it is not one. */
export function readWeights(bytes: Buffer, place: ModelPlace = {}): LinearModel {
  const headerEnd = bytes.indexOf('\n', MAGIC.length)
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || headerEnd === -1) throw new Error('not a weights file')
  const header = JSON.parse(bytes.toString('utf8', MAGIC.length, headerEnd)) as ModelHeader
  return new LinearModel(header, unpack(bytes.subarray(headerEnd + 1)), place)
}

/**
 * The model `name` of the folder `weights` beside this module, read when it is first asked for: the thread that takes
 * requests knows all evaluators and runs none.
 */
export function lazyModel(name: string, place: ModelPlace = {}): () => LinearModel {
  let model: LinearModel | undefined
  const read = (): LinearModel => readWeights(readFileSync(new URL(`./weights/${name}.bin`, import.meta.url)), place)
  return () => (model ??= read())
}

const ofAllTexts = new SideBySide()
const ofChineseTexts = new SideBySide()

/** The same for a model that reads whole prompts or answers, as others do. */
export function lazyTextModel(name: string, salts?: readonly number[]): () => LinearModel {
  return lazyModel(name, { table: ofAllTexts, ...(salts && { salts }) })
}

/** The same for a model that reads Chinese texts only: beside the others it would make each of their rows longer. */
export function lazyChineseModel(name: string, salts?: readonly number[]): () => LinearModel {
  return lazyModel(name, { table: ofChineseTexts, ...(salts && { salts }) })
}

function unpack(packed: Buffer): Int8Array {
  const weights = new Int8Array(FEATURE_COUNT)
  let at = -1
  for (let i = 0; i < packed.length; i++) {
    let gap = 0
    let shift = 0
    for (; (packed[i] ?? 0) > 0x7f; i++, shift += 7) gap |= ((packed[i] ?? 0) & 0x7f) << shift
    gap |= (packed[i] ?? 0) << shift
    at += gap
    weights[at] = ((packed[++i] ?? 0) << 24) >> 24
  }
  return weights
}
