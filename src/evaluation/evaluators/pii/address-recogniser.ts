import { CuedPattern } from '../../text/cued-pattern.ts'
import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding } from './finding.ts'
import { findAll, findAround } from './finding.ts'

const STREET_TYPE =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Trail|Alley|Row|Walk|Mews|Hill|Isle|Crossing|Plaza)'
const NAME = "[A-Z\\u00C0-\\u024F][\\p{L}'’.-]{0,24}"
const UNIT = String.raw`(?:[,\n ]{1,4}(?:Apt|Suite|Unit|Flat|Room|Ste|Floor|#)\.? ?[\dA-Z-]{1,6})?`

const MONTHS = 'January|February|March|April|May|June|July|August|September|October|November|December'

const ENGLISH = new RegExp(
  String.raw`(?<![\w$€£.,-])\d{1,6}[A-Za-z]? (?:[NSEW]\.? )?(?:${NAME} ){1,4}${STREET_TYPE}\b\.?${UNIT}`,
  'gu',
)
const STREET_SUFFIX =
  '(?:straße|strasse|str\\.|vägen|gatan|gata|vej|vegen|veien|gate|laan|straat|weg|gasse|allee|platz|katu|kuja|tie|plein|kade|dijk|singel|allé|vænget)'
const EUROPEAN_SUFFIX = new RegExp(
  String.raw`(?<![\p{L}\d])\p{L}{3,24}${STREET_SUFFIX} \d{1,4}[a-zA-Z]?(?![\d.,]\d)`,
  'gu',
)
const EUROPEAN_PREFIX = new RegExp(
  String.raw`(?<![\p{L}\d])(?:Via|Viale|Piazza|Corso|Rua|Avenida|Calle|C\/|Plaza|Paseo|Carrer|Rue|Chemin|Av\.|Avda\.|Praça|Travessa|ul\.|al\.|pl\.|os\.) (?:(?:de|da|das|do|del|della|di|la|le|les|des|du|los|las|dos) )?(?:${NAME} ?){1,4},? ?\d{1,4}(?![\d.,]\d)`,
  'gu',
)
const HUNGARIAN = new RegExp(String.raw`(?:${NAME} ){1,3}(?:utca|út|tér|u\.) \d{1,4}\.?`, 'gu')
const POST_BOX = /\b(?:P\.? ?O\.? Box|Postfach|Casilla|Box) \d{1,6}\b|\b(?:PSC|Unit) \d{2,5},? Box \d{2,5}\b/gi
const FLAT = /\b(?:Apt|Suite|Ste|Apartment|Flat)\b\.? ?#?\d{1,5}[A-Z]?\b/gi
const MILITARY = /\b(?:[AFD]PO) (?:A[AEP]),? \d{5}\b/g

const FRENCH =
  /(?<![\d.,-])\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours|route|square) (?:(?:de|du|des|la|le|les|l['’]|d['’]) ?){0,3}\p{Lu}[\p{L}'’-]{1,24}(?: \p{Lu}[\p{L}'’-]{1,24}){0,3}/gu
const JAPANESE =
  /[\u4e00-\u9fa5]{2,4}[都道府県][\u4e00-\u9fa5ぁ-んァ-ヶ]{1,8}[市区町村郡][\u4e00-\u9fa5ぁ-んァ-ヶー]{1,12}\d{1,4}(?:丁目|番地?|[-−‐]\d{1,4}){0,2}[\d-−‐]{0,8}号?/g
const JAPANESE_POSTCODE = /〒 ?\d{3}-\d{4}/g
const KOREAN =
  /[가-힣]{2,8}(?:시|도) (?:[가-힣]{1,6}(?:시|군|구) ){1,2}[가-힣\d]{1,10}(?:로|길)(?: ?\d{1,3}번길)? ?\d{1,4}(?:-\d{1,4})?/g
/** British, Canadian, Dutch and Irish postcodes show one street; alone they need their name. */
const POSTCODE =
  /(?:post ?code|postal code|eircode|zip ?\+ ?4)(?: is|:)? {0,2}(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|\d{5}-\d{4})(?![A-Za-z\d])/gi

/** Chinese: from the street's name to the house number, with the places before it and the flat after it. */
const CHINESE =
  /(?:[\u4e00-\u9fa5]{2,8}(?:省|自治区|市|州|盟))?(?:[\u4e00-\u9fa5]{1,7}(?:市|区|县|旗|镇|乡|街道|新区|开发区))?[\u4e00-\u9fa5\d]{1,12}(?:大道|大街|路|街|巷|弄|胡同|里|村|[一二三四五六七八九十东南西北中]道)[\u4e00-\u9fa5]{0,4}\d{1,5} ?(?:号|弄|组 ?\d{1,4} ?号)(?:[\u4e00-\u9fa5\dA-Za-z-]{0,16}(?:室|单元|栋|幢|楼|层|座|号))?/g
const CHINESE_COMMUNITY =
  /[\u4e00-\u9fa5]{2,8}(?:市|区|县)[\u4e00-\u9fa5\d]{2,14}(?:小区|花园|公寓|大厦|大楼|家园|苑|村|广场)[\u4e00-\u9fa5]{0,2}\d{1,4} ?(?:号楼|栋|幢|座|单元|号|楼|层|室)[\u4e00-\u9fa5\dA-Za-z-]{0,12}/g
/** A street without a word that shows one, where the text says that an address follows: name and number, in either order. */
const STATED = new RegExp(
  String.raw`(?<=\baddress[^.\n]{0,24}?(?:is|to|:)\s{1,2}|\blives? (?:on|at) |\bcorner of )(?!\d+ (?:${MONTHS}))(?:\d{1,6},? )?(?:(?!(?:${MONTHS})\b)${NAME} ){1,5}\d{1,4}(?![\d.:]\d|[%])`,
  'gu',
)
/** The address that is written when any address is meant. */
const EXAMPLE = /^123\d? (?:Main|Any|Example|Elm|Fake|Your)\b/
/** Characters around a house number: a street, a place, a flat. */
const CONTEXT_MARGIN = 80

/** Postal addresses with a house number: English, Chinese, the common forms of Europe, boxes. */
export function recogniseAddresses(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  if (groups.length === 0 || !(CUE.mayMatch(text) || WORD_CUE.test(text))) return []
  // "1." before an item of a list, a year or a percentage has no street around it.
  const numbers = groups.filter(({ start, end, digits }) => digits <= 12 && mayBeHouseNumber(text, start, end))
  return findAround(text, numbers, CONTEXT_MARGIN, addressesIn)
}

/** A house number has a name before it, or a space and a name after it; Chinese ones have a character beside them. */
function mayBeHouseNumber(text: string, start: number, end: number): boolean {
  return (
    /^[A-Za-z]? ?[A-Z\u00c0-\u024f\u4e00-\u9fa5가-힣]|^(?: ?(?:bis|ter))?,? (?:rue|ave|bou|pla|che|all|imp|qua|cou|rou|squ)/u.test(
      text.slice(end, end + 3),
    ) || /[\p{L}.#][ ]?$|\n$/u.test(text.slice(Math.max(0, start - 2), start))
  )
}

/** One of these, or of the words below, stands in every address; around most numbers none does, and that is the end of it. */
const CUE = new CuedPattern(
  `address, live, corner of, street, avenue, road, boulevard, blvd, drive, court, place, square, terrace, parkway, pkwy, highway, hwy,
    circle, crescent, close, trail, alley, walk, mews, crossing, plaza, apt, suite, apartment, postfach, casilla, straße, strasse, str.,
    gata, väg, veg, vei, gate, laan, straat, weg, gasse, allee, allé, platz, katu, kuja, tie, plein, kade, dijk, singel, vænget, viale,
    piazza, corso, avenida, calle, c/, paseo, carrer, chemin, ul., al., pl., os., av., avda, praça, travessa, impasse, quai, route,
    丁目, 番, 〒, 都, 県, 로, 길, post code, postcode, postal, eircode, zip, utca, út, tér, u., 路, 街, 巷, 弄, 村, 道, 里, 胡同, 小区, 花园,
    公寓, 大厦, 家园, 广场, 苑`.split(/,\s+/),
  /address|lives? (?:on|at)|corner of|street|avenue|road|boulevard|blvd|drive|court|place|square|terrace|parkway|pkwy|highway|hwy|circle|crescent|close|trail|alley|walk|mews|crossing|plaza|\bapt|suite|apartment|postfach|casilla|straße|strasse|str\.|gata|väg|veg|vei|gate\b|laan|straat|weg\b|gasse|allee|allé|platz|katu|kuja|tie\b|plein|kade|dijk|singel|vænget|viale|piazza|corso|avenida|calle|\bc\/|paseo|carrer|chemin|\b(?:ul|al|pl|os)\.|\bav\.|avda|praça|travessa|impasse|quai|route|丁目|番|〒|[都県]|[로길]|post ?code|postal|eircode|zip|utca|út\b|tér\b| u\.|[路街巷弄村道里]|胡同|小区|花园|公寓|大厦|家园|广场|苑/i,
)
/** The same for words of few letters, which stand in other words too. */
const WORD_CUE = /\b(?:st|ave|rd|lane|ln|dr|ct|way|pl|sq|ter|cir|row|hill|isle|flat|ste|box|[af]po|via|rua|rue)\b/i

interface Form {
  readonly pattern: RegExp
  /** Matches in each text that has an address of the form, and costs much less where there is none. */
  readonly screen?: RegExp
  readonly isExample?: (address: string) => boolean
  readonly isChinese?: true
}

const FORMS: readonly Form[] = [
  { pattern: ENGLISH, isExample: (address) => EXAMPLE.test(address) },
  { pattern: FLAT },
  { pattern: EUROPEAN_SUFFIX, screen: new RegExp(String.raw`${STREET_SUFFIX} \d`) },
  { pattern: EUROPEAN_PREFIX },
  { pattern: HUNGARIAN, screen: /(?:utca|út|tér|u\.) \d/ },
  { pattern: FRENCH },
  { pattern: JAPANESE, screen: /[都道府県][\u4e00-\u9fa5ぁ-んァ-ヶ]{1,8}[市区町村郡]/ },
  { pattern: JAPANESE_POSTCODE, screen: /〒/ },
  { pattern: KOREAN, screen: /[가-힣]/ },
  { pattern: POSTCODE, screen: /code|zip/i },
  { pattern: STATED, screen: /address|live|corner/ },
  { pattern: POST_BOX, screen: /box|postfach|casilla/i },
  { pattern: MILITARY, screen: /PO A/ },
  { pattern: CHINESE, screen: /\d ?[号弄组]/, isChinese: true },
  { pattern: CHINESE_COMMUNITY, screen: /\d ?[号栋幢座单楼层室]/, isChinese: true },
]

function addressesIn(text: string): readonly PiiFinding[] {
  if (!CUE.pattern.test(text) && !WORD_CUE.test(text)) return []
  return FORMS.flatMap(({ pattern, screen, isExample, isChinese }) => {
    if (screen?.test(text) === false) return []
    const found = findAll(text, 'ADDRESS', pattern, ([address]) => isExample?.(address) !== true)
    return isChinese === true ? found.map((address) => withoutVerb(text, address)) : found
  })
}

/** Chinese is written without spaces, so a verb before the place has been taken for its beginning: 住在北京市... */
const VERB = /^[\u4e00-\u9fa5]{0,4}?(?:住在|家住|位于|地址[是为]|寄到|寄往|送到|来自)/

function withoutVerb(text: string, found: PiiFinding): PiiFinding {
  const verb = VERB.exec(text.slice(found.start, found.end))?.[0] ?? ''
  return { ...found, start: found.start + verb.length }
}
