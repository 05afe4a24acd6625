import type { Score } from '../../model/evaluation.ts'
import type { EvaluationInput, Evaluator } from '../evaluator.ts'
import { CuedPattern } from '../text/cued-pattern.ts'
import type { Language } from '../text/language.ts'
import { languageOf } from '../text/language.ts'

/** A request for another language than that of the prompt: what is meant, and how it is named. */
const NAMES: ReadonlyArray<readonly [Language, CuedPattern]> = [
  ['en', new CuedPattern(['english', '英文', '英语'], /\benglish\b|英文|英语/i)],
  [
    'zh',
    new CuedPattern(
      ['chinese', 'mandarin', '中文', '汉语', '简体', '繁体'],
      /\b(?:chinese|mandarin)\b|中文|汉语|简体|繁体/i,
    ),
  ],
  ['ja', new CuedPattern(['japanese', '日文', '日语'], /\bjapanese\b|日文|日语/i)],
  ['ko', new CuedPattern(['korean', '韩文', '韩语'], /\bkorean\b|韩文|韩语/i)],
  ['ru', new CuedPattern(['russian', '俄文', '俄语'], /\brussian\b|俄文|俄语/i)],
  ['ar', new CuedPattern(['arabic', '阿拉伯语'], /\barabic\b|阿拉伯语/i)],
  ['hi', new CuedPattern(['hindi', 'marathi', 'nepali', '印地语'], /\b(?:hindi|marathi|nepali)\b|印地语/i)],
  ['th', new CuedPattern(['thai', '泰语'], /\bthai\b|泰语/i)],
  ['es', new CuedPattern(['spanish', 'español', '西班牙语'], /\bspanish\b|\bespañol\b|西班牙语/i)],
  ['fr', new CuedPattern(['french', 'français', '法语', '法文'], /\bfrench\b|\bfrançais\b|法语|法文/i)],
  ['de', new CuedPattern(['german', 'deutsch', '德语', '德文'], /\bgerman\b|\bdeutsch\b|德语|德文/i)],
  ['it', new CuedPattern(['italian', '意大利语'], /\bitalian\b|意大利语/i)],
  ['pt', new CuedPattern(['portuguese', '葡萄牙语'], /\bportuguese\b|葡萄牙语/i)],
  ['vi', new CuedPattern(['vietnamese', '越南语'], /\bvietnamese\b|越南语/i)],
]

/** Any of these names a language whose text may rightly follow, also one that is not recognised here. */
const NAMES_A_LANGUAGE =
  /\b(?:translat\w+|language|bilingual|\w+(?:ese|ian|ish)|swahili|urdu|punjabi|bengali|telugu|kannada|tamil|gujarati|farsi|persian|hebrew|greek|thai|hindi|latin|esperanto|emoji|morse)\b|翻译|译成|译为|语言|[英日韩法德俄]语|[中英日韩法德俄]文/i

/** Whether the answer is in the language of the prompt, or in one that the prompt names. 1 = matches. */
export const languageMatch: Evaluator = {
  name: 'language-match',
  version: '1',
  direction: 'higher_is_better',
  costClass: 'cheap',
  languages: ['any'],
  evaluate({ prompt, response, system }: EvaluationInput): Score | undefined {
    const answered = languageOf(response)
    const asked = languageOf(prompt)
    if (answered === 'und' || asked === 'und') return undefined
    const named = namedLanguages(prompt)
    if (answered === asked || named.includes(answered)) return matches(answered)
    if (named.length === 0 && (NAMES_A_LANGUAGE.test(prompt) || namedLanguages(system).includes(answered)))
      return matches(answered)
    const expected = named.length > 0 ? named.join(' or ') : asked
    return {
      score: 0,
      verdict: 'flagged',
      label: answered,
      explanation: `expected ${expected}, the answer is in ${answered}`,
    }
  },
}

function matches(language: Language): Score {
  return { score: 1, verdict: 'ok', label: language, explanation: `the answer is in ${language}, as expected` }
}

function namedLanguages(text: string): Language[] {
  return NAMES.filter(([, name]) => name.test(text)).map(([language]) => language)
}
