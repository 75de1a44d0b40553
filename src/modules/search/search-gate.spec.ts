import { SearchGate } from './search-gate';

it('lets so many in at once, refuses the next, and lets it in once one has gone', async () => {
  const gate = new SearchGate(2);
  const leave: (() => void)[] = [];
  const search = () => gate.run(() => new Promise<void>((resolve) => leave.push(resolve)));
  const running = [search(), search()];
  await expect(search()).rejects.toMatchObject({ code: 'too_busy', statusCode: 429, retryAfterSeconds: 1 });
  leave[0]?.();
  await running[0];
  running.push(search());
  leave.slice(1).forEach((go) => go());
  await expect(Promise.all(running)).resolves.toHaveLength(3);
});

it('gives the place of a search that fails to the next', async () => {
  const gate = new SearchGate(1);
  await expect(gate.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(gate.run(() => Promise.resolve('fine'))).resolves.toBe('fine');
});
