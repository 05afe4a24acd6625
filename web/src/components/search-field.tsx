import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState, type ReactNode } from 'react'

const TYPING_MS = 300

export interface SearchFieldProps {
  readonly label: string
  /** What is searched for. */
  readonly value: string
  /** Told when somebody pauses. */
  readonly onSearch: (text: string) => void
}

/** A field whose text is searched for while somebody types. */
export function SearchField({ label, value, onSearch }: SearchFieldProps): ReactNode {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const search = useDebouncedCallback(onSearch, TYPING_MS)
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        search(currentTarget.value)
      }}
      flex={1}
      miw={220}
      maw={420}
      size="xs"
    />
  )
}
