const URL_WITH_USER = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"<>]*@/gi;
const CREDENTIALS = /\b(Bearer|Basic)(\s+)[A-Za-z0-9._~+/=-]{6,}/gi;
const SECRET_FIELD = /("(?:authorization|password|passwd|api_?token|secret)":)"(?:[^"\\]|\\.)*"/gi;

/**
 * Text as it may be logged or shown: user and password of URLs, credentials of `Authorization` headers, and fields that
 * are named for a secret in JSON are replaced by `***`. Valid JSON stays valid JSON.
 */
export function hideSecrets(text: string): string {
  return text.replace(URL_WITH_USER, '$1***@').replace(CREDENTIALS, '$1$2***').replace(SECRET_FIELD, '$1"***"');
}
