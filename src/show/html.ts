/**
 * The few pieces of HTML that values are shown with. No scripts, nothing from elsewhere, and no colours but shades of
 * the page's own, so that dark themes stay readable. Every text is escaped here.
 */
import { escapeHtml } from './printable.js'

const CELL = 'padding:0.15em 0.6em;border:1px solid rgba(128,128,128,0.4);text-align:right;white-space:pre'
const LABEL = `${CELL};opacity:0.7;font-weight:normal`
const FACT = 'padding:0.15em 0.6em;text-align:left;vertical-align:top;white-space:pre-wrap'

/** Columns with their heads, and rows whose first cell is a label. */
export interface Grid {
  /** Lines above each column, its name for instance and its type. */
  readonly heads: readonly (readonly string[])[]
  readonly rows: readonly (readonly string[])[]
}

/** A title above what it is the title of, which is HTML already. */
export function section(title: string, body: string): string {
  return `<div><div><strong>${escapeHtml(title)}</strong></div>${body}</div>`
}

export function gridTable({ heads, rows }: Grid): string {
  const head = heads.map(names => `<tr>${names.map(name => cell('th', CELL, name)).join('')}</tr>`)
  const body = rows.map(([label = '', ...cells]) => {
    return `<tr>${cell('th', LABEL, label)}${cells.map(text => cell('td', CELL, text)).join('')}</tr>`
  })
  return `<table style="border-collapse:collapse"><thead>${head.join('')}</thead><tbody>${body.join('')}</tbody></table>`
}

/** Names and what there is to say of each. */
export function factsTable(facts: readonly (readonly [name: string, text: string])[]): string {
  const rows = facts.map(
    ([name, text]) => `<tr>${cell('th', `${FACT};opacity:0.7`, name)}${cell('td', FACT, text)}</tr>`,
  )
  return `<table style="border-collapse:collapse"><tbody>${rows.join('')}</tbody></table>`
}

export function preformatted(text: string): string {
  return `<pre style="background:none">${escapeHtml(text)}</pre>`
}

/** Something said in a lighter shade, beside a name. */
export function aside(text: string): string {
  return `<span style="opacity:0.7">${escapeHtml(text)}</span>`
}

function cell(tag: 'th' | 'td', style: string, text: string): string {
  return `<${tag} style="${style}">${escapeHtml(text)}</${tag}>`
}
