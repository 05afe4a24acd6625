/** Flags answers that shout: how many of their sentences end in an exclamation mark. */
export default {
  evaluate({ response }) {
    const sentences = response.match(/[^.!?。！？]+[.!?。！？]/g) ?? []
    if (sentences.length === 0) return undefined
    const loud = sentences.filter((sentence) => /[!！]$/.test(sentence)).length
    const score = loud / sentences.length
    return { score, verdict: score > 0.5 ? 'flagged' : 'ok', explanation: `${loud} of ${sentences.length} sentences` }
  },
}
