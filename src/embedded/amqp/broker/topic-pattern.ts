/**
 * Whether a topic exchange's pattern matches a routing key (AMQP 0-9-1, section 3.1.3.3): words are separated by dots,
 * `*` stands for one word, `#` for any number of words, none included. An empty key is no word at all.
 *
 * Walks the key once for all positions that the pattern can be at, so the time is bounded by the product of both
 * lengths, whatever the pattern: several `#` must not make the server think for minutes.
 */
export function topicMatches(pattern: string, routingKey: string): boolean {
  const parts = words(pattern);
  let reached = skipHashes(parts, new Set([0]));
  for (const word of words(routingKey)) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = parts[at];
      if (part === '#') next.add(at);
      else if (part === '*' || part === word) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = skipHashes(parts, next);
  }
  return reached.has(parts.length);
}

function words(text: string): string[] {
  return text === '' ? [] : text.split('.');
}

/** Adds what is reached when a `#` stands for no word. A set visits what is added to it while it is walked. */
function skipHashes(parts: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (parts[at] === '#') reached.add(at + 1);
  return reached;
}
