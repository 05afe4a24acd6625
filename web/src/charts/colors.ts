const COLORS = ['#1098ad', '#f08c00', '#7048e8', '#2f9e44', '#e64980', '#4263eb', '#a9e34b', '#868e96']

/** Of a line, by its place; the same in chart, note and table. */
export function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? '#1098ad'
}
