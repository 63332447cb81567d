/**
 * Secrets of many shapes, none of them real: name, the part that has to be hidden, and code that holds it. They are
 * joined from pieces, so that a scanner that looks for secrets in files finds none in this one.
 */
type Sample = readonly [what: string, secret: string, code: string]

const LETTERS = 'qWeRtYuIoPaSdFgHjKlZxCvBnM'
const MIXED = 'q7We1Rt9Yu3Io5Pa2Sd8Fg4Hj6Kl0ZxCvBnM'
const many = (from: string, length: number): string =>
  from.repeat(Math.ceil(length / from.length)).slice(0, length)
const mixed = (length: number): string => many(MIXED, length)
const hex = (length: number): string => many('0f1e2d3c4b5a69788796a5b4c3d2e1f0', length)
const capitals = (length: number): string => many('Q7WERT2YUIOP3ASDFGH', length)

const token = (what: string, ...pieces: string[]): Sample => {
  const secret = pieces.join('')
  return [what, secret, `const client = connect('${secret}', { retries: 3 })`]
}

export const TOKENS: readonly Sample[] = [
  token('a token of GitHub', 'gh', 'p_', mixed(36)),
  token('an OAuth token of GitHub', 'gh', 'o_', mixed(36)),
  token('a server token of GitHub', 'gh', 's_', mixed(36)),
  token('a fine-grained token of GitHub', 'github', '_pat_', mixed(22), '_', mixed(59)),
  token('a token of GitLab', 'gl', 'pat-', mixed(20)),
  token('an access key of AWS', 'AK', 'IA', many('Q7WERT2YUIOP3ASD', 16)),
  token('a temporary access key of AWS', 'AS', 'IA', many('Q7WERT2YUIOP3ASD', 16)),
  token('an API key of Google', 'AI', 'za', mixed(35)),
  token('an OAuth token of Google', 'ya', '29.', mixed(60)),
  token('a bot token of Slack', 'xo', 'xb-', '123456789012-123456789012-', mixed(24)),
  token('a user token of Slack', 'xo', 'xp-', '123456789012-123456789012-', hex(32)),
  token('a webhook of Slack', 'hooks.sl', 'ack.com/services/T0000', '0000/B00000000/', mixed(24)),
  token('a secret key of Stripe', 'sk_', 'live_', mixed(24)),
  token('a restricted key of Stripe', 'rk_', 'live_', mixed(24)),
  token('a key of OpenAI', 's', 'k-', mixed(48)),
  token('a project key of OpenAI', 's', 'k-proj-', mixed(60), '-_', mixed(40)),
  token('a key of Anthropic', 's', 'k-ant-api03-', mixed(93), 'AA'),
  token('a token of npm', 'np', 'm_', mixed(36)),
  token('a token of PyPI', 'py', 'pi-AgE', 'IcHlwaS5vcmc', mixed(80)),
  token('a token of Hugging Face', 'h', 'f_', many(LETTERS, 34)),
  token('a key of SendGrid', 'S', 'G.', mixed(22), '.', mixed(43)),
  token('a key of Twilio', 'S', 'K', hex(32)),
  token('an account of Twilio', 'A', 'C', hex(32)),
  token('a bot of Telegram', '1234567', '890:', 'AA', mixed(33)),
  token('a bot of Discord', 'M', mixed(25), '.', mixed(6), '.', mixed(38)),
  token('a JSON Web Token', 'ey', 'Jhbgci', mixed(20), '.ey', 'Jzdwii', mixed(30), '.', mixed(43)),
  token('a token of DigitalOcean', 'dop', '_v1_', hex(64)),
  token('a token of Databricks', 'da', 'pi', hex(32)),
  token('an origin key of Cloudflare', 'v1', '.0-', hex(24), '-', hex(146)),
  token('a key of Mailgun', 'ke', 'y-', hex(32)),
  token('a token of Square', 'sq0', 'atp-', mixed(22)),
  token('an access token of Square', 'EA', 'AA', mixed(60)),
  token('a token of Shopify', 'shp', 'at_', hex(32)),
  token('a key of Linear', 'lin', '_api_', mixed(40)),
  token('a secret of Notion', 'sec', 'ret_', mixed(43)),
  token('a token of Notion', 'nt', 'n_', mixed(46)),
  token('a token of Vault', 'hv', 's.', mixed(90)),
  token('a token of Doppler', 'dp.', 'pt.', mixed(43)),
  token('a token of Dropbox', 's', 'l.', mixed(140)),
  token('a token of Terraform Cloud', mixed(14), '.atl', 'asv1.', mixed(67)),
  token('a token of Grafana', 'gl', 'sa_', mixed(32), '_', hex(8)),
  token('a key of Postman', 'PM', 'AK-', hex(24), '-', hex(34)),
  token('a token of Docker Hub', 'dckr', '_pat_', mixed(27)),
  token('a key of age', 'AGE-SEC', 'RET-KEY-1', capitals(58)),
]

const dashes = '-'.repeat(5)
const begin = (kind: string): string => `${dashes}BEGIN ${kind}${dashes}`
const end = (kind: string): string => `${dashes}END ${kind}${dashes}`
const body = [mixed(64), mixed(60).concat('Ab+/'), `${mixed(40)}==`]
/** Its last line, which is short, is the part that is easily overlooked. */
const key = (what: string, code: string): Sample => [what, body[2] ?? '', code]
const PRIVATE = 'PRIVATE' + ' KEY'

export const KEYS: readonly Sample[] = [
  key('a private key', `const key = \`${[begin(PRIVATE), ...body, end(PRIVATE)].join('\n')}\``),
  key('a private key, indented', `  ${[begin(PRIVATE), ...body, end(PRIVATE)].join('\n    ')}`),
  key(
    'a key of RSA in a string',
    `const key = '${[begin(`RSA ${PRIVATE}`), ...body, end(`RSA ${PRIVATE}`)].join('\\n')}'`,
  ),
  key(
    'a key of OpenSSH',
    `\`${[begin(`OPENSSH ${PRIVATE}`), ...body, end(`OPENSSH ${PRIVATE}`)].join('\n')}\``,
  ),
  key(
    'a key joined from strings',
    [begin(PRIVATE), ...body, end(PRIVATE)].map(line => `'${line}\\n'`).join(' +\n  '),
  ),
  key(
    'an encrypted key',
    `\`${[begin(`RSA ${PRIVATE}`), 'Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${hex(32)}`, '', ...body, end(`RSA ${PRIVATE}`)].join('\n')}\``,
  ),
  key(
    'an encrypted key folded into one line',
    `'${[begin(`RSA ${PRIVATE}`), 'Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${hex(32)}`, ...body, end(`RSA ${PRIVATE}`)].join(' ')}'`,
  ),
  key(
    'a key of OpenPGP',
    `\`${[begin(`PGP ${PRIVATE} BLOCK`), 'Version: x', '', ...body, '=abcd', end(`PGP ${PRIVATE} BLOCK`)].join('\n')}\``,
  ),
  key(
    'a service account of Google',
    `{ "private_key": "${[begin(PRIVATE), ...body, end(PRIVATE)].join('\\n')}\\n" }`,
  ),
  key(
    'a key of PuTTY',
    `\`PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 3\n${body.join('\n')}\nPrivate-MAC: ${hex(64)}\``,
  ),
]

const SECRET = 'Tr0ub4dor' + '-and-3'
const named = (what: string, code: string, secret: string = SECRET): Sample => [what, secret, code]
const storage = `${mixed(86)}==`

export const NAMED: readonly Sample[] = [
  named('a password', `const password = '${SECRET}'`),
  named('a password with a type', `const password: string = "${SECRET}"`),
  named('a password of a settings object', `connect({ user: 'me', pass: '${SECRET}' })`),
  named('a password in JSON', `{"db_password": "${SECRET}"}`),
  named('a password that is compared', `if (password === '${SECRET}') enter()`),
  named('a password in the environment', `process.env['PGPASSWORD'] = '${SECRET}'`),
  named('a password before a command', `run("PGPASSWORD=${SECRET} psql -h host")`),
  named('a password among options', `spawn('tool', ['--password', '${SECRET}'])`),
  named('a password in a command', `run('tool --password ${SECRET} --all')`),
  named('an API key', `const api_key: string = '${SECRET}'`),
  named('an API key in a header', `fetch(url, { headers: { 'X-Api-Key': '${SECRET}' } })`),
  named('a header that is set', `request.setHeader('x-auth-token', '${SECRET}')`),
  named('a password in JSON in a string', `"{\\"password\\": \\"${SECRET}\\"}"`),
  named('a client secret', `const clientSecret = \`${SECRET}\``),
  named('a secret key of AWS', `const secretAccessKey = '${mixed(40)}'`, mixed(40)),
  named('a secret key of AWS in an INI file', `\`aws_secret_access_key = ${mixed(40)}\``, mixed(40)),
  named('a bearer token', `fetch(url, { headers: { Authorization: 'Bearer ${SECRET}' } })`),
  named('basic credentials', `const header = 'Authorization: Basic ${mixed(24)}=='`, mixed(24)),
  named('a password in a URL', `connect('postgres://me:${SECRET}@host:5432/db')`),
  named('a token in a URL', `clone('https://${mixed(30)}@example.org/x.git')`, mixed(30)),
  named(
    'a storage key of Azure',
    `'DefaultEndpointsProtocol=https;AccountKey=${storage};EndpointSuffix=x'`,
    storage,
  ),
  named('a connection string', `'Server=host;User Id=me;Password=${SECRET};Encrypt=true'`),
  named('a signature in a URL', `'https://x.blob.example.org/c?sv=1&sig=${mixed(43)}%3D'`, mixed(43)),
  named('a token of .npmrc', `'//registry.example.org/:_authToken=${SECRET}'`),
  named('a user of curl', `run('curl -u me:${SECRET} https://example.org')`),
  named('a password of sshpass', `run('sshpass -p ${SECRET} ssh host')`),
]
