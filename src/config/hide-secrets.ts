import { parseDocument, visit, isScalar, isSeq, type Pair, type Scalar } from 'yaml'

/** What stands in the place of a secret, as Prometheus and Alertmanager write it. */
const HIDDEN = '<secret>'

/** Keys whose values let somebody in or cost money, whichever section they stand in; `…_file` only says where such a value is. `slack` among contacts may be the address itself. */
const SECRET_KEY =
  /(?:^|_)(?:password|passwd|secret|secrets|secret_key|credentials|token|api_key|routing_key|service_key|user_key|access_key|access_key_id|access_key_secret|api_url|webhook_url)$|^(?:tokens|key|slack)$/

/** Whoever knows the address of these may send there. */
const SECRET_URL_OWNER = /^(?:webhook_configs|msteams_configs|msteamsv2_configs|discord_configs)$/

const PASSWORD_IN_URL = /^([a-z][a-z+.-]*:\/\/[^/@\s:]*):[^/@\s]*@/i

/** A configuration as it may be shown: every secret is `<secret>`, comments are left out. '' stays ''. */
export function hideSecrets(text: string): string {
  if (text === '') return ''
  const document = parseDocument(text)
  visit(document, {
    Pair: (_, pair, ancestors) => {
      const key = keyOf(pair)
      if (SECRET_KEY.test(key) || (key === 'url' && ancestors.some(isSecretUrlOwner))) hide(pair.value)
    },
    Scalar: (_, scalar) => {
      scalar.comment = scalar.commentBefore = null
      if (typeof scalar.value === 'string') scalar.value = scalar.value.replace(PASSWORD_IN_URL, `$1:${HIDDEN}@`)
    },
    Collection: (_, collection) => {
      collection.comment = collection.commentBefore = null
    },
  })
  document.comment = document.commentBefore = null
  return document.toString()
}

function hide(value: unknown): void {
  if (isScalar(value)) hideScalar(value)
  else if (isSeq(value)) for (const item of value.items) hide(item)
}

function hideScalar(scalar: Scalar): void {
  if (scalar.value !== '' && scalar.value !== null) scalar.value = HIDDEN
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

function isSecretUrlOwner(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'key' in node && SECRET_URL_OWNER.test(String(node.key))
}
