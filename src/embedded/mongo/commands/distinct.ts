import { collectionOf, documentIn, textOf } from '../document-fields';
import { indexKeyValue, indexKeys } from '../query/index-keys';
import { compareValues } from '../query/compare';
import { valueKey } from '../query/value-key';
import type { Answer } from '../wire/answer';
import type { Call, Command } from './call';
import { readable, snapshotFields } from './find';
import { select } from './select';

export const distinctCommand: Command = {
  names: ['distinct'],
  fields: ['distinct', 'key', 'query', 'hint', 'comment'],
  inTransaction: true,
  inSnapshot: true,
  run: distinct,
};

const EMPTY_ARRAY = valueKey(undefined);

/**
 * The values of a field, those in an array each for itself: what a sparse index of the field would hold as its keys, but
 * for that of an empty array.
 */
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
      if (key !== EMPTY_ARRAY && !values.has(key)) values.set(key, indexKeyValue(document, { [field]: 1 }, key)[field]);
    }
  }
  return { values: [...values.values()].sort(compareValues), ...snapshotFields(call) };
}
