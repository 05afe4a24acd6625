import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding, PiiType } from './finding.ts'
import { findAround } from './finding.ts'
import { matchesOf } from '../../text/matches.ts'

/** Digits that the shortest named number has. */
const MIN_DIGITS = 5
const CONTEXT_MARGIN = 64

/** What numbers are called that belong to one person, by what they are. Lower case; the words of the countries themselves. */
const NAMES: ReadonlyArray<readonly [type: PiiType, names: string]> = [
  [
    'NATIONAL_ID',
    String.raw`national insurance|ni (?:number|no)|nhs|utr|steuer-?id(?:entifikationsnummer)?|steuernummer|personalausweis\w*|ausweis-?n\w+|sozialversicherungsnummer|sécurité sociale|numéro de sécu|pesel|personnummer|samordningsnummer|bsn|burgerservicenummer|rijksregisternummer|numéro national|ahv(?:-?n\w+)?|numéro avs|nif|nipc|niss|cpr(?:-?nummer|-?nr)?|fødselsnummer|henkilötunnus|hetu|pps(?:n| number| no)|aadha?ar|voter id|epic|gstin|cpf|cnpj|rg|curp|dni|nie|cui[tl]|rut|cédula(?: de ciudadanía)?|cedula|주민등록번호|외국인등록번호|マイナンバー|個人番号|在留カード番号|健康保険証番号|nric|hkid|mykad|nik|ktp|cccd|cmnd|căn cước|บัตรประชาชน|tfn|tax file number|medicare|ird(?: number| no)?|social insurance|sin(?: number| no)|sa id|tc kimlik|kimlik no|инн|снилс|паспорт|teudat zehut|emirates id|ein|itin|tax(?:payer)? (?:id|identification)|social security|ssn|mrn|medical record|patient id|health (?:card|insurance)(?: number| no)|insurance (?:member|policy) (?:id|number)|社保卡?号?码?|医保卡?号?码?|军官证|士兵证|学籍号|澳门身份证|居留证|居住证`,
  ],
  [
    'DRIVER_LICENCE',
    String.raw`driv(?:er['’]?s?|ing) licen[cs]e|dl (?:number|no)|führerschein\w*|permis de conduire|permiso de conducir|cnh|驾驶证|驾照|運転免許証?番号`,
  ],
  ['PASSPORT', String.raw`パスポート番号|여권번호|reisepass\w*|passeport|pasaporte|passaporte`],
  ['DEVICE_ID', String.raw`imei|imsi|iccid|vin|chassis (?:number|no)|车架号|设备序列号`],
  [
    'ACCOUNT',
    String.raw`routing (?:number|no)|bank account|account (?:number|no)|acct|a\/c|sort code|konto(?:nummer)?|numéro de compte|número de cuenta|conta corrente|口座番号|계좌번호|银行账[号户]|对公账户`,
  ],
]

/** Name, what may stand between, and a number in groups, perhaps with letters. */
const PATTERNS = NAMES.map(([type, names]): readonly [PiiType, RegExp] => [
  type,
  new RegExp(
    String.raw`(?<![A-Za-z\u00c0-\u04ff\d])(?:${names})(?:[ -]?(?:card|id|nummer|number|num|no|nr|n[º°o]|código|番号|号码?|證號|证号))?(?:\s?\([\p{L} ]{2,16}\))?\.?(?:\s?(?:is|are|was|ist|est|es|é|är|er|on file|[:：#=]|は|是|为|為)){0,2}\s{0,2}(?:[\u4e00-\u9fa5]字第)?([A-Z\d](?:[ ./()-]{0,2}[A-Z\d]){5,22})(?![A-Za-z\u00c0-\u04ff\d])`,
    'giu',
  ),
])
/** One of these begins or is every name; where none is near a number nothing else is tried. */
const CUE =
  /national ins|\bni n|nhs|utr|steuer|ausweis|sozialv|sécu|pesel|nummer|\bbsn\b|numéro|\bahv|\bavs\b|\bnif\b|nipc|niss|\bcpr|henkil|hetu|\bpps|aadh|voter|\bepic\b|gstin|\bcpf\b|cnpj|\brg\b|curp|\bdni\b|\bnie\b|\bcui[tl]\b|\brut\b|c[ée]dula|등록번호|ナンバー|番号|nric|hkid|mykad|\bnik\b|\bktp\b|cccd|cmnd|căn cước|ประชาชน|tfn|tax|medicare|\bird\b|insurance|\bsin n|sa id|kimlik|инн|снилс|паспорт|zehut|emirates|\bein\b|itin|social sec|ssn|\bmrn\b|medical rec|patient id|health|社保|医保|军官|士兵|学籍|身份证|居留|居住|driv|\bdl n|führer|permi|\bcnh\b|驾|免許|パス|여권|reisepass|passeport|pasaporte|passaporte|imei|imsi|iccid|\bvin\b|chassis|车架|序列号|routing|account|acct|a\/c|sort code|konto|cuenta|conta |계좌|账/i

/** Numbers that only their name tells: of persons in the registers of many countries, of licences, devices and accounts. */
export function recogniseNamedNumbers(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  const long = groups.filter(({ digits }) => digits >= MIN_DIGITS)
  return findAround(text, long, CONTEXT_MARGIN, namedNumbersIn)
}

function namedNumbersIn(text: string): readonly PiiFinding[] {
  if (!CUE.test(text)) return []
  return PATTERNS.flatMap(([type, pattern]) => {
    return [...matchesOf(text, pattern)].flatMap((match) => {
      const value = match[1] ?? ''
      const end = match.index + match[0].length
      return isNumber(value) ? [{ type, start: end - value.length, end }] : []
    })
  })
}

/** At least five digits, of which not all are alike; more digits than letters, and no date. */
function isNumber(value: string): boolean {
  const digits = value.replace(/\D/g, '')
  const letters = value.replace(/[^A-Za-z]/g, '').length
  if (digits.length < MIN_DIGITS || letters > Math.max(digits.length, 8) || new Set(digits).size < 3) return false
  return !/^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$/.test(value) && !/[a-z]{4}/.test(value)
}
