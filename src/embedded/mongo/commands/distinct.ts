import { collectionOf, documentIn, textOf } from '../document-fields';
import { indexKeyValue, indexKeys } from '../query/index-keys';
import { compareValues } from '../query/compare';
import type { Answer } from '../wire/answer';
import type { Call, Command } from './call';
import { readable } from './find';
import { select } from './select';

export const distinctCommand: Command = {
  names: ['distinct'],
  fields: ['distinct', 'key', 'query', 'hint', 'comment'],
  run: distinct,
};

/** The values of a field, those in an array each for itself: what a sparse index of the field would hold as its keys. */
function distinct(call: Call): Answer {
  const { command } = call;
  const field = textOf(command, 'key');
  const found = select(call, readable(call, collectionOf(command, 'distinct')), {
    filter: documentIn(command, 'query'),
    hint: command['hint'],
  });
  const values = new Map<string, unknown>();
  for (const { document } of found) {
    for (const key of indexKeys(document, { [field]: 1 }, true)) {
      if (!values.has(key)) values.set(key, indexKeyValue(document, { [field]: 1 }, key)[field]);
    }
  }
  return { values: [...values.values()].sort(compareValues) };
}
