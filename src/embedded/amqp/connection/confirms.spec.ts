import type { ServerMethodName, ServerMethods } from '../wire/method-fields';
import { Confirms } from './confirms';

let sent: unknown[][];
let confirms: Confirms;

beforeEach(() => {
  sent = [];
  const send = <Name extends ServerMethodName>(name: Name, fields: ServerMethods[Name]): void => {
    const { deliveryTag, multiple } = fields as ServerMethods['BasicAck'];
    sent.push([name, deliveryTag, ...(multiple ? ['and all before'] : [])]);
  };
  confirms = new Confirms({ send });
});

/** Publishes one message for each answer, then sends what was put off. */
function publish(...answers: boolean[]): void {
  for (const taken of answers) confirms.settle(confirms.next(), taken);
  confirms.flush();
}

it('nothing is confirmed that nobody asked for', () => {
  publish(true, false);
  expect(sent).toEqual([]);
});

describe('once asked for', () => {
  beforeEach(() => confirms.select());

  it.each<[string, boolean[], unknown[][]]>([
    ['one message', [true], [['BasicAck', 1]]],
    ['several messages together', [true, true, true], [['BasicAck', 3, 'and all before']]],
    ['a refused one', [false], [['BasicNack', 1]]],
    [
      'those before a refused one first',
      [true, true, false, true],
      [
        ['BasicAck', 2, 'and all before'],
        ['BasicNack', 3],
        ['BasicAck', 4],
      ],
    ],
  ])('confirms %s', (_, answers, expected) => {
    publish(...answers);
    expect(sent).toEqual(expected);
  });

  it('goes on counting, and confirms nothing twice', () => {
    publish(true);
    publish(true);
    publish();
    expect(sent).toEqual([
      ['BasicAck', 1],
      ['BasicAck', 2],
    ]);
  });
});
