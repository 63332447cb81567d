/**
 * What tokens and keys look like, by who issues them. A pattern keeps what its first group matches, which says what was
 * there; the rest is masked. Made from the formats that their issuers publish; see `source`.
 *
 * A pattern has to take linear time whatever the text: what may repeat is bounded, or cannot begin again inside itself.
 */

export interface SecretShape {
  readonly name: string
  /** Global, with one group. */
  readonly pattern: RegExp
  /** Where the format is described. */
  readonly source: string
}

/** Where a token may begin: not inside a word, but after an escaped line end inside a string. */
const START = String.raw`(?:(?<![\w-])|(?<=\\[nrt]))`

const shape = (name: string, kept: string, secret: string, source: string): SecretShape => ({
  name,
  pattern: new RegExp(`(${kept})${secret}`, 'g'),
  source,
})
/** Of a token whose beginning alone does not tell enough: it has to stand by itself. */
const alone = (name: string, kept: string, secret: string, source: string): SecretShape =>
  shape(name, START + kept, `${secret}(?![\\w-])`, source)

export const TOKEN_SHAPES: readonly SecretShape[] = [
  shape(
    'GitHub',
    'gh[pousr]_',
    '[A-Za-z0-9_]{20,255}',
    'https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/',
  ),
  shape(
    'GitHub, fine-grained',
    'github_pat_',
    '\\w{22,255}',
    'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github',
  ),
  shape(
    'GitLab',
    'gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-',
    '[\\w.-]{20,300}',
    'https://docs.gitlab.com/security/tokens/#token-prefixes',
  ),
  alone(
    'AWS access key',
    '(?:AKIA|ASIA|ABIA|ACCA)',
    '[A-Z2-7]{16}',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
  ),
  shape('Google API key', 'AIza', '[\\w-]{35}', 'https://cloud.google.com/docs/authentication/api-keys'),
  shape(
    'Google OAuth',
    'ya29\\.|GOCSPX-',
    '[\\w-]{20,500}',
    'https://developers.google.com/identity/protocols/oauth2',
  ),
  shape(
    'Slack',
    'xox[a-z]-|xapp-|xoxe\\.xox[bp]-',
    '[A-Za-z0-9-]{10,300}',
    'https://docs.slack.dev/authentication/tokens/',
  ),
  shape(
    'Slack webhook',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/',
    '[\\w/-]{20,200}',
    'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/',
  ),
  shape('Stripe', '(?:sk|rk)_(?:live|test)_', '\\w{10,255}', 'https://docs.stripe.com/keys'),
  shape('Stripe webhook', 'whsec_', '[A-Za-z0-9+/=]{24,100}', 'https://docs.stripe.com/webhooks'),
  alone('Anthropic', 'sk-ant-', '[\\w-]{20,300}', 'https://docs.claude.com/en/api/overview'),
  alone(
    'OpenAI',
    'sk-(?:proj-|svcacct-|admin-)?',
    '[\\w-]{32,300}',
    'https://platform.openai.com/docs/api-reference/authentication',
  ),
  shape('npm', 'npm_', '[A-Za-z0-9]{36}', 'https://docs.npmjs.com/about-access-tokens'),
  shape('PyPI', 'pypi-', 'AgE[\\w-]{50,1000}', 'https://pypi.org/help/#apitoken'),
  alone('Hugging Face', '(?:hf|api_org)_', '[A-Za-z]{34}', 'https://huggingface.co/docs/hub/security-tokens'),
  alone(
    'SendGrid',
    'SG\\.',
    '[\\w-]{16,32}\\.[\\w-]{16,64}',
    'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys',
  ),
  alone('Twilio', '(?:SK|AC)', '[0-9a-f]{32}', 'https://www.twilio.com/docs/glossary/what-is-a-sid'),
  alone(
    'Telegram bot',
    '\\d{8,10}:',
    'AA[\\w-]{33}',
    'https://core.telegram.org/bots/api#authorizing-your-bot',
  ),
  alone(
    'Discord bot',
    '',
    '[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}',
    'https://discord.com/developers/docs/reference#authentication',
  ),
  shape(
    'Discord webhook',
    'discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{10,20}/',
    '[\\w-]{40,100}',
    'https://discord.com/developers/docs/resources/webhook',
  ),
  shape(
    'Azure shared access signature',
    '[?&]sig=',
    '[\\w%+/=-]{20,200}',
    'https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas',
  ),
  alone(
    'JSON Web Token',
    'eyJ',
    '[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]*',
    'https://www.rfc-editor.org/rfc/rfc7519',
  ),
  alone(
    'DigitalOcean',
    'do[opr]_v1_',
    '[0-9a-f]{64}',
    'https://docs.digitalocean.com/reference/api/create-personal-access-token/',
  ),
  alone(
    'Databricks',
    'dapi',
    '[0-9a-f]{32}(?:-\\d)?',
    'https://docs.databricks.com/aws/en/dev-tools/auth/pat',
  ),
  alone(
    'Cloudflare origin key',
    'v1\\.0-',
    '[0-9a-f]{24}-[0-9a-f]{100,200}',
    'https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/',
  ),
  alone(
    'Mailgun',
    '(?:key|pubkey)-',
    '[0-9a-f]{32}',
    'https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth',
  ),
  alone(
    'Square',
    'sq0[a-z]{3}-',
    '[\\w-]{22,60}',
    'https://developer.squareup.com/docs/build-basics/access-tokens',
  ),
  alone(
    'Square access token',
    'EAAA',
    '[\\w-]{60}',
    'https://developer.squareup.com/docs/build-basics/access-tokens',
  ),
  shape(
    'Shopify',
    'shp(?:at|ca|pa|ss|ua)_',
    '[0-9a-fA-F]{32}',
    'https://shopify.dev/changelog/app-secret-key-length-has-increased',
  ),
  shape('Linear', 'lin_(?:api|oauth)_', '[A-Za-z0-9]{32,64}', 'https://linear.app/developers/graphql'),
  alone(
    'Notion',
    '(?:secret|ntn)_',
    '[A-Za-z0-9]{40,60}',
    'https://developers.notion.com/reference/authentication',
  ),
  alone(
    'HashiCorp Vault',
    'hv[sbr]\\.',
    '[\\w-]{24,400}',
    'https://developer.hashicorp.com/vault/docs/concepts/tokens',
  ),
  alone(
    'Terraform Cloud',
    '[A-Za-z0-9]{14}\\.atlasv1\\.',
    '[\\w-]{60,80}',
    'https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens',
  ),
  alone(
    'Doppler',
    'dp\\.(?:pt|st|ct|sa|scim|audit)\\.',
    '[\\w.-]{30,100}',
    'https://docs.doppler.com/reference/auth-token-formats',
  ),
  alone('Dropbox', 'sl\\.', '[\\w-]{100,2000}', 'https://developers.dropbox.com/oauth-guide'),
  alone(
    'Grafana',
    'gl(?:sa|c)_',
    '[\\w+/=]{32,300}',
    'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
  ),
  alone(
    'Postman',
    'PMAK-',
    '[0-9a-f]{24}-[0-9a-f]{34}',
    'https://learning.postman.com/docs/developer/postman-api/authentication/',
  ),
  alone('Sentry', 'sntry[su]_', '[\\w+/=-]{40,300}', 'https://docs.sentry.io/account/auth-tokens/'),
  alone(
    'Docker Hub',
    'dckr_(?:pat|oat)_',
    '[\\w-]{20,60}',
    'https://docs.docker.com/security/access-tokens/',
  ),
  shape('age', 'AGE-SECRET-KEY-1', '[0-9A-Z]{58}', 'https://age-encryption.org/v1'),
  shape('age plugin', 'AGE-PLUGIN-[A-Z0-9-]{1,30}-1', '[0-9A-Z]{20,200}', 'https://age-encryption.org/v1'),
]

/** Between the lines of a key: line ends, also escaped ones, and what joins strings in code. */
const BETWEEN = String.raw`(?:[\s"'\x60+,]|\\[nrt])`

/** A header of a key: to the end of its line, or its one word where the key was folded into one line. */
const HEADER =
  '(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset)' +
  `(?:\\b[^\\n\\\\]{0,200}(?:\\n|\\\\[nrt])|:\\s?[^\\s\\\\]{1,100}[ \\t])${BETWEEN}{0,80}`

export const KEY_SHAPES: readonly SecretShape[] = [
  shape(
    'private key in PEM or OpenPGP',
    '-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----',
    // Headers, then at least a piece of base64, then all that can belong to it, up to the dashes of the end.
    `${BETWEEN}{0,200}(?:${HEADER}){0,6}[A-Za-z0-9+/=]{16}[A-Za-z0-9+/=\\s\\\\"'\`,]*`,
    'https://www.rfc-editor.org/rfc/rfc7468',
  ),
  shape(
    'private key of PuTTY',
    'Private-Lines: \\d{1,4}',
    `[A-Za-z0-9+/=\\s\\\\"'\`,]{16,20000}(?:Private-(?:MAC|Hash): [0-9a-f]{40,64})?`,
    'https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html',
  ),
]
