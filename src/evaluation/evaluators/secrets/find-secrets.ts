import { isDigit } from '../../text/script.ts'
import { unitsOf } from '../../text/units.ts'
import type { Assignment } from './assigned-secret.ts'
import { ASSIGNMENT, isGenericSecret, isSaidSecret, providerSecret } from './assigned-secret.ts'
import { entropyOf, isPlaceholder } from './secret-value.ts'
import type { TokenRule } from './token-rules.ts'
import { minEntropyOf, TOKEN_RULES } from './token-rules.ts'

/** A secret at a place of a text; `kind` is a provider or what it is (`private-key`, `jwt`, `generic`). */
export interface SecretFinding {
  readonly kind: string
  readonly start: number
  readonly end: number
}

/** The shortest piece of text that can hold a secret. */
const MIN_PIECE = 9
const CONTEXT_LENGTH = 96
/** Length from which on a value of letters alone may be a provider's token. */
const MIN_ASSIGNED = 14

/** All secrets of a text by place. */
export function findSecrets(text: string): readonly SecretFinding[] {
  const findings: SecretFinding[] = []
  forEachPiece(text, (start, end) => findInPiece(text, start, end, findings))
  if (text.includes('PRIVATE KEY') || text.includes('PuTTY-User-Key')) findPrivateKeys(text, findings)
  if (text.includes('://')) findUrlPasswords(text, findings)
  if (text.includes('curl')) findCurlCredentials(text, findings)
  if (text.includes('data:')) findKubernetesData(text, findings)
  if (text.includes('<add ')) findConfiguredPasswords(text, findings)
  return withoutOverlaps(findings)
}

/**
 * Calls back for each run of characters other than spaces, quotes and brackets that is long enough and does not read
 * like a word: it has a digit, an inner capital or a sign. Prose has hardly any, so it costs one pass.
 */
function forEachPiece(text: string, visit: (start: number, end: number) => void): void {
  const units = unitsOf(text)
  const kinds = PIECE_KINDS
  let start = 0
  let isOdd = false
  for (let i = 0; i <= units.length; i++) {
    const kind = i < units.length ? (kinds[units[i] ?? 0] ?? 0) : BREAK
    if (kind !== BREAK) {
      if (kind === ODD || (kind === CAPITAL && i > start)) isOdd = true
      continue
    }
    if (isOdd && i - start >= MIN_PIECE) visit(start, i)
    start = i + 1
    isOdd = false
  }
}

const BREAK = 1
/** Digits, the underscore and the colon: hardly any word has one. */
const ODD = 2
const CAPITAL = 3
const PIECE_KINDS = Uint8Array.from({ length: 0x10000 }, (_, unit) => pieceKindOf(unit))

function pieceKindOf(unit: number): number {
  // " ' ( ) , ; < > ` { } [ ] and the backslash of escaped quotes
  if (unit <= 0x20 || unit > 0x2000 || '"\'(),;<>`{}[]\\'.includes(String.fromCharCode(unit))) return BREAK
  if (isDigit(unit) || unit === 0x5f || unit === 0x3a) return ODD
  return unit >= 0x41 && unit <= 0x5a ? CAPITAL : 0
}

function findInPiece(text: string, start: number, end: number, findings: SecretFinding[]): void {
  const piece = text.slice(start, Math.min(end, start + 4_000))
  const before = findings.length
  for (const rule of rulesFor(piece)) findToken(rule, piece, start, findings)
  if (piece.includes('eyJ')) findJwts(piece, start, findings)
  if (findings.length === before && mayBeAssigned(text, start, piece))
    findAssigned(text, start, start + piece.length, findings)
}

/** Rules by the first two units of their literals, so that a piece is read once and not once for each of them. */
const RULES_BY_BEGINNING = new Map<number, Array<readonly [literal: string, rule: number]>>()
/** Rules with a literal of one sign, which is in many pieces. */
const RULES_BY_SIGN: Array<readonly [literal: string, rule: number]> = []
/** 1 for each unit that begins a literal of two or more. */
const BEGINS = new Uint8Array(0x80)
TOKEN_RULES.forEach(({ literals }, rule) => {
  for (const literal of literals) {
    if (literal.length === 1) RULES_BY_SIGN.push([literal, rule])
    else {
      const key = literal.charCodeAt(0) * 0x80 + literal.charCodeAt(1)
      RULES_BY_BEGINNING.set(key, [...(RULES_BY_BEGINNING.get(key) ?? []), [literal, rule]])
      BEGINS[literal.charCodeAt(0)] = 1
    }
  }
})
/** The shortest token whose literal is a single sign. */
const MIN_SIGN_TOKEN = 40

/** The rules of which the piece has a literal, in the order of the list. */
function rulesFor(piece: string): readonly TokenRule[] {
  const found = new Set<number>()
  for (let i = 0; i + 1 < piece.length; i++) {
    const first = piece.charCodeAt(i)
    if (first >= 0x80 || BEGINS[first] === 0) continue
    for (const [literal, rule] of RULES_BY_BEGINNING.get(first * 0x80 + piece.charCodeAt(i + 1)) ?? [])
      if (piece.startsWith(literal, i)) found.add(rule)
  }
  if (piece.length >= MIN_SIGN_TOKEN)
    for (const [literal, rule] of RULES_BY_SIGN) if (piece.includes(literal)) found.add(rule)
  return found.size === 0 ? [] : TOKEN_RULES.filter((_, i) => found.has(i))
}

/** A value without a figure is a secret only when it is long or a password. */
function mayBeAssigned(text: string, start: number, piece: string): boolean {
  return (
    piece.length >= MIN_ASSIGNED ||
    /\d/.test(piece) ||
    /pass|pwd/i.test(text.slice(Math.max(0, start - CONTEXT_LENGTH), start + piece.length))
  )
}

function findToken(rule: TokenRule, piece: string, offset: number, findings: SecretFinding[]): void {
  const match = rule.pattern.exec(piece)
  if (match === null || !(rule.anywhere || hasBorders(piece, match.index, match.index + match[0].length))) return
  const [token] = match
  if (MASKED_REST.test(piece.slice(match.index + token.length))) return
  if (entropyOf(token) < minEntropyOf(rule) || (minEntropyOf(rule) > 1 && isPlaceholder(token))) return
  findings.push({ kind: rule.name, start: offset + match.index, end: offset + match.index + token.length })
}

/** The rest of a token that somebody has made unreadable. */
const MASKED_REST = /^[-_.]?(?:#{4,}|\*{3,}|x{6,}|X{6,})/

/** A token is not part of a longer word. */
function hasBorders(piece: string, start: number, end: number): boolean {
  return !/[A-Za-z\d_]/.test(piece[start - 1] ?? '') && !/[A-Za-z\d_]/.test(piece[end] ?? '')
}

const JWT = /eyJ[A-Za-z\d_-]{10,}\.eyJ?[A-Za-z\d_-]{8,}(?:\.[A-Za-z\d_-]*)?/

function findJwts(piece: string, offset: number, findings: SecretFinding[]): void {
  const match = JWT.exec(piece)
  if (match === null) return
  const header = Buffer.from(match[0].split('.')[0] ?? '', 'base64url').toString('latin1')
  if (!/"(?:alg|typ|kid|enc)"/.test(header)) return
  findings.push({ kind: 'jwt', start: offset + match.index, end: offset + match.index + match[0].length })
}

/** What the text just before a piece, together with it, assigns. */
function findAssigned(text: string, start: number, end: number, findings: SecretFinding[]): void {
  const from = Math.max(0, start - CONTEXT_LENGTH)
  const window = text.slice(from, end)
  ASSIGNMENT.lastIndex = 0
  for (let match = ASSIGNMENT.exec(window); match !== null; match = ASSIGNMENT.exec(window)) {
    const [whole, name = '', value = ''] = match
    const at = from + match.index + whole.length - value.length
    const assignment: Assignment = { name, value: value.replace(/[.:]$/, ''), start: at }
    const isPassed = at + value.length <= start || EXAMPLE_BEFORE.test(window.slice(0, match.index))
    const kind = isPassed ? undefined : secretKind(assignment)
    if (kind !== undefined) findings.push({ kind, start: at, end: at + assignment.value.length })
    // A value may be a name itself: `client = Client(api_key="...")`, `jdbc:mysql://db/app?user=app&password=...`.
    else ASSIGNMENT.lastIndex = match.index + name.length
  }
  findFlagged(window, from, start, findings)
  findSaid(window, from, start, findings)
}

function secretKind(assignment: Assignment): string | undefined {
  return providerSecret(assignment) ?? (isGenericSecret(assignment) ? 'generic' : undefined)
}

const SAID: readonly RegExp[] = [
  // "Authorization: Bearer ...", also as a field of an object.
  /(?:authorization|bearer)["']?\s{0,2}[:=]?\s{0,2}["']?(?:bearer|basic|token|apikey|key|digest)\s{1,2}([\w.~+/=-]{16,})/i,
  // "my password is ...", "the key for it was: ..."; .netrc says only "password ...".
  /\b(?:password|passwd|passcode|passphrase|api[ -]?key|secret(?: key)?|access[ -](?:key|token)|token|credentials?)(?: (?:is|was|are|will be)(?: now)?|[:：])? {1,2}["'`“]?([^\s"'`“”<>(){}，。]{8,200})/i,
  /(?:密码|口令|密钥|秘钥|私钥|令牌|凭证)(?:[是为]|已?改[成为]|设[成为]|如下|[ :：=]){1,3}["'`“]?([!-~]{8,200})/,
  // `sshpass -p ...`, `mysql -u root -p...`.
  /\bsshpass\s{1,2}-p\s?["']?([^\s"'$]{6,100})/,
  /\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,60}\s-p([^\s"'$]{6,100})/,
]

/** "Here's an example password: ...". */
const EXAMPLE_BEFORE = /\b(?:example|sample|such as|like|e\.g\.)[^.\n]{0,24}$|(?:例如|比如|示例|假设)[^。\n]{0,10}$/i

/** What is told as a secret in a sentence, a header or a command, without a sign of assignment. */
function findSaid(window: string, from: number, start: number, findings: SecretFinding[]): void {
  for (const pattern of SAID) {
    const match = pattern.exec(window)
    const value = (match?.[1] ?? '').replace(/[.,;:!?]$/, '')
    if (match === null || !isSaidSecret(value) || EXAMPLE_BEFORE.test(window.slice(0, match.index))) continue
    const at = from + match.index + match[0].lastIndexOf(match[1] ?? '')
    if (at + value.length > start) findings.push({ kind: 'generic', start: at, end: at + value.length })
  }
}

const FLAG = /(?:^|\s)--?[\w-]*(?:token|secret|api-?key|password)(?:=|\s{1,2})["']?([^\s"'$<>{}]{16,})/i

/** `--token VALUE` on a command line. */
function findFlagged(window: string, from: number, start: number, findings: SecretFinding[]): void {
  const match = FLAG.exec(window)
  const value = match?.[1] ?? ''
  if (match === null || !/\d/.test(value) || isPlaceholder(value) || entropyOf(value) < 3.2) return
  const at = from + match.index + match[0].length - value.length
  if (at >= start) findings.push({ kind: 'generic', start: at, end: at + value.length })
}

const PRIVATE_KEY =
  /-----BEGIN[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S]{40,8192}?-----END[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----|-----BEGIN[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z\d+/\\n\r\n=]{40,}|PuTTY-User-Key-File-\d:[\s\S]{1,4096}?Private-Lines: \d{1,3}\s+[A-Za-z\d+/=\s]{40,}/g

function findPrivateKeys(text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(PRIVATE_KEY)) {
    findings.push({ kind: 'private-key', start: match.index, end: match.index + match[0].length })
  }
}

const URL_PASSWORD = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s:/@"'<>{}$%[\]]{0,64}:([^\s:/@"'<>{}$%[\]]{3,128})@[\w.-]+/gi

/** Passwords in addresses and connection strings: `postgres://user:password@host`. */
function findUrlPasswords(text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(URL_PASSWORD)) {
    const password = match[1] ?? ''
    if (isPlaceholder(password) || /^(?:x+|pass|pwd|\*+)$/i.test(password)) continue
    findings.push({ kind: 'connection-string', start: match.index, end: match.index + match[0].length })
  }
}

const CURL_USER =
  /(?:-u|--user)[ =]{1,4}(?:"([^"\n]{3,200})"|'([^'\n]{3,200})'|([^\s"'\n]{1,100}:(?:'[^'\n]{3,100}'|"[^"\n]{3,100}"|[^\s"'\n]{3,200})))/g
const CURL_HEADER =
  /(?:-H|--header)[ =]{0,2}["'](?:authorization: ?(?:basic|bearer|token|apikey|digest|key)? ?|(?:[\w-]*(?:api-?key|token|auth-?key|secret|api)): ?)([^"'\n$<>{}]{8,4000})["']/gi
const EXAMPLE_PASSWORD = /^["']?(?:pass(?:word|wd)?|pwd|token|secret|api[_-]?key|x+|y+|\*+|\[.*\]|test|key)["']?$/i

/** `curl -u user:password` and `curl -H "Authorization: ..."`. */
function findCurlCredentials(text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(CURL_USER)) {
    const credentials = match[1] ?? match[2] ?? match[3] ?? ''
    const password = credentials.slice(credentials.indexOf(':') + 1)
    if (!credentials.includes(':') || /[${}<>[\]]/.test(credentials)) continue
    if (!isCurlPassword(password === '' ? credentials.slice(0, -1) : password)) continue
    findings.push({ kind: 'curl', start: match.index, end: match.index + match[0].length })
  }
  for (const match of text.matchAll(CURL_HEADER)) {
    const value = match[1] ?? ''
    if (isPlaceholder(value) || !/\d/.test(value) || entropyOf(value) < 2.75 || !/[A-Za-z]/.test(value)) continue
    findings.push({ kind: 'curl', start: match.index, end: match.index + match[0].length })
  }
}

function isCurlPassword(password: string): boolean {
  return password.length >= 3 && !EXAMPLE_PASSWORD.test(password) && !isPlaceholder(password)
}

const KUBERNETES_KIND = /\bkind:[ \t]*["']?secret\b/i
/** An indented `name: value` with a value in base64. */
const KUBERNETES_VALUE = /^[ \t]{1,16}["']?[\w.-]{1,80}["']?:[ \t]*["']?([A-Za-z\d+/]{12,4000}={0,2})["']?[ \t]*$/gm

/** The values of a Kubernetes secret, which are secret whatever their names; what stands in `metadata` is in no base64. */
function findKubernetesData(text: string, findings: SecretFinding[]): void {
  const from = text.search(/^[ \t]*["']?data["']?:/m)
  if (from < 0 || !KUBERNETES_KIND.test(text)) return
  for (const match of text.matchAll(KUBERNETES_VALUE)) {
    const value = match[1] ?? ''
    if (match.index < from || !isReadableBase64(value)) continue
    const start = match.index + match[0].lastIndexOf(value)
    findings.push({ kind: 'kubernetes', start, end: start + value.length })
  }
}

function isReadableBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[\t\n\r -~]+$/.test(Buffer.from(value, 'base64').toString('latin1'))
}

const CONFIGURED_PASSWORD = /<add\s{1,4}key="(?:ClearText)?Password"\s{1,4}value="([^"\n]{8,400})"/gi

/** `<add key="ClearTextPassword" value="..." />` in the settings of NuGet. */
function findConfiguredPasswords(text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(CONFIGURED_PASSWORD)) {
    const value = match[1] ?? ''
    if (isPlaceholder(value) || /^[%$]/.test(value)) continue
    findings.push({ kind: 'generic', start: match.index, end: match.index + match[0].length })
  }
}

function withoutOverlaps(findings: readonly SecretFinding[]): SecretFinding[] {
  const kept: SecretFinding[] = []
  for (const finding of [...findings].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last === undefined || finding.start >= last.end) kept.push(finding)
  }
  return kept
}
