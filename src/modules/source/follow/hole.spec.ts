import { holeLength } from './hole';

const nuls = (count: number): string => '\0'.repeat(count);

it.each([
  ['no bytes', '', 0, 0],
  ['a line', 'line\n', 0, 0],
  ['NULs at the beginning', `${nuls(3)}line\n${nuls(2)}`, 0, 3],
  ['nothing else', nuls(600), 4096, 600],
  ['a hole inside', `${nuls(512)}line\n`, 10, 512],
  ['a line that begins with some', `${nuls(511)}line\n`, 10, 0],
])('%s: %j at %d', (_caption, text, at, expected) => {
  expect(holeLength(Buffer.from(text), at)).toBe(expected);
});
