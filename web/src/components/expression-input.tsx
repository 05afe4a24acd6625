import { Paper, Text, Textarea, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { FUNCTION_NAMES } from '../../../src/promql/parser/function-signatures.ts'
import { AGGREGATION_WORDS } from '../../../src/promql/parser/token.ts'
import { fetchLabelNames, fetchLabelValues } from '../api/prometheus.ts'
import { completionAt, matching, type Completion } from '../completion/completion.ts'
import { useLanguage } from '../i18n/language.tsx'

const SHOWN = 12
const NAMES_FRESH_MS = 60_000

const CALLED: ReadonlySet<string> = new Set([...AGGREGATION_WORDS, ...FUNCTION_NAMES])

export interface ExpressionInputProps {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly onExecute: () => void
}

/** An expression, completed while it is typed: arrows choose, Tab takes, Enter executes unless something was chosen. */
export function ExpressionInput({ value, onChange, onExecute }: ExpressionInputProps): ReactNode {
  const { t } = useLanguage()
  const listId = useId()
  const input = useRef<HTMLTextAreaElement>(null)
  const [completion, setCompletion] = useState<Completion>()
  const [chosen, choose] = useState(-1)
  const candidates = useCandidates(completion)
  const shown = completion === undefined ? [] : matching(candidates, completion.typed, SHOWN)
  const close = (): void => {
    setCompletion(undefined)
    choose(-1)
  }
  const take = (word: string | undefined): void => {
    if (completion === undefined || word === undefined) return
    const inserted = completion.kind === 'name' && CALLED.has(word) ? `${word}(` : word
    const cursor = completion.from + inserted.length
    onChange(value.slice(0, completion.from) + inserted + value.slice(completion.from + completion.typed.length))
    close()
    // The text is in the field only after it was drawn.
    requestAnimationFrame(() => input.current?.setSelectionRange(cursor, cursor))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = actionOf(event, shown.length)
    if (act === undefined) return
    event.preventDefault()
    if (act === 'down') choose((chosen + 1) % shown.length)
    else if (act === 'up') choose((chosen <= 0 ? shown.length : chosen) - 1)
    else if (act === 'close') close()
    else if (act === 'take' || chosen >= 0) take(shown[Math.max(0, chosen)])
    else {
      close()
      onExecute()
    }
  }
  return (
    <div style={{ flex: 1, position: 'relative', minWidth: 0 }}>
      <Textarea
        ref={input}
        aria-label={t('expression')}
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        {...(chosen >= 0 && { 'aria-activedescendant': `${listId}-${chosen}` })}
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value)
          choose(-1)
          setCompletion(completionAt(currentTarget.value, currentTarget.selectionStart))
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        autosize
        minRows={1}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace' } }}
      />
      {shown.length > 0 && <Suggestions id={listId} words={shown} chosen={chosen} onTake={take} />}
    </div>
  )
}

type Action = 'down' | 'up' | 'take' | 'close' | 'enter'

/** Undefined for keys that only write. */
function actionOf({ key, shiftKey }: KeyboardEvent, suggestions: number): Action | undefined {
  if (key === 'Enter') return shiftKey ? undefined : 'enter'
  if (suggestions === 0 || shiftKey) return undefined
  const actions: Readonly<Record<string, Action>> = { ArrowDown: 'down', ArrowUp: 'up', Tab: 'take', Escape: 'close' }
  return actions[key]
}

interface SuggestionsProps {
  readonly id: string
  readonly words: readonly string[]
  readonly chosen: number
  readonly onTake: (word: string) => void
}

function Suggestions({ id, words, chosen, onTake }: SuggestionsProps): ReactNode {
  const { t } = useLanguage()
  return (
    <Paper
      id={id}
      role="listbox"
      aria-label={t('completionHint')}
      withBorder
      shadow="md"
      p={4}
      style={{ position: 'absolute', top: '100%', left: 0, zIndex: 20, maxWidth: '100%', minWidth: 220 }}
    >
      {words.map((word, i) => (
        <UnstyledButton
          key={word}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === chosen}
          tabIndex={-1}
          display="block"
          w="100%"
          px={8}
          py={2}
          fz="sm"
          ff="monospace"
          style={{
            overflowWrap: 'anywhere',
            borderRadius: 4,
            background: i === chosen ? 'var(--mantine-primary-color-light)' : undefined,
          }}
          // The field would lose the focus before the click.
          onMouseDown={(event) => {
            event.preventDefault()
            onTake(word)
          }}
        >
          {word}
        </UnstyledButton>
      ))}
      <Text size="xs" c="dimmed" px={8} pt={2}>
        {t('completionHint')}
      </Text>
    </Paper>
  )
}

/** All that could stand there; what the server does not know yet is nothing. */
function useCandidates(completion: Completion | undefined): readonly string[] {
  const { kind = 'name', metric = '', label = '' } = completion ?? {}
  const found = useQuery({
    queryKey: ['completion', kind, metric, label],
    enabled: completion !== undefined,
    staleTime: NAMES_FRESH_MS,
    retry: false,
    queryFn: ({ signal }) =>
      kind === 'label' ? fetchLabelNames(metric, signal) : fetchLabelValues(label || '__name__', metric, signal),
  })
  const words = found.data ?? []
  return kind === 'name' ? [...CALLED, ...words] : words
}
