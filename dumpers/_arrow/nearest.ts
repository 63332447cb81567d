/** Names that look like one that is not there, for messages. */

/** At most ten of `available`, those first that look like `name`. */
export function nearest(name: string, available: readonly string[]): string[] {
  const wanted = name.toLowerCase()
  const alike = available.filter(item => {
    const other = item.toLowerCase()
    return (
      other.includes(wanted) ||
      (other !== '' && wanted.includes(other)) ||
      other.slice(0, 3) === wanted.slice(0, 3)
    )
  })
  return [...new Set([...alike, ...available])].slice(0, 10)
}
