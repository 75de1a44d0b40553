import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AmqpVhost } from '../../support/amqp-vhost';
import { itWithPython } from '../../support/it-with-python';

/** A client of another language, written by others: pika. */
const vhost = AmqpVhost.ofFile();

itWithPython('pika')('pika declares, publishes, consumes, puts back, asks and is refused', async () => {
  const script = join(__dirname, 'amqp_with_pika.py');
  // Apart from this process, where the embedded server may run: waiting for it must not block it.
  const { stdout } = await promisify(execFile)('python3', [script, vhost.broker.url]);
  expect(JSON.parse(stdout)).toEqual({
    returned: 312,
    headers: { service: 'shop', count: 5, list: [1, true, null] },
    bodies: ['one', 'three', 'two'],
    redelivered: [false, false, true],
    answers: [['7', 'answer']],
    refused: 406,
    left: 0,
  });
});
