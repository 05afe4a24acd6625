/** Words that announce a telephone number. */
export const PHONE_CONTEXT =
  /\b(?:phone|tel|telephone|mobile|cell|cellphone|call(?:ed|ing)?|dial|fax|desk|office|whatsapp|sms|text(?:ed|ing)?|ring|hotline|contact|reach|answering|messages?|pager|voicemail|handy|telefon|t|m|p|f)\b|电话|手机|联系方式|致电|拨打|来电|座机|号码|短信|热线|传真|微信|whatsapp/

const ISO_DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?: |$)/
const YEARS = /^(?:1[5-9]|20)\d{2} ?[-/–] ?(?:1[5-9]|20)\d{2}$/

/** Numbers made up to show the form: 555 exchanges, counting up, one digit all along. */
const FICTION =
  /^1?(?:555\d{7}|\d{3}555(?:01\d\d|1234|5555|1212|1111|0000)|555\d{4}|1234567(?:890?)?|0123456789|9876543210?|(\d)\1+)$/

/** 800 numbers and their like belong to organisations: the helplines that careful answers name. Also Chinese 400 and 800 numbers. */
const TOLL_FREE = /^(?:1?8(?:00|33|44|55|66|77|88)\d{7}|[48]00[16-9]\d{6})$/

/** Digits in groups and what stands around them. */
export interface PhoneCandidate {
  /** As written. */
  readonly candidate: string
  readonly digits: string
  /** The text before and after, in lower case. */
  readonly before: string
  readonly after: string
}

const CONTEXT_AFTER = /^[ \-(]{0,2}(?:office|fax|mobile|cell|home|work|desk|tel|phone|手机|电话|办公)/

/**
 * Whether digits in groups are a telephone number. A number in an unmistakable form needs no other sign; one in a loose form needs a word that announces it.
 */
export function isPhoneNumber({ candidate, digits, before, after }: PhoneCandidate): boolean {
  const number = candidate.replace(/ ?(?:x|ext\.? ?|#)\d{1,6}$/, '')
  const significant = number.replace(/\D/g, '')
  if (significant.length < 6 || significant.length > 15) return false
  if (FICTION.test(significant) || TOLL_FREE.test(significant) || ISO_DATE.test(number) || YEARS.test(number))
    return false
  if (NOT_A_PHONE.test(before)) return false
  if (hasPhoneForm(number, significant, digits)) return true
  return significant.length >= 7 && isLooseForm(number) && (announces(before) || CONTEXT_AFTER.test(after))
}

const NOT_A_PHONE =
  /(?:isbn|issn|imei|doi|version|order|invoice|tracking|ref(?:erence)?|serial|id|订单号?|编号|单号|流水号)(?: (?:no|number|code))?[ .:：#是为-]*$/

const FORMS: readonly RegExp[] = [
  // International: + and a country.
  /^\+[1-9]\d{0,2}[ .()-]{0,3}\(?\d[\d .()/-]{5,17}$/,
  // North America: (ddd) ddd-dddd, ddd-ddd-dddd, 1-ddd-ddd-dddd, also from abroad with 001.
  /^(?:\+?1[ .-]?|001[ .-]?)?\([2-9]\d{2}\) ?\d{3}[ .-]?\d{4}$/,
  /^(?:\+?1[ .-]|001[ .-]?)?[2-9]\d{2}([.-])\d{3}\1\d{4}$/,
  /^(?:1[ -])?[2-9]\d{2} \d{3}[ -]\d{4}$/,
  // Chinese mobiles: 11 digits from 13 to 19, in one or as 3-4-4; landlines with their area.
  /^(?:\+?(?:00)?86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}$/,
  /^\(?0(?:10|2\d|[3-9]\d{2})\)?[ -]?[2-8]\d{6,7}$/,
  // Europe and elsewhere: a trunk 0 and two to five groups.
  /^\(?0\d{1,4}\)?(?:[ ./-]{1,2}\d{2,5}){2,5}$/,
  /^\(?0\d{1,4}\)?[ /-]{1,2}\d{5,8}$/,
  /^\(\d{2,4}\) ?\d{2,4}[ -]\d{3,4}(?:[ -]\d{2,4})?$/,
  /^\d{2}(?:([.-])\d{2})(?:\1\d{2}){2,3}$/,
  // Russia, with the trunk 8.
  /^8 ?\(\d{3}\) ?\d{3}-\d{2}-\d{2}$/,
  /^00[1-9]\d{0,2}[ .()-]{1,3}\(?\d[\d .()/-]{5,17}$/,
  /^[2-9]\d{2}-\d{4}$/,
]

function hasPhoneForm(number: string, significant: string, digits: string): boolean {
  if (significant.length < 7 && digits.length < 7) return false
  return FORMS.some((form) => form.test(number))
}

/** Groups of two to five digits with single separators, or seven to fifteen digits in one. */
function isLooseForm(number: string): boolean {
  return /^\(?\d{1,5}\)?(?:[ .-]\d{2,6}){1,5}$/.test(number) || /^\d{7,15}$/.test(number)
}

function announces(before: string): boolean {
  return PHONE_CONTEXT.test(before.slice(-32))
}
