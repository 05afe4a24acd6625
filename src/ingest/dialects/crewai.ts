import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, SpanFacts } from '../dialect.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'

/**
 * CrewAI: the attributes of OpenLLMetry's instrumentation (`crewai.crew.*`, `crewai.agent.*`, `crewai.task.*`) and of CrewAI's
 * own telemetry (`crew_key`, `task_key`, `tool_name`). Its model calls come as OpenTelemetry's or OpenInference's.
 */
export const crewAi: Dialect = {
  name: 'crewai',
  recognises: (span, attributes) =>
    attributes.hasPrefix('crewai.') || attributes.has('crew_key', 'crew_id') || span.scope.name === 'crewai.telemetry',
  read: readSpan,
}

/** The more particular first: the span of a task also names its agent. */
const PREFIXES: ReadonlyArray<readonly [prefix: string, kind: SpanKind]> = [
  ['crewai.tool.', 'tool'],
  ['crewai.task.', 'workflow'],
  ['crewai.agent.', 'agent'],
  ['crewai.crew.', 'workflow'],
]

const OWN_NAMES: Readonly<Record<string, SpanKind>> = {
  'Crew Created': 'workflow',
  'Crew Execution': 'workflow',
  'Task Created': 'workflow',
  'Task Execution': 'workflow',
  'Tool Usage': 'tool',
  'Tool Repeated Usage': 'tool',
  'Tool Usage Error': 'tool',
}

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  return {
    kind: OWN_NAMES[span.name] ?? PREFIXES.find(([prefix]) => attributes.hasPrefix(prefix))?.[1],
    input: attributes.text(
      'crewai.task.description',
      'crewai.crew.inputs',
      'crewai.tool.input',
      'crewai.tool.args',
      'crew_inputs',
    ),
    output: attributes.text(
      'crewai.crew.result',
      'crewai.task.result',
      'crewai.agent.result',
      'crewai.tool.result',
      'crewai.tool.output',
    ),
  }
}
