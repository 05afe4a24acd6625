import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The labelled data that stands beside the repository. */
const DATA = path.resolve(import.meta.dirname, '../../../shared/data')

/** Whether the labelled data is there. */
export function hasData(): boolean {
  return existsSync(path.join(DATA, 'packs'))
}

/** The objects of a JSON-lines file below the data folder. */
export function readLines<T>(file: string): T[] {
  const text = readFileSync(path.join(DATA, file), 'utf8')
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as T]))
}

/** The object of a JSON file below the data folder. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(DATA, file), 'utf8'))
}
