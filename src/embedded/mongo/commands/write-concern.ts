import type { Document } from '../query/document';
import { render } from '../query/values/render';
import type { Answer } from '../wire/answer';
import { documentIn } from '../document-fields';
import { asNumber } from '../query/values/numbers';

/**
 * What a write concern adds to the answer. The only member is the majority, and what it holds is saved when it ends, so
 * that there is never anything to wait for; more members than there are, or ones with a tag, cannot be had.
 */
export function writeConcernError(command: Document): Answer {
  const { w } = documentIn(command, 'writeConcern');
  if (w === undefined || w === null || w === 'majority') return {};
  const members = asNumber(w);
  if (members !== null && members <= 1) return {};
  const writeConcernError =
    members === null
      ? {
          code: 79,
          codeName: 'UnknownReplWriteConcern',
          errmsg: `No write concern mode named '${typeof w === 'string' ? w : render(w)}' found in replica set configuration`,
        }
      : { code: 100, codeName: 'UnsatisfiableWriteConcern', errmsg: 'Not enough data-bearing nodes' };
  return { writeConcernError };
}
