import { isDigit } from '../../text/script.ts'
import type { Assignment } from './assigned-secret.ts'
import { ASSIGNMENT, isGenericSecret, providerSecret } from './assigned-secret.ts'
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

const LITERALS = [...new Set(TOKEN_RULES.flatMap((rule) => rule.literals))]

/** All secrets of a text by place. */
export function findSecrets(text: string): readonly SecretFinding[] {
  const findings: SecretFinding[] = []
  forEachPiece(text, (start, end) => findInPiece(text, start, end, findings))
  if (text.includes('PRIVATE KEY')) findPrivateKeys(text, findings)
  if (text.includes('://')) findUrlPasswords(text, findings)
  if (text.includes('curl')) findCurlCredentials(text, findings)
  return withoutOverlaps(findings)
}

/**
 * Calls back for each run of characters other than spaces, quotes and brackets that is long enough and does not read
 * like a word: it has a digit, an inner capital or a sign. Prose has hardly any, so it costs one pass.
 */
function forEachPiece(text: string, visit: (start: number, end: number) => void): void {
  let start = 0
  let isOdd = false
  for (let i = 0; i <= text.length; i++) {
    const unit = text.charCodeAt(i)
    if (i < text.length && !isBreak(unit)) {
      isOdd ||= isDigit(unit) || unit === 0x5f || unit === 0x3a || (isCapital(unit) && i > start)
      continue
    }
    if (isOdd && i - start >= MIN_PIECE) visit(start, i)
    start = i + 1
    isOdd = false
  }
}

function isBreak(unit: number): boolean {
  if (unit <= 0x20 || unit > 0x2000) return true
  // " ' ( ) , ; < > ` { } [ ] and the backslash of escaped quotes
  return unit < 0x80 && BREAKS[unit] === 1
}

const BREAKS = new Uint8Array(0x80)
for (const sign of '"\'(),;<>`{}[]\\'.split('')) BREAKS[sign.charCodeAt(0)] = 1

function isCapital(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a
}

function findInPiece(text: string, start: number, end: number, findings: SecretFinding[]): void {
  const piece = text.slice(start, Math.min(end, start + 4_000))
  const before = findings.length
  if (LITERALS.some((literal) => piece.includes(literal))) {
    for (const rule of TOKEN_RULES) findToken(rule, piece, start, findings)
  }
  if (piece.includes('eyJ')) findJwts(piece, start, findings)
  if (findings.length === before) findAssigned(text, start, start + piece.length, findings)
}

function findToken(rule: TokenRule, piece: string, offset: number, findings: SecretFinding[]): void {
  if (!rule.literals.some((literal) => piece.includes(literal))) return
  const match = rule.pattern.exec(piece)
  if (match === null || !(rule.anywhere || hasBorders(piece, match.index, match.index + match[0].length))) return
  const [token] = match
  if (entropyOf(token) < minEntropyOf(rule) || (minEntropyOf(rule) > 1 && isPlaceholder(token))) return
  findings.push({ kind: rule.name, start: offset + match.index, end: offset + match.index + token.length })
}

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
  for (const match of window.matchAll(ASSIGNMENT)) {
    const [whole, name = '', value = ''] = match
    const at = from + match.index + whole.length - value.length
    const assignment: Assignment = { name, value: value.replace(/[.:]$/, ''), start: at }
    if (at + value.length <= start) continue
    const kind = providerSecret(assignment) ?? (isGenericSecret(assignment) ? 'generic' : undefined)
    if (kind !== undefined) findings.push({ kind, start: at, end: at + assignment.value.length })
  }
  findFlagged(window, from, start, findings)
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
  /-----BEGIN[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S]{40,8192}?-----END[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----|-----BEGIN[ A-Z\d_-]{0,100}PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z\d+/\\n\r\n=]{40,}/g

function findPrivateKeys(text: string, findings: SecretFinding[]): void {
  for (const match of text.matchAll(PRIVATE_KEY)) {
    findings.push({ kind: 'private-key', start: match.index, end: match.index + match[0].length })
  }
}

const URL_PASSWORD = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s:/@"'<>{}$%[\]]{1,64}:([^\s:/@"'<>{}$%[\]]{3,128})@[\w.-]+/gi

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

function withoutOverlaps(findings: readonly SecretFinding[]): SecretFinding[] {
  const kept: SecretFinding[] = []
  for (const finding of [...findings].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last === undefined || finding.start >= last.end) kept.push(finding)
  }
  return kept
}
