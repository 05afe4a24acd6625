import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { LocalizedText } from '../../../src/api/types.ts'
import { dictionary, type TextKey } from './dictionary.ts'

export type Language = 'en' | 'zh'

const STORAGE_KEY = 'tetrascope-language'

interface LanguageValue {
  readonly language: Language
  readonly setLanguage: (language: Language) => void
  /** A text of the pages. */
  readonly t: (key: TextKey) => string
  /** A text that the server sends in both languages. */
  readonly local: (text: LocalizedText) => string
}

const LanguageContext = createContext<LanguageValue | undefined>(undefined)

/** The chosen language, remembered; at first what the browser prefers. */
export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(initialLanguage)
  useEffect(() => {
    localStorage.setItem(STORAGE_KEY, language)
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  }, [language])
  const value = useMemo<LanguageValue>(
    () => ({ language, setLanguage, t: (key) => dictionary[key][language], local: (text) => text[language] }),
    [language],
  )
  return <LanguageContext value={value}>{children}</LanguageContext>
}

export function useLanguage(): LanguageValue {
  const value = useContext(LanguageContext)
  if (value === undefined) throw new Error('useLanguage needs a LanguageProvider around it')
  return value
}

function initialLanguage(): Language {
  const remembered = localStorage.getItem(STORAGE_KEY)
  if (remembered === 'en' || remembered === 'zh') return remembered
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
