/** Tells whoever waits what is being done. */
export const say = (text: string): void => void process.stdout.write(`bench: ${text}\n`);
