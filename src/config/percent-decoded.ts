/** A user or password of a URL, decoded; as it stands where it is no percent-encoding, as in `100%`. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
