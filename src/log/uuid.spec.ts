import { uuidBytes, uuidTime } from './uuid';

describe('uuidBytes', () => {
  it.each(['0199b3c4-d5e6-7f80-91a2-b3c4d5e6f708', '0199B3C4-D5E6-4F80-91A2-B3C4D5E6F708'])('reads %s', (text) =>
    expect(uuidBytes(text)?.toString('hex')).toBe(text.replaceAll('-', '').toLowerCase()),
  );

  it.each([
    ['nothing', ''],
    ['a number', '42'],
    ['no dashes, as a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['the maximal UUID', 'ffffffff-FFFF-ffff-ffff-ffffffffffff'],
    ['braces', '{0199b3c4-d5e6-7f80-91a2-b3c4d5e6f708}'],
    ['a digit too many', '0199b3c4-d5e6-7f80-91a2-b3c4d5e6f7081'],
    ['a line break after', '0199b3c4-d5e6-7f80-91a2-b3c4d5e6f708\n'],
    ['no hexadecimal digit', '0199b3c4-d5e6-7f80-91a2-b3c4d5e6f70g'],
  ])('refuses %s', (_what, text) => expect(uuidBytes(text)).toBeNull());
});

describe('uuidTime', () => {
  it('reads the milliseconds of version 7', () => {
    const bytes = uuidBytes('017f22e2-79b0-7cc3-98c4-dc0c0c07398f'); // the example of RFC 9562, appendix A.6
    expect(bytes && uuidTime(bytes)).toBe(Date.parse('2022-02-22T19:22:22Z') * 1_000);
  });

  it('finds no time in version 4', () => {
    const bytes = uuidBytes('919108f7-52d1-4320-9bac-f847db4148a8');
    expect(bytes && uuidTime(bytes)).toBeNull();
  });
});
