import type { PiiFinding } from './finding.ts'
import { findAll } from './finding.ts'

// The parts are bounded as RFC 5321 bounds them, so that a long run of letters is not tried from each of its places.
const EMAIL =
  /(?<![\w.+%-])[\p{L}\d](?:[\p{L}\d._%+'-]{0,62}[\p{L}\d_+-])?@(?:[\p{L}\d-]{1,63}\.){1,5}[\p{L}]{2,24}(?![\p{L}\d])/gu

/** Addresses that are written to show the form of one. */
const PLACEHOLDER_LOCAL =
  /^(?:your|you|my|the|a|an|some|user|username|name|email|e-?mail|address|example|sample|test|foo|bar|foobar|someone|somebody|recipient|sender|first|last|firstname|lastname|first\.?last|abc|xyz|xxx+|no-?reply|do-?not-?reply)(?:[._-]?(?:email|e-?mail|name|id|address|mail|username|lastname|here|\d{1,3}))*$/
const PLACEHOLDER_DOMAIN =
  /^(?:.*\.)?(?:example\.\w+|test|invalid|localhost|domain\.\w+|your[a-z-]*\.\w+|my(?:domain|company|site)\.\w+|(?:some|any)(?:domain|company|where|site)\.\w+|company\.com|xyz\.com|abc\.com|email\.com)$/

/** E-mail addresses, without those that only show the form (`name@example.com`). */
export function recogniseEmails(text: string): readonly PiiFinding[] {
  if (!text.includes('@')) return []
  return findAll(text, 'EMAIL_ADDRESS', EMAIL, ([email]) => !isPlaceholder(email.toLowerCase()))
}

function isPlaceholder(email: string): boolean {
  const at = email.lastIndexOf('@')
  return PLACEHOLDER_LOCAL.test(email.slice(0, at)) || PLACEHOLDER_DOMAIN.test(email.slice(at + 1))
}
