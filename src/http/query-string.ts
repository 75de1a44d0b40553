import { parse } from 'node:querystring';
import { InvalidParameters } from './invalid-parameters';

/** The character that stands for bytes that are no UTF-8, and how it is written by who means it. */
const REPLACEMENT = '\uFFFD';
const REPLACEMENT_ENCODED = /%EF%BF%BD|\uFFFD/i;

/**
 * The parameters of a query string: text, or a list of texts where a name is repeated; never an object (`a[b]=c` is a
 * parameter `a[b]`), and without a prototype, so `__proto__` is a name like any other. All of them: Node's default of
 * 1,000 would drop the rest in silence, and the length of a request's head bounds them already. Throws
 * {@link InvalidParameters} where bytes are no UTF-8: they would be searched for as something else.
 */
export function parseQueryString(text: string | null | undefined): Record<string, string | string[] | undefined> {
  const parameters = parse(text ?? '', '&', '=', { maxKeys: 0 });
  if (!REPLACEMENT_ENCODED.test(text ?? '')) Object.entries(parameters).forEach(refuseReplaced);
  return parameters;
}

function refuseReplaced([name, value]: [string, string | string[] | undefined]): void {
  if (![name, value].flat().some((text) => text?.includes(REPLACEMENT))) return;
  throw new InvalidParameters([{ parameter: name, given: value, allowed: 'percent-encoded UTF-8' }]);
}
