/** A body that cannot be read as a whole: nothing of it is published, and the answer is a 400 that tells why. */
export class UnreadableBody extends Error {}
