import { rememberLast } from '../text/remember.ts'
import { formatInstructions } from './format-instructions.ts'
import type { Instruction } from './instruction.ts'
import { keywordInstructions } from './keyword-instructions.ts'
import { lengthInstructions } from './length-instructions.ts'
import { styleInstructions } from './style-instructions.ts'

/** Characters of a prompt in which instructions are looked for: its beginning and its end, where they stand. */
const MAX_LENGTH = 4_000

/** The checkable instructions of a prompt by place, in the manner of IFEval (Zhou et al. 2023). */
export const instructionsIn = rememberLast((prompt: string): readonly Instruction[] => {
  const text =
    prompt.length <= MAX_LENGTH ? prompt : `${prompt.slice(0, MAX_LENGTH / 2)}\n${prompt.slice(-MAX_LENGTH / 2)}`
  const found = [lengthInstructions, keywordInstructions, formatInstructions, styleInstructions].flatMap((find) =>
    find(text),
  )
  return found.sort((a, b) => a.start - b.start)
})
