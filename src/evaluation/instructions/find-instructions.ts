import { rememberLast } from '../text/remember.ts'
import { formatInstructions } from './format-instructions.ts'
import type { Instruction, InstructionFinder } from './instruction.ts'
import { keywordInstructions } from './keyword-instructions.ts'
import { lengthInstructions } from './length-instructions.ts'
import { styleInstructions } from './style-instructions.ts'

/** Characters of a prompt in which instructions are looked for: its beginning and its end, where they stand. */
const MAX_LENGTH = 4_000

/** Each family with words of which the prompt must have one for its instructions to count. Asked last, for few prompts have any. */
const FINDERS: ReadonlyArray<{ readonly cue: RegExp; readonly find: InstructionFinder }> = [
  { cue: /words?\b|sentence|paragraph|stanza|\d ?[个]?[字句段]/i, find: lengthInstructions },
  { cue: /word|letter|mention|terms?\b|关键词|词语|单词|使用|包含|提到|出现/i, find: keywordInstructions },
  {
    cue: /json|bullet|list|table|表|function|script|program|code|class|regex|query|函数|代码|脚本|程序|title|highlight|itali|bold|emphasi|placeholder|postscript|p\.? ?s|section|asterisk|\*{6}|following|分点|要点|清单/i,
    find: formatInstructions,
  },
  {
    cue: /case|capital|caps|comma|逗号|quot|end|finish|conclude|start|begin|repeat|以[“"「]|in \w+|[写用]|英文|中文/i,
    find: styleInstructions,
  },
]

/** The checkable instructions of a prompt by place, in the manner of IFEval (Zhou et al. 2023). */
export const instructionsIn = rememberLast((prompt: string): readonly Instruction[] => {
  const text =
    prompt.length <= MAX_LENGTH ? prompt : `${prompt.slice(0, MAX_LENGTH / 2)}\n${prompt.slice(-MAX_LENGTH / 2)}`
  const found = FINDERS.flatMap(({ cue, find }) => {
    const instructions = find(text)
    return instructions.length > 0 && cue.test(text) ? instructions : []
  })
  return found.sort((a, b) => a.start - b.start)
})
