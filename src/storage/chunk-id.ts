import { v7 as uuidv7 } from 'uuid';

/** Makes the 16 bytes of a new UUIDv7. Passed in, so that tests can foresee them. */
export type IdMaker = () => Uint8Array;

export const newId: IdMaker = () => uuidv7(undefined, new Uint8Array(16));
