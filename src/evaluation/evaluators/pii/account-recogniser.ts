import { CuedPattern } from '../../text/cued-pattern.ts'
import type { PiiFinding } from './finding.ts'

/** Names of accounts at messengers, which begin with a letter: "微信号：wang_wei2020", "加V：zhang_san88". */
const MESSENGER =
  /(?:微信号?|薇信|威信|wechat(?: id)?|weixin|加\s?[vV](?:信|x)?|\b[vV]x)(?:\s?(?:[:：]|是|为|is))?\s{0,2}([A-Za-z][A-Za-z\d_-]{5,19})(?![A-Za-z\d_@.-])/gi
const SCREEN = new CuedPattern(
  ['微信', '薇信', '威信', 'wechat', 'weixin', '加', 'vx'],
  /微信|薇信|威信|wechat|weixin|加\s?v|vx/i,
)

/** Accounts that are no number. A plain word after the messenger's name ("WeChat integration") is none. */
export function recogniseAccountNames(text: string): readonly PiiFinding[] {
  if (!SCREEN.test(text)) return []
  return [...text.matchAll(MESSENGER)].flatMap((match) => {
    const name = match[1] ?? ''
    const end = match.index + match[0].length
    return /[\d_-]/.test(name) ? [{ type: 'ACCOUNT' as const, start: end - name.length, end }] : []
  })
}
