/**
 * Secrets that look like any text, told by what stands before them: the name of a variable, an option, a header, a URL.
 * For the patterns see token-shapes.ts.
 */
import type { SecretShape } from './token-shapes.js'

/** The end of the name of something secret; case does not count. */
const PASSWORD = 'pass(?:word|wd|phrase|code)|secret'
const TOKEN =
  '(?:api|access|account|auth|private|secret|signing|encryption|shared|master)[_-]?(?:access[_-]?)?key|token|authorization|_auth'
/** After the name: its end, `["name"]`, a type, and what gives a value. */
const GIVEN = String.raw`\d{0,2}\\?["'\x60]?\]?\s{0,20}(?:\??:\s{0,9}string\s{0,9})?(?:=|:)\s{0,20}`
/** Also inside a string, where it is escaped. */
const QUOTE = String.raw`\\?["'\x60]`
/** After that: not a type, not what stands for a value elsewhere, not what is masked already. */
const VALUE = String.raw`(?!string\b|null\b|undefined\b|true\b|false\b|\$|-----|[^\s"'\x60]{0,60}\[masked\])`
const UNQUOTED = String.raw`${VALUE}(?!(?:process|Deno|import|os|env)\.|[\w$.]{1,100}[([])`

const named = (name: string, kept: string, secret: string, source: string): SecretShape => ({
  name,
  pattern: new RegExp(`(${kept})${secret}`, 'gi'),
  source,
})

const COMMON = 'names that libraries and programs use'

export const NAMED_SHAPES: readonly SecretShape[] = [
  named(
    'authorization header',
    `authorization["'\`\\]\\s:,=]{1,8}(?:basic|bearer|token|digest)\\s{1,3}`,
    `${VALUE}[^\\s"'\`]{4,4000}`,
    'https://www.rfc-editor.org/rfc/rfc7617',
  ),
  named(
    'bearer token',
    `["'\`](?:bearer|basic)\\s{1,3}`,
    `${VALUE}(?=[^\\s"'\`]{0,200}[\\d=])[A-Za-z0-9+/=_.~-]{8,4000}`,
    'https://www.rfc-editor.org/rfc/rfc6750',
  ),
  named(
    'password in a URL',
    `[a-z0-9+.-]{2}://[^\\s:/?#@"'\`]{0,100}:`,
    `${VALUE}[^\\s/?#@"'\`]{1,300}(?=@)`,
    'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  ),
  named(
    'token in a URL',
    '[a-z0-9+.-]{2}://',
    `${VALUE}[^\\s:/?#@"'\`]{20,300}(?=@)`,
    'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  ),
  named(
    'key in a connection string',
    '(?:AccountKey|SharedAccessKey|SharedAccessSignature|SharedSecret)=',
    `${VALUE}[^;\\s"'\`]{8,1000}`,
    'https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string',
  ),
  named(
    'password in quotes',
    `(?:${PASSWORD}|\\bpass|_pw)${GIVEN}${QUOTE}`,
    `${VALUE}[^"'\`\\n]{1,2000}`,
    COMMON,
  ),
  named(
    'password that is compared',
    `(?:${PASSWORD})\\s{0,9}[!=]==?\\s{0,9}["'\`]`,
    `(?!(?:number|boolean|object|function|symbol|bigint)["'\`])${VALUE}[^"'\`\\n]{1,2000}`,
    COMMON,
  ),
  // PWD is the working directory, too.
  named('short for password', `\\bpwd${GIVEN}${QUOTE}`, `(?![/.~])${VALUE}[^"'\`\\n]{1,2000}`, COMMON),
  named('token in quotes', `(?:${TOKEN})${GIVEN}${QUOTE}`, `${VALUE}[^"'\`\\s]{8,4000}`, COMMON),
  named(
    'value given to a name by a call',
    `\\(\\s{0,9}["'\`][\\w-]{0,40}(?:${PASSWORD}|${TOKEN})["'\`],\\s{0,20}["'\`]`,
    `${VALUE}[^"'\`\\s]{6,4000}`,
    COMMON,
  ),
  named(
    'password without quotes',
    `(?:${PASSWORD}|\\bpass|mysql_pwd)\\d{0,2}=`,
    `${UNQUOTED}[^\\s"'\`;&|<>(){}[\\],=]{1,1000}`,
    'https://www.postgresql.org/docs/current/libpq-envars.html',
  ),
  named(
    'password in a connection string',
    '[;"\'`](?:password|pwd)\\s?=\\s?',
    `${UNQUOTED}[^\\s"'\`;&|<>(){}[\\],=]{1,1000}(?=["'\`;])`,
    'https://learn.microsoft.com/en-us/dotnet/framework/data/adonet/connection-string-syntax',
  ),
  named(
    'token without quotes',
    `(?:${TOKEN})\\d{0,2}=`,
    `${UNQUOTED}[^\\s"'\`;&|<>(){}[\\],=]{8,4000}=*`,
    COMMON,
  ),
  named(
    'AWS secret key',
    `aws_(?:secret_access_key|session_token)["'\`]?\\s{0,20}[=:]\\s{0,20}["'\`]?`,
    '[A-Za-z0-9/+=]{16,2000}',
    'https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html',
  ),
  named(
    'option of a command',
    `--(?:[a-z]{1,20}-)?(?:${PASSWORD}|pass|token|api-key)(?:\\s{1,9}|["'\`],\\s{0,20}["'\`])`,
    `${UNQUOTED}(?!-)[^\\s"'\`;&|<>(){}]{1,1000}`,
    COMMON,
  ),
  named(
    'user and password of curl',
    `\\bcurl\\b[^\\n]{0,200}?\\s(?:-u|--user)["'\`,\\s]{1,9}[^\\s:"'\`]{1,100}:`,
    `${VALUE}[^\\s"'\`]{1,300}`,
    'https://curl.se/docs/manpage.html#-u',
  ),
  named(
    'password of sshpass',
    `\\bsshpass["'\`,\\s]{1,9}-p["'\`,\\s]{0,9}`,
    `${VALUE}[^\\s"'\`]{1,300}`,
    'https://sourceforge.net/projects/sshpass/',
  ),
]
