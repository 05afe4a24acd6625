import { rememberLast } from './remember.ts'
import { unitsOf } from './units.ts'

/** Texts hidden in one text that are judged as well; more than that is noise. */
const MAX_DECODED = 8
const MAX_DECODED_LENGTH = 20_000

/**
 * The text as a model would understand it, and what it hides: zero-width signs are gone, letters that look like Latin
 * ones are Latin, full-width forms are plain, figures that stand for letters are letters; base64 and hexadecimal texts
 * are decoded. The first is the text itself when there is nothing to undo, which is nearly always and costs one test.
 */
export const readings = rememberLast((text: string): readonly string[] => {
  const plain = SUSPICIOUS.test(text) ? normalise(text) : text
  return [plain, ...decoded(plain), ...turned(plain)]
})

// Zero-width and tag characters, full-width forms, Cyrillic or Greek beside Latin, figures inside words.
const SUSPICIOUS =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}\u{e0000}-\u{e007f}]|\u034f|\u17b4|\u17b5|[\ufe00-\ufe0f]|[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]|[A-Za-z][0134579@$][A-Za-z]|(?:\b[A-Za-z][ .\-_*]){5}/u
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff]|\u034f|\u17b4|\u17b5|[\ufe00-\ufe0f]/gu
/** Letters of the Unicode block of tags spell ASCII invisibly. */
const TAGS = /[\u{e0020}-\u{e007e}]/gu

function normalise(text: string): string {
  const visible = text
    .replace(INVISIBLE, '')
    .replace(TAGS, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000))
    .normalize('NFKC')
  return unspaced(visible.replace(MIXED_WORD, latinise).replace(FIGURED_WORD, lettersForFigures))
}

const MIXED_WORD = /(?=\S*[A-Za-z])(?=\S*[\u0370-\u03ff\u0400-\u04ff])[A-Za-z\u0370-\u03ff\u0400-\u04ff]{2,40}/g
/** Cyrillic and Greek letters and, at the same place, the Latin ones that they look like. */
const FOREIGN = 'аеорсхуіѕјһԁкмтвнАВЕКМНОРСТХУІЅαονρτικΑΒΕΗΙΚΜΝΟΡΤΧΥΖ'
const LATIN = 'aeopcxyisjhdkmtbnABEKMHOPCTXYISaovptikABEHIKMNOPTXYZ'
const LOOKALIKES: ReadonlyMap<string, string> = new Map(FOREIGN.split('').map((letter, i) => [letter, LATIN.charAt(i)]))

function latinise(word: string): string {
  return word.replace(/[\u0370-\u03ff\u0400-\u04ff]/g, (letter) => LOOKALIKES.get(letter) ?? letter)
}

/** A word of letters with one to four figures inside: "1gn0re", "pr3v10us"; codes with more figures are left alone. */
const FIGURED_WORD =
  /(?<![\w@$])(?=[A-Za-z0-9@$]*[A-Za-z])(?=[A-Za-z]*[0134579@$][A-Za-z])[A-Za-z0134579@$]{4,20}(?![\w@$])/g
const FIGURES: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  9: 'g',
  '@': 'a',
  $: 's',
}

function lettersForFigures(word: string): string {
  const figures = word.replace(/[A-Za-z]/g, '').length
  return figures * 2 > word.length ? word : word.replace(/[0134579@$]/g, (figure) => FIGURES[figure] ?? figure)
}

/** "i g n o r e" and "i-g-n-o-r-e". */
const SPACED_WORD = /\b(?:[A-Za-z]([ .\-_*]))(?:[A-Za-z]\1){3,24}[A-Za-z]\b/g

function unspaced(text: string): string {
  return text.replace(SPACED_WORD, (letters) => letters.replace(/[ .\-_*]/g, ''))
}

/** A text that speaks of the cipher, also in the cipher itself. */
const ROTATION = /\b(?:rot|ebg)-?13\b/i

/** The text with each letter moved by thirteen places, where it speaks of that. */
function turned(text: string): string[] {
  if (!ROTATION.test(text)) return []
  const turn = (letter: string): string => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(base + ((letter.charCodeAt(0) - base + 13) % 26))
  }
  return [text.slice(0, MAX_DECODED_LENGTH).replace(/[A-Za-z]/g, turn)]
}

const BASE64 = /(?<![A-Za-z\d+/=])[A-Za-z\d+/]{24,}={0,2}(?![A-Za-z\d+/=])/g
const HEX = /(?<![\da-fA-F])(?:[\da-fA-F]{2}[ :]?){16,}(?![\da-fA-F])/g

/** The shortest encoded text that is decoded, in characters. */
const MIN_ENCODED = 24
const BASE64_UNIT = 1
const HEX_UNIT = 2
const ENCODING_UNITS = Uint8Array.from({ length: 0x80 }, (_, unit) => {
  const character = String.fromCharCode(unit)
  return (/[A-Za-z\d+/]/.test(character) ? BASE64_UNIT : 0) | (/[\da-fA-F :]/.test(character) ? HEX_UNIT : 0)
})

/** The kinds of which a run of characters is long enough to be an encoded text, as bits. Words are shorter. */
function longRuns(text: string): number {
  const units = unitsOf(text)
  let found = 0
  let base64 = 0
  let hex = 0
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] ?? 0
    const kinds = unit < 0x80 ? (ENCODING_UNITS[unit] ?? 0) : 0
    base64 = (kinds & BASE64_UNIT) === 0 ? 0 : base64 + 1
    hex = (kinds & HEX_UNIT) === 0 ? 0 : hex + 1
    if (base64 >= MIN_ENCODED) found |= BASE64_UNIT
    if (hex >= MIN_ENCODED) found |= HEX_UNIT
  }
  return found
}

function decoded(text: string): string[] {
  const kinds = longRuns(text)
  const found: string[] = []
  if ((kinds & BASE64_UNIT) !== 0)
    for (const [encoded] of text.matchAll(BASE64)) collect(found, Buffer.from(encoded, 'base64'))
  if ((kinds & HEX_UNIT) === 0) return found
  for (const [encoded] of text.matchAll(HEX)) collect(found, Buffer.from(encoded.replace(/[ :]/g, ''), 'hex'))
  return found
}

function collect(found: string[], bytes: Buffer): void {
  if (found.length >= MAX_DECODED) return
  const text = bytes.subarray(0, MAX_DECODED_LENGTH).toString('utf8')
  if (isReadable(text)) found.push(text)
}

/** Mostly letters and spaces: what a chance decoding of a hash never is. */
function isReadable(text: string): boolean {
  if (text.length < 10 || text.includes('\ufffd')) return false
  const readable = text.replace(/[^\p{L}\s.,!?'":]/gu, '').length
  return readable >= text.length * 0.85
}
