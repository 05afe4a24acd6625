import { rememberLast } from './remember.ts'
import { isHan, isLetter, LETTER_UNIT, UNIT_KINDS } from './script.ts'
import { unitsOf } from './units.ts'
import { WordBits } from './word-bits.ts'
import { hashOf, wordsOf } from './words.ts'

/** ISO 639-1. `und`: too little text, or a language that is not among these. */
export type Language =
  | 'en'
  | 'zh'
  | 'ja'
  | 'ko'
  | 'ru'
  | 'ar'
  | 'he'
  | 'hi'
  | 'th'
  | 'el'
  | 'es'
  | 'fr'
  | 'de'
  | 'it'
  | 'pt'
  | 'nl'
  | 'tr'
  | 'vi'
  | 'pl'
  | 'id'
  | 'und'

/** Characters and words that are read. A paragraph is enough to tell. */
const MAX_LENGTH = 600
const MAX_WORDS = 120
/** Letters below which a text does not tell its language. */
const MIN_LETTERS = 6
const MIN_WORDS = 2

/** Little words that one language has and its neighbours hardly have. */
const MARKERS: ReadonlyArray<readonly [Language, string]> = [
  [
    'en',
    'the of and to in is that for it with as was on are you this be at have from or by not what your can an they which their will how would there',
  ],
  ['es', 'el los las una que por para con del como más pero sus está son muy también fue hay qué cómo y es lo se'],
  [
    'fr',
    'le les des une est dans pour que qui sur avec pas plus vous nous sont cette aux ce mais être ou je il et au comment',
  ],
  [
    'de',
    'der die das und ist nicht ein eine zu mit den von für auf dem sich auch werden wie sie ich oder im bei wir sind kann',
  ],
  ['it', 'il di che è un una per non sono con del della gli come più anche questo nel alla delle ha ma si dei le'],
  ['pt', 'o os uma que não com para por mais como mas dos das são você também foi ao seu pela em é um isso'],
  ['nl', 'het een van en is dat niet op te zijn met voor aan er om ook maar wordt deze bij naar ik je wat'],
  ['tr', 've bir bu için ile olarak çok daha da de ne gibi olan var en kadar değil ama nasıl mi'],
  ['vi', 'và của là các có được cho không trong một với người này để những khi đã bạn như tôi'],
  ['pl', 'i w nie na się z do jest to że jak o ale za od co po czy tak przez jego są oraz'],
  ['id', 'yang dan di untuk dengan ini itu dari pada adalah tidak dalam akan bisa juga saya anda atau ke oleh'],
]

/** For each little word a bit for each language of `MARKERS` that has it. */
const LANGUAGES_BY_WORD = new WordBits(
  MARKERS.flatMap(([, words], i) => words.split(' ').map((word) => [hashOf(word), 1 << i] as const)),
)

/** Which language a text is written in, by its script and its little words. */
export const languageOf = rememberLast((text: string): Language => {
  const byScript = languageByScript(text)
  return byScript === 'latin' ? languageByWords(text) : byScript
})

type ByScript = Language | 'latin'

/** Ranges of UTF-16 units and the language that they mean here. */
const SCRIPTS: ReadonlyArray<readonly [from: number, to: number, language: Language]> = [
  [0x3040, 0x30ff, 'ja'],
  [0xac00, 0xd7af, 'ko'],
  [0x0400, 0x04ff, 'ru'],
  [0x0600, 0x06ff, 'ar'],
  [0x0590, 0x05ff, 'he'],
  [0x0900, 0x097f, 'hi'],
  [0x0e00, 0x0e7f, 'th'],
  [0x0370, 0x03ff, 'el'],
]

function languageByScript(text: string): ByScript {
  const counts = new Map<ByScript, number>()
  let latin = 0
  let han = 0
  let letters = 0
  const units = unitsOf(text)
  const length = Math.min(units.length, MAX_LENGTH)
  for (let i = 0; i < length; i++) {
    const unit = units[i] ?? 0
    // Nearly all letters are these; a look into the table of scripts for each would cost more than all else.
    if (unit < 0x80) {
      latin += (UNIT_KINDS[unit] ?? 0) & LETTER_UNIT
      continue
    }
    if (isHan(unit)) {
      if (han++ === 0) counts.set('zh', 0)
      continue
    }
    const language = scriptOf(unit)
    if (language === undefined) continue
    letters++
    counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  // One ideograph says as much as two letters.
  letters += latin + han * 2
  if (han > 0) counts.set('zh', han * 2)
  if (counts.size === 0) return letters < MIN_LETTERS ? 'und' : 'latin'
  counts.set('latin', (counts.get('latin') ?? 0) + latin)
  if (letters < MIN_LETTERS) return 'und'
  // Japanese is written with Chinese characters too; a tenth of kana decides.
  if ((counts.get('ja') ?? 0) * 10 > letters) return 'ja'
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most?.[0] ?? 'und'
}

function scriptOf(unit: number): ByScript | undefined {
  for (const [from, to, language] of SCRIPTS) if (unit >= from && unit <= to) return language
  return unit < 0x250 && isLetter(unit) ? 'latin' : undefined
}

function languageByWords(text: string): Language {
  const { hashes, count } = wordsOf(text)
  const counts = new Uint8Array(MARKERS.length)
  const read = Math.min(count, MAX_WORDS)
  for (let i = 0; i < read; i++) {
    for (let bits = LANGUAGES_BY_WORD.of(hashes[i] ?? 0); bits !== 0; bits &= bits - 1) {
      const language = 31 - Math.clz32(bits & -bits)
      counts[language] = (counts[language] ?? 0) + 1
    }
  }
  const first = indexOfMost(counts)
  const most = counts[first] ?? 0
  if (most < MIN_WORDS || most * 12 < read) return 'und'
  counts[first] = 0
  const second = counts[indexOfMost(counts)] ?? 0
  return most < second * 1.2 ? 'und' : (MARKERS[first]?.[0] ?? 'und')
}

function indexOfMost(counts: Uint8Array): number {
  let most = 0
  for (let i = 1; i < counts.length; i++) if ((counts[i] ?? 0) > (counts[most] ?? 0)) most = i
  return most
}
