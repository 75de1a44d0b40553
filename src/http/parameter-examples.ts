interface Example {
  readonly summary: string;
  readonly value: string | string[];
}

/**
 * Examples of a parameter that may be left out. The documentation page fills its forms with the first one and sends it, so
 * that comes without an effect.
 */
export function examples(none: '' | [], value: string | string[]): Record<'none' | 'given', Example> {
  return {
    none: { summary: 'Not given', value: none },
    given: { summary: [value].flat().join(' and '), value },
  };
}
