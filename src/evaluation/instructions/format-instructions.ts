import { CuedPattern } from '../text/cued-pattern.ts'
import type { Instruction, InstructionFinder } from './instruction.ts'
import { findInstructions, QUANTITY, quantityOf } from './instruction.ts'
import { jsonIn, looksLikeSchema, matchesSchema } from './json-answer.ts'

const JSON_WANTED = new CuedPattern(
  ['json'],
  /\b(?:in|as|into|using|only|valid|a single|one)(?: (?:a|the|valid|raw|single|one))? JSON\b|\bJSON (?:format|object|block|array|output)\b|\breturn (?:only )?(?:a )?JSON\b|(?:以|用|按|返回|输出)\s?JSON|JSON\s?格式/gi,
)
const BULLETS = new CuedPattern(
  ['bullet'],
  new RegExp(String.raw`\b${QUANTITY} (?:markdown )?bullet(?:ed)? ?(?:points?|list items?)`, 'gi'),
)
const LIST_WANTED = new CuedPattern(
  ['list', 'point', '列表', '要点', '清单', '分点'],
  /\b(?:in|as|use|using|with|into) (?:a )?(?:numbered|bulleted|bullet(?:ed)?(?:-point)?|markdown|ordered|unordered) ?(?:list|points?)\b|\b(?:bullet points|list format)\b|(?:用|以)(?:有序|无序|项目符号)?(?:列表|要点|清单)(?:的?形式)?|分点(?:列出|回答|说明)/gi,
)
const TABLE_WANTED = new CuedPattern(
  ['table', '表格'],
  /\b(?:in|as|into|create|make|give me|draw|with|use) (?:a |the )?(?:markdown |comparison )?table\b(?! of contents)|\btable format\b|(?:用|以|做成|生成)(?:一个)?(?:Markdown)?表格/gi,
)
const CODE_WANTED = new CuedPattern(
  ['function', 'script', 'program', 'code', 'class', 'regex', 'query', '函数', '代码', '脚本', '程序', 'sql'],
  /\b(?:write|give me|show|create|implement) (?:me )?(?:a |an |some |the )?(?:\w+ ){0,3}(?:function|script|program|code snippet|class|regex|SQL query)\b|(?:写|实现|给出)[^。，\n]{0,12}(?:函数|代码|脚本|程序|SQL)/gi,
)
const TITLE = new CuedPattern(['angular'], /\btitle\b[^.!?\n]{0,40}\bdouble angular brackets/gi)
const HIGHLIGHT = new CuedPattern(
  ['highlight', 'itali', 'emphasi', 'bold'],
  new RegExp(
    String.raw`\b(?:highlight|italici[sz]e|emphasi[sz]e|bold)\w* ${QUANTITY} (?:\w+ ){0,3}(?:sections?|parts?|phrases?|text)`,
    'gi',
  ),
)
const PLACEHOLDER = new CuedPattern(['placeholder'], new RegExp(String.raw`\b${QUANTITY} placeholders?`, 'gi'))
const POSTSCRIPT = new CuedPattern(
  ['start'],
  /\b(?:postscript|P\.? ?S\.?)[^.!?\n]{0,40}?\bstart(?:s|ing) with (P\.? ?(?:P\.? ?)?S\.?)/gi,
)
const SECTIONS = new CuedPattern(
  ['section'],
  new RegExp(
    String.raw`\b${QUANTITY} sections?\b[^.!?\n]{0,60}?["'“]?\b(SECTION|Section|PARAGRAPH|PART|Day|Round|Chapter|Audience|Verse) ?X`,
    'gi',
  ),
)
const VERSIONS = new CuedPattern(['asterisk', '******'], /\bsix asterisk|\b6 asterisk|\*{6}/gi)
const CHOICE = new CuedPattern(
  ['following', 'exactly one of'],
  /\b(?:choose|answer|reply|respond)\b[^.!?\n]{0,40}\b(?:one of the following|from the following|exactly one of)(?: (?:options|phrases|choices|sentences|words))?[:：]? ?([^\n]{8,200})/gi,
)

/** The form of the answer: JSON, lists, tables, code, sections and the like. */
export const formatInstructions: InstructionFinder = (prompt) => [
  ...jsonInstructions(prompt),
  ...bulletInstructions(prompt),
  ...first(prompt, LIST_WANTED, 'list', 'a list', (response) => countBullets(response) > 0),
  ...first(prompt, TABLE_WANTED, 'table', 'a table', hasTable),
  ...first(prompt, CODE_WANTED, 'code', 'code', hasCode),
  ...first(prompt, TITLE, 'title', 'a title in <<angular brackets>>', (response) => /<<[^\n<>]+>>/.test(response)),
  ...counted(prompt, HIGHLIGHT, 'highlight', 'highlighted parts', countHighlights),
  ...counted(
    prompt,
    PLACEHOLDER,
    'placeholder',
    'placeholders',
    (response) => response.match(/\[[^\]\n]+\]/g)?.length ?? 0,
  ),
  ...postscripts(prompt),
  ...sections(prompt),
  ...first(prompt, VERSIONS, 'versions', 'two answers parted by ******', (response) => parts(response).length >= 2),
  ...choices(prompt),
]

function jsonInstructions(prompt: string): Instruction[] {
  const schema = looksLikeSchema(prompt)
  return first(prompt, JSON_WANTED, 'json', schema === undefined ? 'JSON' : 'JSON of the given schema', (response) => {
    const value = jsonIn(response)
    return value !== undefined && (schema === undefined || matchesSchema(value.value, schema))
  })
}

/** The first match is enough: a prompt that says twice that it wants JSON asks for one thing. */
function first(
  prompt: string,
  pattern: CuedPattern,
  kind: Instruction['kind'],
  description: string,
  isFollowed: (response: string) => boolean,
): Instruction[] {
  return findInstructions(prompt, pattern, ([whole]) =>
    isUnwanted(prompt, whole) ? undefined : { kind, description, isFollowed },
  ).slice(0, 1)
}

function isUnwanted(prompt: string, match: string): boolean {
  return /\b(?:not|n['’]t|no|without|avoid|never)\s*(?:\w+ ){0,2}$|不(?:要|得|能)?$/i.test(
    prompt.slice(0, prompt.indexOf(match)).slice(-24),
  )
}

function counted(
  prompt: string,
  pattern: CuedPattern,
  kind: Instruction['kind'],
  noun: string,
  count: (response: string) => number,
): Instruction[] {
  return findInstructions(prompt, pattern, ([, relation, number = '', more]) => {
    const quantity = quantityOf(relation, number, more === undefined ? '' : ` or ${more}`)
    if (quantity === undefined) return undefined
    return { kind, description: `${quantity.text} ${noun}`, isFollowed: (response) => quantity.holds(count(response)) }
  })
}

function bulletInstructions(prompt: string): Instruction[] {
  return counted(prompt, BULLETS, 'list', 'bullet points', countBullets)
}

function countBullets(response: string): number {
  return response.match(/^\s*(?:[*\-•·]|\d{1,2}[.)、])\s*[^\s*-]/gm)?.length ?? 0
}

function hasTable(response: string): boolean {
  return (
    /^\s*\|?[^|\n]+\|[^\n]*\n\s*\|?\s*:?-{2,}/m.test(response) ||
    /<table[\s>]/i.test(response) ||
    (response.match(/^[^\t\n]+\t[^\n]+$/gm)?.length ?? 0) >= 2
  )
}

function hasCode(response: string): boolean {
  return (
    /```|^(?: {4}|\t)\S|<code>/m.test(response) ||
    /\b(?:function|def|class|const|SELECT|import|return)\b[^\n]*[({;=]/.test(response)
  )
}

function countHighlights(response: string): number {
  return response.match(/\*\*?[^\n*]+\*\*?/g)?.length ?? 0
}

function postscripts(prompt: string): Instruction[] {
  return findInstructions(prompt, POSTSCRIPT, ([, mark = '']) => {
    const letters = mark.replace(/[ .]/g, '').toUpperCase()
    const pattern = new RegExp(letters.split('').join(String.raw`\.?\s?`), 'i')
    return {
      kind: 'postscript',
      description: `a postscript that starts with ${mark}`,
      isFollowed: (response) => pattern.test(response.slice(-1_500)),
    }
  })
}

function sections(prompt: string): Instruction[] {
  return findInstructions(prompt, SECTIONS, ([, relation, number = '', more, name = '']) => {
    const quantity = quantityOf(relation, number, more === undefined ? '' : ` or ${more}`)
    if (quantity === undefined) return undefined
    const heading = new RegExp(String.raw`\b${name}\s?(?:\d+|[IVX]+|one|two|three|four|five)\b`, 'gi')
    return {
      kind: 'sections',
      description: `${quantity.text} sections named ${name}`,
      isFollowed: (response) => quantity.holds(response.match(heading)?.length ?? 0),
    }
  })
}

function parts(response: string): string[] {
  return response.split('******').filter((part) => part.trim() !== '')
}

function choices(prompt: string): Instruction[] {
  return findInstructions(prompt, CHOICE, ([, list = '']) => {
    const options = [...list.matchAll(/["'“‘]([^"'”’]{2,60})["'”’]/g)].map((match) =>
      (match[1] ?? '').replace(/[.。]$/, ''),
    )
    if (options.length < 2) return undefined
    return {
      kind: 'choice',
      description: `one of ${options.join(' / ')}`,
      isFollowed: (response) => options.some((option) => response.includes(option)),
    }
  })
}
