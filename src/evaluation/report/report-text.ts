import type { Interval } from '../wilson-interval.ts'
import { padLeft, padRight } from '../../util/text-width.ts'
import type { ComparedRate, QualityReport, Rate, WorstExample } from './quality-report.ts'
import { evaluatorName, WORDS, type ReportLanguage } from './report-words.ts'

const WIDTHS = { name: 34, number: 9, interval: 18, change: 12 } as const

/** The report for a terminal or an e-mail. */
export function reportText(report: QualityReport, language: ReportLanguage): string {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language]
  const { requests, evaluated, composite, errors } = report
  const facts = [
    `${word('requests')}: ${requests.now} (${word('before')}: ${requests.before})`,
    `${word('evaluated')}: ${evaluated.now} (${word('before')}: ${evaluated.before})`,
    `${word('errors')}: ${rateText(errors.now)} ${changeText(errors, language)}`,
    `${word('composite')}: ${numberText(composite.now)} (${word('before')}: ${numberText(composite.before)})`,
  ]
  const sections = [
    [`${word('title')}  ${timeText(report.startMs)} – ${timeText(report.endMs)}  ${report.model ?? word('allModels')}`],
    facts,
    report.evaluators.length === 0 ? [word('nothing')] : evaluatorLines(report, language),
    modelLines(report, language),
    truthLines(report, language),
    report.worst.flatMap((example) => exampleLines(example, language)),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function evaluatorLines({ evaluators }: QualityReport, language: ReportLanguage): string[] {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language]
  const header = [
    padRight(word('evaluator'), WIDTHS.name),
    padLeft(word('flagged'), WIDTHS.number),
    padLeft(word('samples'), WIDTHS.number),
    padLeft(word('rate'), WIDTHS.number),
    padLeft(word('interval'), WIDTHS.interval),
    padLeft(word('change'), WIDTHS.change),
  ]
  const lines = evaluators.map(({ evaluator, flagged }) =>
    [
      padRight(evaluatorName(evaluator, language), WIDTHS.name),
      padLeft(String(flagged.now.hits), WIDTHS.number),
      padLeft(String(flagged.now.trials), WIDTHS.number),
      padLeft(percentText(flagged.now.share), WIDTHS.number),
      padLeft(intervalText(flagged.now.interval), WIDTHS.interval),
      `   ${changeText(flagged, language)}`,
    ].join(''),
  )
  return [header.join(''), ...lines]
}

function modelLines({ models }: QualityReport, language: ReportLanguage): string[] {
  if (models.length < 2) return []
  const lines = models.map(
    ({ model, requests, errors, composite }) =>
      `${padRight(model, WIDTHS.name)}${padLeft(String(requests), WIDTHS.number)}  ${WORDS.errors[language]} ${rateText(errors)}  ${WORDS.composite[language]} ${numberText(composite)}`,
  )
  return [WORDS.models[language], ...lines]
}

function truthLines({ truth }: QualityReport, language: ReportLanguage): string[] {
  if (truth.length === 0) return []
  const lines = truth.flatMap(({ model, classification, calibration, fairness }) => {
    const { samples, accuracy, accuracyInterval, f1 } = classification
    const ece = calibration === undefined ? '' : `  ${WORDS.calibration[language]} ${calibration.error.toFixed(3)}`
    const first = `${padRight(model, WIDTHS.name)}${WORDS.accuracy[language]} ${percentText(accuracy)} ${intervalText(accuracyInterval)}  F1 ${percentText(f1)}  n ${samples}${ece}`
    const gaps = fairness.map(
      ({ attribute, criterion, gap, interval, highest, lowest }) =>
        `  ${WORDS.fairness[language]} ${attribute}/${criterion}: ${percentText(gap)} ${intervalText(interval)} (${highest} – ${lowest})`,
    )
    return [first, ...gaps]
  })
  return [WORDS.truth[language], ...lines]
}

function exampleLines(example: WorstExample, language: ReportLanguage): string[] {
  const { evaluator, score, label, explanation, model, traceId, spanId, prompt, response } = example
  const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 160)
  return [
    `▸ ${evaluatorName(evaluator, language)} ${score.toFixed(2)}${label === undefined ? '' : ` ${label}`}  ${model}  ${traceId}/${spanId}`,
    `  ${explanation}`,
    `  ${WORDS.prompt[language]}: ${oneLine(prompt)}`,
    `  ${WORDS.response[language]}: ${oneLine(response)}`,
  ]
}

export function rateText({ hits, trials, share, interval }: Rate): string {
  return share === undefined ? '–' : `${percentText(share)} (${hits}/${trials}, ${intervalText(interval)})`
}

export function percentText(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)}%`
}

export function intervalText({ lower, upper }: Interval): string {
  return `${(100 * lower).toFixed(1)}–${(100 * upper).toFixed(1)}%`
}

export function numberText(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(1)
}

/** The difference in points and whether it is more than chance. */
export function changeText({ difference, verdict }: ComparedRate, language: ReportLanguage): string {
  if (difference === undefined) return WORDS[verdict][language]
  const points = `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(1)}`
  return `${points} ${WORDS[verdict][language]}`
}

export function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
