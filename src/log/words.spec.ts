import fc from 'fast-check';
import { anyText } from '../../test/support/arbitrary-logs';
import { foldText, wordsOf, wordsOfFolded } from './words';

describe('wordsOf', () => {
  it.each([
    ['Hello, World!', ['hello', 'world']],
    ['user_id=42 [10.0.0.1:8080]', ['user_id', '42', '10', '0', '0', '1', '8080']],
    ['a:b-c/d', ['a', 'b', 'c', 'd']],
    ['', []],
    ['... !? \0', []],
    ['\u001b[31mERROR\u001b[0m: dis\u001b[1mk\u001b[22m', ['error', 'disk']],
    ['\u001b]8;;http://x\u0007link\u001b]8;;\u0007', ['link']],
    ['ΟΔΥΣΣΕΥΣ Οδυσσεύς ςσ', ['οδυσσευσ', 'οδυσσεύσ', 'σσ']],
    ['e\u0301te\u0301 été', ['été', 'été']],
    ['Straße ÄÖÜ', ['straße', 'äöü']],
    ['日本語 テスト', ['日', '本', '語', 'テ', 'ス', 'ト']],
    ['サーバーerror落ちた', ['サ', 'ー', 'バ', 'ー', 'error', '落', 'ち', 'た']],
    ['ʼn٣४', ['ʼn٣४']],
    ['서버 오류', ['서버', '오류']],
    ['हिन्दी', ['हिन्दी']],
    ['สวัสดี'.slice(0, 2), ['ส', 'ว']],
    ['ok😀ok', ['ok', 'ok']],
    ['İ', ['i\u0307']],
    ['\u212a' /* the Kelvin sign */, ['k']],
    ['\ud83d lone', ['lone']],
  ])('of %j are %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('are the same whether the text is folded before or not', () => {
    fc.assert(fc.property(anyText, (text) => expect(wordsOfFolded(foldText(text))).toEqual(wordsOf(text))));
  });

  it('are words themselves', () => {
    const text = fc.oneof(anyText, fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, (given) => {
        for (const word of wordsOf(given)) expect(wordsOf(word)).toEqual([word]);
      }),
    );
  });

  it('lie one after the other in the folded text, with no letter or digit between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
        let rest = foldText(given);
        for (const word of wordsOf(given)) {
          const at = rest.indexOf(word);
          expect(at >= 0 && !/[\p{L}\p{M}\p{N}_]/u.test(rest.slice(0, at))).toBe(true);
          rest = rest.slice(at + word.length);
        }
        expect(/[\p{L}\p{M}\p{N}_]/u.test(rest)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
