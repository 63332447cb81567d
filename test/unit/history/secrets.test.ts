/** What is masked in recorded code, and what is not. The secrets are put together here: none lies in the repository. */
import { describe, expect, it } from 'vitest'
import { mask, maskLines } from '../../../src/provenance/history/secrets.js'
import { KEYS, NAMED, TOKENS } from './samples.js'

describe('mask', () => {
  it.each([...TOKENS, ...KEYS, ...NAMED])('hides %s', (_what, secret, code) => {
    const text = `const before = 1\n${code}\nconst after = 2\n`
    const masked = mask(text)
    expect(masked).not.toContain(secret)
    expect(masked).toContain('[masked]')
    expect(masked.startsWith('const before = 1\n')).toBe(true)
    expect(masked.endsWith('\nconst after = 2\n')).toBe(true)
    expect(mask(masked)).toBe(masked)
  })

  it.each(TOKENS)(
    'hides %s in a string with escaped line ends, in a URL, and in a comment',
    (_what, secret) => {
      for (const text of [`"a\\n${secret}\\nb"`, `'https://example.org/?x=${secret}'`, `// ${secret}`]) {
        expect(mask(text)).not.toContain(secret)
      }
    },
  )

  it('keeps the beginning that says what it was', () => {
    const [, token = ''] = TOKENS[0] ?? []
    expect(mask(`fetch(url, '${token}')`)).toBe(`fetch(url, 'gh${'p_'}[masked]')`)
  })

  it.each([
    `const commit = '3f786850e387550fdab836ed7e6dc881de23001b'`,
    `const sum = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'`,
    `const id = '123e4567-e89b-12d3-a456-426614174000'`,
    `const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='`,
    'const pi = 3.14159265358979323846, big = 123456789012345678901234567890n',
    `const password = await askFor('name')`,
    'const token = process.env.API_TOKEN',
    'const { password, apiKey } = settings',
    `const url = 'https://example.org:8080/path?page=2#token'`,
    'const url = `postgres://$' + '{user}:$' + '{password}@$' + '{host}/db`',
    `if (typeof password === 'string') return tokens.length`,
    `const tokenizer = 'words', maxTokens = 100, passes = 'all'`,
    `fetch(url, { credentials: 'include' })`,
    `if (text.includes('-----BEGIN PRIVATE KEY-----')) return readKey(text)`,
    `const PWD = '/home/user', mask = 'skip-to-main-content-of-the-page'`,
    `import { basic } from './basic-3d-arrays.js' // Basic 2d-arrays`,
    `const AKIRA = 'SKETCH', columns = ['password', 'name']`,
    'function login(user: string, password: string): Promise<void> {}',
  ])('leaves %s', code => {
    expect(mask(code)).toBe(code)
  })

  it('takes linear time: texts that are made to be slow', { timeout: 120_000 }, () => {
    const pieces = [
      'eyJ',
      'eyJaaaaaaaa.',
      'password',
      'password=',
      'curl ',
      'http://a',
      'sl.',
      'a-',
      '\\n',
      ' ',
      'token: ',
    ]
    const starts = ['-----BEGIN PRIVATE KEY-----', `-----BEGIN RSA PRIVATE KEY-----${'A'.repeat(16)}`]
    const headers = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n'
    const words = ['Version ', 'Version+Comment,', 'Version: a ', 'Version: a\n'].map(
      word => `${starts[0]}\n${word.repeat(100)}!`,
    )
    for (const piece of [...pieces, ...starts, headers, ...words]) {
      const text = piece.repeat(Math.ceil(2 ** 20 / piece.length))
      // What is quadratic takes hours for this; no time is measured.
      expect(mask(text).length).toBeGreaterThan(0)
    }
  })
})

describe('maskLines', () => {
  it.each(KEYS)('hides %s that is spread over lines', (_what, secret, code) => {
    const lines = ['const before = 1', ...code.split('\n'), 'const after = 2']
    const masked = maskLines(lines)
    expect(masked.join('\n')).not.toContain(secret)
    expect([masked[0], masked.at(-1)]).toEqual([lines[0], lines.at(-1)])
  })

  it('keeps lines apart, also those around a secret', () => {
    const lines = ['const password =', `'hunter2'`, '', 'f(password)']
    expect(maskLines(lines)).toEqual(['const password =', `'[masked]'`, '', 'f(password)'])
    expect(maskLines([])).toEqual([])
  })
})
