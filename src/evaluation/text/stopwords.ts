import { WordBits } from './word-bits.ts'
import { hashOf } from './words.ts'

const ENGLISH =
  'a an the and or but nor so yet if then else than that this these those there here i me my mine we us our ours you your yours he him his she her hers it its they them their theirs who whom whose which what when where why how is am are was were be been being do does did doing done have has had having can could will would shall should may might must of in on at to for from by with about as into onto over under between among through during before after above below up down out off again further once not no only own same too very just also both each few more most other some such any all own s t d ll ve re m don doesn didn isn aren wasn weren won wouldn can couldn shouldn said says say according while because until against however although though since including within without along across per via upon still even much many one been'
const CHINESE =
  '的了是在我有和就不人都一也很到说要去你会着没看好自己这那他她它们与及或但而被把对从为以于其之中上下个等并且如因所还又让给向由则可能'

const STOPWORDS = new WordBits([...ENGLISH.split(' '), ...CHINESE.split('')].map((word) => [hashOf(word), 1] as const))

/** Whether the word with this hash (see `wordsOf`) carries no content: articles, pronouns, auxiliaries, particles. */
export function isStopword(hash: number): boolean {
  return STOPWORDS.of(hash) !== 0
}
